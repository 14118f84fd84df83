import type { CommandDraft, PoolConfig } from "#cnm/commands.ts";
import type { GatewayMode } from "#cnm/drivers/bridge.ts";
import { findDriver } from "#cnm/drivers/index.ts";
import { keyOfLabel, shortLabel } from "./bridge-options.ts";

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
  /** Empty: made from the network's id. */
  bridge: string;
  hostBindingIpv4: string;
  icc: boolean;
  masquerade: boolean;
  antiSpoofing: boolean;
  gatewayModeIpv4: GatewayMode;
  gatewayModeIpv6: GatewayMode;
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
  bridge: "",
  hostBindingIpv4: "",
  icc: true,
  masquerade: true,
  antiSpoofing: true,
  gatewayModeIpv4: "nat",
  gatewayModeIpv6: "nat",
};

const optionFields = [
  "mtu",
  "bridge",
  "hostBindingIpv4",
  "icc",
  "masquerade",
  "antiSpoofing",
  "gatewayModeIpv4",
  "gatewayModeIpv6",
] as const;

/** Which fields networks of a driver take: what its definition would refuse is neither offered nor sent. */
export function fieldsOf(name: string): ReadonlySet<keyof NetworkValues> {
  const driver = findDriver(name);
  if (!driver) return new Set();
  const conflicts = driver.conflicts?.(driver.options.parse({}), { families: [4], internal: true }) ?? [];
  return new Set<keyof NetworkValues>([
    ...(driver.paired ? [] : ["gateway" as const]),
    ...(conflicts.some(({ path }) => path === "internal") ? [] : ["internal" as const]),
    ...optionFields.filter((key) => driver.labels.some((label) => label.key === key)),
  ]);
}

/** The command that a filled form means; empty fields are left out, so that the daemon's defaults apply. */
export function networkDraft(values: NetworkValues): Extract<CommandDraft, { type: "network.create" }> {
  const fields = fieldsOf(values.driver);
  const gateway = fields.has("gateway") ? values.gateway : "";
  const ipv4 = pool({ subnet: values.subnet, gateway, ipRange: values.ipRange });
  const ipv6 = values.ipv6 ? pool({ subnet: values.subnet6 }) : null;
  return {
    type: "network.create",
    name: values.name,
    driver: values.driver,
    pools: [ipv4, ipv6].filter((config) => config !== null),
    enableIpv6: values.ipv6,
    internal: fields.has("internal") && values.internal,
    options: optionsOf(values, fields),
  };
}

/** The field that a problem's path is about. */
export function fieldOf(path: string): string {
  const [head, index, part] = path.split(".");
  if (head === "options") return keyOfLabel(path.slice("options.".length));
  if (head !== "pools") return path;
  return index === "1" && part === "subnet" ? "subnet6" : (part ?? "subnet");
}

/** Only what is not as it is in an untouched form. */
function optionsOf(values: NetworkValues, fields: ReadonlySet<keyof NetworkValues>): Record<string, string> {
  const given = optionFields.filter((key) => fields.has(key) && values[key] !== initialNetwork[key]);
  return Object.fromEntries(given.map((key) => [shortLabel(key), String(values[key]).trim()]));
}

function pool(texts: Pick<PoolConfig, "subnet" | "gateway" | "ipRange">): PoolConfig | null {
  const given = Object.entries(texts).flatMap(([key, text]) => (text?.trim() ? [[key, text.trim()]] : []));
  return given.length > 0 ? Object.fromEntries(given) : null;
}
