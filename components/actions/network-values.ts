import type { CommandDraft, PoolConfig } from "#cnm/commands.ts";

/** What the form for a network holds; texts go to the daemon as they were typed. */
export interface NetworkValues {
  name: string;
  driver: string;
  subnet: string;
  gateway: string;
  ipRange: string;
  ipv6: boolean;
  subnet6: string;
  internal: boolean;
  mtu: number | string;
}

export const initialNetwork: NetworkValues = {
  name: "",
  driver: "bridge",
  subnet: "",
  gateway: "",
  ipRange: "",
  ipv6: false,
  subnet6: "",
  internal: false,
  mtu: "",
};

/** The command that a filled form means; empty fields are left out, so that the daemon's defaults apply. */
export function networkDraft(values: NetworkValues): Extract<CommandDraft, { type: "network.create" }> {
  const ipv4 = pool({ subnet: values.subnet, gateway: values.gateway, ipRange: values.ipRange });
  const ipv6 = values.ipv6 ? pool({ subnet: values.subnet6 }) : null;
  return {
    type: "network.create",
    name: values.name,
    driver: values.driver,
    pools: [ipv4, ipv6].filter((config) => config !== null),
    enableIpv6: values.ipv6,
    internal: values.internal,
    options: values.mtu === "" ? {} : { mtu: String(values.mtu) },
  };
}

/** The field that a problem's path is about. */
export function fieldOf(path: string): string {
  const [head, index, part] = path.split(".");
  if (head === "options") return index ?? "";
  if (head !== "pools") return path;
  return index === "1" && part === "subnet" ? "subnet6" : (part ?? "subnet");
}

function pool(texts: Pick<PoolConfig, "subnet" | "gateway" | "ipRange">): PoolConfig | null {
  const given = Object.entries(texts).flatMap(([key, text]) => (text?.trim() ? [[key, text.trim()]] : []));
  return given.length > 0 ? Object.fromEntries(given) : null;
}
