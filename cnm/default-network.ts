import { type Address, formatAddress, formatCidr, parsePrefixed, subnetOf } from "./cidr.ts";
import { type CommandOf, NetworkCreate, type PoolConfig } from "./commands.ts";
import { invalid, type Problem } from "./errors.ts";
import type { Facts } from "./facts.ts";
import { defaultGatewayName } from "./gateway.ts";
import type { Id } from "./ids.ts";
import { endpointsOf } from "./members.ts";
import type { Network } from "./network.ts";
import { parseNetworkConfig } from "./network-config.ts";
import { makeNetwork } from "./reduce-network.ts";
import { count, quote } from "./text.ts";
import type { Change, Topology } from "./topology.ts";

/** The network that is there from the start. The id is SHA-256 of "patchbay default network". */
export const defaultNetworkId: Id = "7f7bda17bc6b185ad13b53c754e7f38ba9a1072ee98b961411f3fb30bffff9a2";
const name = "bridge";
const device = "patchbay0";

/** What a daemon can be told about it: dockerd(8)'s flags, as texts. */
export const defaultNetworkFlags = [
  "bridge",
  "bip",
  "bip6",
  "fixed-cidr",
  "fixed-cidr-v6",
  "default-gateway",
  "default-gateway-v6",
  "mtu",
  "icc",
  "ip-masq",
  "ip",
  "ipv6",
] as const;
export type DefaultNetworkFlag = (typeof defaultNetworkFlags)[number];
export type DefaultNetworkOptions = Partial<Record<DefaultNetworkFlag, string>>;

type Create = Omit<CommandOf<"network.create">, "newId" | "at">;

/** The label that says which options made the network: with others, the next start makes another one of it. */
const optionsLabel = "patchbay.daemon.options";

/** How the network is to be created; null for `--bridge none`. Throws INVALID_PARAMETER with the problems of all options. */
export function parseDefaultNetwork(options: DefaultNetworkOptions): Create | null {
  const problems: Problem[] = [];
  const pools = [
    poolConfig(options, { ip: "bip", range: "fixed-cidr", gateway: "default-gateway" }, problems),
    poolConfig(options, { ip: "bip6", range: "fixed-cidr-v6", gateway: "default-gateway-v6" }, problems),
  ].filter((pool) => pool !== null);
  if (options.ipv6 !== undefined && !["true", "false"].includes(options.ipv6))
    problems.push({ path: "--ipv6", message: `must be true or false, not ${quote(options.ipv6)}` });
  if (options.ipv6 === "false" && pools.some(({ family }) => family === 6))
    problems.push({ path: "--ipv6", message: "is false, but an IPv6 subnet is given" });
  const command = NetworkCreate.parse({
    type: "network.create",
    name,
    pools,
    enableIpv6: options.ipv6 === "true",
    options: { name: options.bridge ?? device, ...labelsOf(options) },
    labels: writtenOptions(options),
  });
  const found: Problem[] = [];
  parseNetworkConfig(command, found);
  problems.push(...found.map((problem) => ({ ...problem, path: flagOf(problem.path, pools) })));
  if (problems.length > 0) throw invalid(problems);
  return options.bridge === "none" ? null : command;
}

export type Settled = { change: Change; summary: string } | { kept: string };

/**
 * What the daemon's options come to for the default network of a topology: null if it is as they say. Nobody loses a network:
 * one with endpoints stays as it is. Throws the refusal of a network that cannot be.
 */
export function settleDefaultNetwork(
  topology: Topology,
  command: CommandOf<"network.create"> | null,
  facts: Facts,
): Settled | null {
  const before = topology.networks[defaultNetworkId] ?? null;
  if (before?.labels[optionsLabel] === command?.labels[optionsLabel] && !before === !command) return null;
  const said = command?.labels[optionsLabel] ?? (command ? "none" : "--bridge none");
  const members = endpointsOf(topology, defaultNetworkId).length;
  if (members > 0) {
    const kept = `network ${name} has ${count(members, "endpoint")} and stays as it is; the daemon's options (${said}) wait until it has none`;
    return { kept };
  }
  const { [defaultNetworkId]: _, ...networks } = topology.networks;
  const after =
    command &&
    makeNetwork({ ...topology, networks }, command, {
      facts: before ? without(before, facts) : facts,
      predefined: true,
    });
  const verb = !before ? "made" : after ? "changed" : "deleted";
  const subnets = after ? after.pools.map(({ subnet }) => `, ${subnet}`).join("") : "";
  return {
    change: { kind: "network", id: defaultNetworkId, before, after },
    summary: `${verb} the default network${subnets}; the daemon's options: ${said}`,
  };
}

/** Whether a person has asked for anything. */
export function isConfigured(command: Create): boolean {
  return optionsLabel in command.labels;
}

interface FamilyFlags {
  ip: DefaultNetworkFlag;
  range: DefaultNetworkFlag;
  gateway: DefaultNetworkFlag;
}

/** As dockerd does: a fixed-cidr without a bip is the subnet as well. */
function poolConfig(options: DefaultNetworkOptions, flags: FamilyFlags, problems: Problem[]): PoolConfig | null {
  const [ip, range, gateway] = [options[flags.ip], options[flags.range], options[flags.gateway]];
  const family = flags.ip === "bip" ? 4 : 6;
  if (ip === undefined && range === undefined) {
    if (gateway !== undefined)
      problems.push({ path: `--${flags.gateway}`, message: `needs --${flags.ip}, which says the subnet` });
    return null;
  }
  const aux = gateway === undefined ? {} : { auxAddresses: { [defaultGatewayName(family)]: gateway } };
  if (ip === undefined) return { family, subnet: range, ...aux };
  const parsed = parsePrefixed(ip);
  if (!parsed.ok) {
    problems.push({ path: `--${flags.ip}`, message: parsed.message });
    return null;
  }
  const { address } = parsed.value;
  if (address.family !== family) {
    problems.push({ path: `--${flags.ip}`, message: `must be an IPv${family} address with its prefix length` });
    return null;
  }
  const own = formatAddress(address);
  return {
    family,
    subnet: networkOf(parsed.value),
    gateway: own,
    ...(range === undefined ? {} : { ipRange: range }),
    // The bridge's own address is the default gateway anyway.
    ...(gateway === own ? {} : aux),
  };
}

const optionOf = { mtu: "mtu", icc: "icc", "ip-masq": "masquerade", ip: "host_binding_ipv4" } as const;

function labelsOf(options: DefaultNetworkOptions): Record<string, string> {
  const given = Object.entries(optionOf).flatMap(([flag, label]) => {
    const value = options[flag as keyof typeof optionOf];
    return value === undefined ? [] : [[label, value]];
  });
  return Object.fromEntries(given);
}

function writtenOptions(options: DefaultNetworkOptions): Record<string, string> {
  const given = defaultNetworkFlags.filter((flag) => options[flag] !== undefined);
  return given.length === 0 ? {} : { [optionsLabel]: given.map((flag) => `--${flag} ${options[flag]}`).join(" ") };
}

/** Where a problem of the command comes from: the flag that a person wrote. */
function flagOf(path: string, pools: readonly PoolConfig[]): string {
  const [head, key = "", part = ""] = path.split(".");
  if (head === "options") {
    const flag = Object.entries(optionOf).find(([, label]) => label === key)?.[0];
    return flag ? `--${flag}` : "--bridge";
  }
  const pool = head === "pools" ? pools[Number(key)] : undefined;
  if (!pool) return path;
  const suffix = pool.family === 6 ? "-v6" : "";
  if (part === "ipRange" || (part === "subnet" && pool.gateway === undefined)) return `--fixed-cidr${suffix}`;
  return part === "auxAddresses" ? `--default-gateway${suffix}` : pool.family === 6 ? "--bip6" : "--bip";
}

/** The host as it would be without the network, whose device and addresses are about to go. */
function without(network: Network, facts: Facts): Facts {
  if (network.driver !== "bridge") return facts;
  const { bridge, adopted, keptAddresses } = network.options;
  const links = adopted
    ? facts.links.map((link) => (link.name === bridge ? { ...link, addresses: keptAddresses } : link))
    : facts.links.filter((link) => link.name !== bridge);
  const theirs = keptAddresses.map(parsePrefixed).flatMap((parsed) => (parsed.ok ? [networkOf(parsed.value)] : []));
  const onLinkRoutes = facts.onLinkRoutes.filter(({ subnet, dev }) => dev !== bridge || theirs.includes(subnet));
  return { ...facts, links, onLinkRoutes };
}

const networkOf = ({ address, prefix }: { address: Address; prefix: number }): string =>
  formatCidr(subnetOf(address, prefix));
