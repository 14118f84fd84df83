import {
  type Address,
  type Cidr,
  cidrOf,
  containsCidr,
  type Family,
  formatAddress,
  formatCidr,
  overlaps,
  parseCidr,
  parsePrefixed,
  subnetOf,
  width,
} from "./cidr.ts";
import type { CommandInput, PoolConfig } from "./commands.ts";
import { type DriverDefinition, drivers, findDriver, parseOptions } from "./drivers/index.ts";
import type { Problem } from "./errors.ts";
import { firstUsable, parseMember } from "./ipam.ts";
import type { DriverName, Pool } from "./network.ts";
import type { Parsed } from "./parsed.ts";
import { listing, quote } from "./text.ts";

type NetworkCreate = Extract<CommandInput, { type: "network.create" }>;

/** A pool as it was asked for: wholly given, or only its family. `ownGateway`: a person has said which address it is. */
export type PoolRequest = { family: Family; pool: Pool | null; ownGateway: boolean };

export interface NetworkConfig {
  driver: DriverDefinition<DriverName>;
  options: Record<string, unknown>;
  pools: PoolRequest[];
}

/** Parses what a network is to be like, as far as no topology is needed; every problem is added to the list. */
export function parseNetworkConfig(command: NetworkCreate, problems: Problem[]): NetworkConfig | null {
  const before = problems.length;
  const driver = findDriver(command.driver);
  const known = listing(Object.keys(drivers));
  if (!driver)
    problems.push({ path: "driver", message: `unknown driver ${quote(command.driver)}; there are: ${known}` });
  const options = driver && parseOptions(driver, command.options);
  if (options && !options.ok) problems.push(...options.problems);
  const pools = driver && !driver.hasPools ? noPools(driver, command, problems) : parsePools(command, problems);
  if (driver?.paired) problems.push(...unfitForPair(command, pools));
  const families = pools.map(({ family }) => family);
  if (options?.ok)
    problems.push(...(driver?.conflicts?.(options.options, { families, internal: command.internal }) ?? []));
  if (!driver || !options?.ok || problems.length > before) return null;
  return { driver, options: options.options, pools };
}

/** The pool of a subnet that was chosen automatically. */
export function automaticPool(subnet: Cidr): Pool {
  return {
    family: subnet.family,
    subnet: formatCidr(subnet),
    gateway: addressText(subnet.family, firstUsable(subnet, [])),
    ipRange: null,
    auxAddresses: {},
  };
}

function noPools(driver: DriverDefinition, command: NetworkCreate, problems: Problem[]): PoolRequest[] {
  if (command.pools.length > 0)
    problems.push({ path: "pools", message: `networks of driver ${driver.name} have no subnets` });
  return [];
}

/** Two ends need two addresses, and nothing is between them that could be a gateway. */
function unfitForPair({ pools }: NetworkCreate, requests: readonly PoolRequest[]): Problem[] {
  const gateways = pools.flatMap(({ gateway }, index) =>
    gateway === undefined
      ? []
      : [{ path: `pools.${index}.gateway`, message: "a point-to-point network has no gateway; leave it out" }],
  );
  const single = requests.flatMap(({ pool }): Problem[] => {
    if (!pool || cidrOf(pool.subnet).prefix < width(pool.family)) return [];
    const index = pools.findIndex(({ subnet }) => subnet !== undefined && subnet.includes(":") === (pool.family === 6));
    return [{ path: `pools.${index}.subnet`, message: `${pool.subnet} has one address, and a link has two ends` }];
  });
  return [...gateways, ...single];
}

function parsePools(command: NetworkCreate, problems: Problem[]): PoolRequest[] {
  const requests = command.pools.map((config, index) => parsePool(config, `pools.${index}`, problems));
  const given = new Set(requests.map(({ family }) => family));
  if (given.size < requests.length)
    problems.push({ path: "pools", message: "a network has at most one subnet per family, IPv4 and IPv6" });
  if (given.has(4) && !command.enableIpv4)
    problems.push({ path: "enableIpv4", message: "an IPv4 subnet is given, but IPv4 is switched off" });
  if (!command.enableIpv4 && !command.enableIpv6 && !given.has(6))
    problems.push({ path: "", message: "IPv4 or IPv6 must be enabled" });
  const wanted: Family[] = [...(command.enableIpv4 ? [4 as const] : []), ...(command.enableIpv6 ? [6 as const] : [])];
  const automatic = wanted
    .filter((family) => !given.has(family))
    .map((family) => ({ family, pool: null, ownGateway: false }));
  return [...requests, ...automatic].sort((a, b) => a.family - b.family);
}

function parsePool(config: PoolConfig, path: string, problems: Problem[]): PoolRequest {
  if (!config.subnet) return withoutSubnet(config, path, problems);
  const meant = parsePrefixed(config.subnet);
  check(parseCidr(config.subnet), `${path}.subnet`, problems);
  if (!meant.ok)
    return { family: config.family ?? (config.subnet.includes(":") ? 6 : 4), pool: null, ownGateway: false };
  const subnet = subnetOf(meant.value.address, meant.value.prefix);
  const { family } = subnet;
  if (config.family && config.family !== family)
    problems.push({ path: `${path}.family`, message: `${config.subnet} is an IPv${family} subnet` });
  const clash = specialUse.find(({ range }) => overlaps(range, subnet));
  if (clash)
    problems.push({
      path: `${path}.subnet`,
      message: `${config.subnet} overlaps ${formatCidr(clash.range)}: ${clash.use}`,
    });
  return { family, pool: parseParts({ config, subnet, path }, problems), ownGateway: config.gateway !== undefined };
}

/** What is inside a subnet cannot be given without the subnet. */
function withoutSubnet(config: PoolConfig, path: string, problems: Problem[]): PoolRequest {
  for (const part of ["gateway", "ipRange", "auxAddresses"] as const)
    if (config[part] !== undefined) problems.push({ path: `${path}.${part}`, message: "needs a subnet to be in" });
  return { family: config.family ?? 4, pool: null, ownGateway: false };
}

function parseParts(
  { config, subnet, path }: { config: PoolConfig; subnet: Cidr; path: string },
  problems: Problem[],
): Pool {
  const { family } = subnet;
  const ipRange =
    config.ipRange === undefined ? null : check(parseRange(subnet, config.ipRange), `${path}.ipRange`, problems);
  const gateway =
    config.gateway === undefined ? null : check(parseMember(subnet, config.gateway), `${path}.gateway`, problems);
  const aux = parseAux({ subnet, gateway, entries: Object.entries(config.auxAddresses ?? {}), path }, problems);
  const chosen = gateway?.value ?? firstUsable(subnet, [...aux.values()]);
  if (chosen === null)
    problems.push({ path: `${path}.subnet`, message: `${config.subnet} has no address left for the gateway` });
  const auxAddresses = Object.fromEntries([...aux].map(([name, value]) => [name, formatAddress({ family, value })]));
  const range = ipRange && formatCidr(ipRange);
  return { family, subnet: formatCidr(subnet), gateway: addressText(family, chosen), ipRange: range, auxAddresses };
}

function parseRange(subnet: Cidr, text: string): Parsed<Cidr> {
  const range = parseCidr(text);
  if (!range.ok || containsCidr(subnet, range.value)) return range;
  return { ok: false, message: `${text} is not a part of ${formatCidr(subnet)}` };
}

interface AuxEntries {
  subnet: Cidr;
  gateway: Address | null;
  entries: [string, string][];
  path: string;
}

function parseAux({ subnet, gateway, entries, path }: AuxEntries, problems: Problem[]): Map<string, bigint> {
  const aux = new Map<string, bigint>();
  for (const [name, text] of entries) {
    const at = `${path}.auxAddresses.${name}`;
    const address = check(parseMember(subnet, text), at, problems);
    if (!address) continue;
    const twin = [...aux].find(([, value]) => value === address.value)?.[0];
    if (twin !== undefined)
      problems.push({ path: at, message: `${text} is also the auxiliary address ${quote(twin)}` });
    if (gateway?.value === address.value) problems.push({ path: at, message: `${text} is also the gateway` });
    aux.set(name, address.value);
  }
  return aux;
}

function addressText(family: Family, value: bigint | null): string | null {
  return value === null ? null : formatAddress({ family, value });
}

/** The value, or null and the problem noted. */
function check<T>(parsed: Parsed<T>, path: string, problems: Problem[]): T | null {
  if (parsed.ok) return parsed.value;
  problems.push({ path, message: parsed.message });
  return null;
}

/** IANA's special-purpose registries, as far as no host can use such a subnet for its own network. */
const specialUse = [
  { range: cidrOf("0.0.0.0/8"), use: "no host has such an address (RFC 1122)" },
  { range: cidrOf("127.0.0.0/8"), use: "loopback never leaves a host (RFC 1122)" },
  { range: cidrOf("224.0.0.0/4"), use: "multicast (RFC 5771)" },
  { range: cidrOf("255.255.255.255/32"), use: "limited broadcast (RFC 919)" },
  { range: cidrOf("::/96"), use: "unspecified, loopback and IPv4-compatible addresses (RFC 4291)" },
  { range: cidrOf("fe80::/10"), use: "link-local addresses, which every interface has anyway (RFC 4291)" },
  { range: cidrOf("ff00::/8"), use: "multicast (RFC 4291)" },
];
