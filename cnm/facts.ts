import type { CommandOf } from "./commands.ts";
import type { Refusal } from "./errors.ts";
import type { Origin } from "./origin.ts";

/** What the host's network has that a subnet must keep away from; explicit subnets must not overlap the routes either. */
export interface HostFacts {
  /** Destinations of on-link routes that are not Patchbay's, with the device. */
  onLinkRoutes: { subnet: string; dev: string }[];
  /** Addresses of the host's name servers. */
  nameservers: string[];
  /** The host's devices; addresses canonical, with prefix length. */
  links: { name: string; type: string; ours: boolean; mtu: number; addresses: string[] }[];
  /** MTU in bytes of the device of the default route (IPv4 before IPv6, then the lowest metric); null without one. */
  uplinkMtu: number | null;
  /** Devices whose default route came by a router advertisement (RFC 4861). */
  raDevices: string[];
  /** What the kernel gives to those who ask for any port (ip_local_port_range of ip(7)). */
  ephemeralPorts: { from: number; to: number };
  /**
   * Bound by programs of the host, not by the daemon: TCP listeners and UDP sockets. Addresses canonical; "::" may stand for
   * all IPv4 addresses as well.
   */
  portsInUse: { protocol: "tcp" | "udp"; address: string; port: number }[];
}

/** A namespace that is to be adopted, as the host knows it. */
export interface NamespaceFacts {
  ok: true;
  origin: Origin;
  /** Names of our pattern that it has: "pb-3f0c1a2b3c4d". */
  names: string[];
  /** Something in it is Patchbay's, whichever's: a link of our group, or a loopback that was made for a sandbox. */
  ours: boolean;
}

/** What a pure function has to be told about the host it decides for. */
export interface Facts extends HostFacts {
  /** Tells hosts apart: the ULA prefix of automatic IPv6 subnets comes from it. */
  hostId: string;
  /** Driver name, "bandwidth.ingress" or "bandwidth.egress" → why this kernel cannot serve it. */
  unsupported: Record<string, string>;
  /** What was found where the commands ask for namespaces, by `askedOf`. */
  namespaces: Record<string, NamespaceFacts | Refusal>;
}

/** What a command asks the host for: "process 1234". */
export function askedOf({
  pid,
  netns,
  container,
}: Pick<CommandOf<"sandbox.adopt">, "pid" | "netns" | "container">): string {
  if (pid !== undefined) return `process ${pid}`;
  return netns === undefined ? `container ${container}` : `namespace ${netns}`;
}

/** Nothing is known: for tests and for previews in the browser. */
export const emptyFacts: Facts = {
  onLinkRoutes: [],
  nameservers: [],
  links: [],
  uplinkMtu: null,
  raDevices: [],
  ephemeralPorts: { from: 49153, to: 65535 },
  portsInUse: [],
  hostId: "",
  unsupported: {},
  namespaces: {},
};
