import {
  type Cidr,
  cidrOf,
  contains,
  type Family,
  nth,
  overlaps,
  parseAddress,
  parseCidr,
  size,
  subnetOf,
} from "./cidr.ts";
import { CnmError } from "./errors.ts";
import type { Facts } from "./facts.ts";
import type { Network } from "./network.ts";
import type { Topology } from "./topology.ts";

/** Docker's local default pools in its order: fifteen /16 and sixteen /20. */
const ipv4Blocks = [
  ...Array.from({ length: 15 }, (_, i) => ({ base: cidrOf(`172.${17 + i}.0.0/16`), prefix: 16 })),
  { base: cidrOf("192.168.0.0/16"), prefix: 20 },
];

/** Every subnet that is chosen automatically, lowest choice first. */
export function* defaultPools(family: Family, hostId: string): Generator<Cidr> {
  const blocks = family === 4 ? ipv4Blocks : [{ base: ulaPrefix(hostId), prefix: 64 }];
  for (const { base, prefix } of blocks) yield* split(base, prefix);
}

/**
 * The first default pool that no network, on-link route or name server of the host is in. Throws EXHAUSTED when none is
 * left.
 */
export function requestPool(topology: Topology, family: Family, facts: Facts): Cidr {
  const used = [
    ...usedSubnets(topology).map(({ subnet }) => subnet),
    ...hostSubnets(facts).map(({ subnet }) => subnet),
  ];
  const servers = facts.nameservers.map(parseAddress).flatMap((parsed) => (parsed.ok ? [parsed.value] : []));
  for (const pool of defaultPools(family, facts.hostId)) {
    if (used.some((subnet) => overlaps(subnet, pool))) continue;
    if (!servers.some((server) => contains(pool, server))) return pool;
  }
  throw new CnmError("EXHAUSTED", `every default IPv${family} pool is in use by a network, a route or a name server`, {
    rule: "no-pool-left",
    lift: "give a subnet, or delete a network",
  });
}

/** The network whose subnet overlaps, with that subnet. */
export function overlappingNetwork(topology: Topology, subnet: Cidr): { text: string; network: Network } | undefined {
  return usedSubnets(topology).find((used) => overlaps(used.subnet, subnet));
}

/** The on-link host route that overlaps. */
export function overlappingRoute(facts: Facts, subnet: Cidr): { text: string; dev: string } | undefined {
  return hostSubnets(facts).find((route) => overlaps(route.subnet, subnet));
}

function usedSubnets(topology: Topology): { subnet: Cidr; text: string; network: Network }[] {
  return Object.values(topology.networks).flatMap((network) =>
    network.pools.map(({ subnet: text }) => ({ subnet: cidrOf(text), text, network })),
  );
}

/** A default route reaches everything and occupies nothing. */
function hostSubnets(facts: Facts): { subnet: Cidr; text: string; dev: string }[] {
  return facts.onLinkRoutes.flatMap(({ subnet: text, dev }) => {
    const parsed = parseCidr(text);
    return parsed.ok && parsed.value.prefix > 0 ? [{ subnet: parsed.value, text, dev }] : [];
  });
}

function* split(base: Cidr, prefix: number): Generator<Cidr> {
  const step = size({ ...base, prefix });
  for (let offset = 0n; offset < size(base); offset += step) {
    const address = nth(base, offset);
    if (address) yield subnetOf(address, prefix);
  }
}

/** A unique local /48 (RFC 4193: fd and 40 bits) that is the same for a host every time. */
function ulaPrefix(hostId: string): Cidr {
  const globalId = hash(hostId) & 0xff_ffff_ffffn;
  return { family: 6, first: (0xfdn << 120n) | (globalId << 80n), prefix: 48 };
}

/** FNV-1a, 64 bits: it spreads, and need not be secret. */
function hash(text: string): bigint {
  let sum = 0xcbf29ce484222325n;
  for (const char of text) sum = BigInt.asUintN(64, (sum ^ BigInt(char.codePointAt(0) ?? 0)) * 0x100000001b3n);
  return sum;
}
