import {
  IconAffiliate,
  IconBox,
  IconDoorEnter,
  IconHistory,
  IconLayoutGrid,
  IconNetwork,
  IconPlugConnected,
  type IconProps,
  IconShield,
  IconUsers,
} from "@tabler/icons-react";
import type { ComponentType } from "react";

export interface Place {
  href: string;
  label: string;
  icon: ComponentType<IconProps>;
  /** Only administrators have it. */
  admin?: boolean;
}

/** The rail, in its order. */
export const places: readonly Place[] = [
  { href: "/topology", label: "Topology", icon: IconAffiliate },
  { href: "/networks", label: "Networks", icon: IconNetwork },
  { href: "/sandboxes", label: "Sandboxes", icon: IconBox },
  { href: "/endpoints", label: "Endpoints", icon: IconPlugConnected },
  { href: "/ports", label: "Ports", icon: IconDoorEnter },
  { href: "/ipam", label: "IPAM", icon: IconLayoutGrid },
  { href: "/firewall", label: "Firewall", icon: IconShield },
  { href: "/history", label: "History", icon: IconHistory },
  { href: "/users", label: "Users", icon: IconUsers, admin: true },
];
