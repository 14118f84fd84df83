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
  width,
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

/** A range of addresses that is handed out in subnets of one prefix length, the lowest first. */
export interface PoolBlock {
  readonly base: Cidr;
  readonly prefix: number;
}

/** What keeps automatic choice away from the pools it overlaps. */
export type Occupant = { readonly subnet: Cidr; readonly text: string } & (
  | { readonly kind: "network"; readonly network: Network }
  | { readonly kind: "route"; readonly dev: string }
  | { readonly kind: "nameserver" }
);

/** Where subnets are chosen from automatically, first choice first. */
export function defaultBlocks(family: Family, hostId: string): PoolBlock[] {
  return family === 4 ? ipv4Blocks : [{ base: ulaPrefix(hostId), prefix: 64 }];
}

/** Every subnet that is chosen automatically, lowest choice first. */
export function* defaultPools(family: Family, hostId: string): Generator<Cidr> {
  for (const block of defaultBlocks(family, hostId)) yield* poolsOf(block);
}

/** Every subnet of a block. */
export function* poolsOf({ base, prefix }: PoolBlock): Generator<Cidr> {
  const step = size({ ...base, prefix });
  for (let offset = 0n; offset < size(base); offset += step) {
    const address = nth(base, offset);
    if (address) yield subnetOf(address, prefix);
  }
}

/** Networks, on-link routes and name servers of a family. */
export function occupantsOf(topology: Topology, family: Family, facts: Facts): Occupant[] {
  const all: Occupant[] = [
    ...usedSubnets(topology).map((used) => ({ kind: "network" as const, ...used })),
    ...hostSubnets(facts).map((route) => ({ kind: "route" as const, ...route })),
    ...facts.nameservers.flatMap((text) => {
      const parsed = parseAddress(text);
      if (!parsed.ok) return [];
      return [{ kind: "nameserver" as const, text, subnet: subnetOf(parsed.value, width(parsed.value.family)) }];
    }),
  ];
  return all.filter(({ subnet }) => subnet.family === family);
}

/** The first default pool that no network, on-link route or name server of the host is in; null when none is left. */
export function nextPool(topology: Topology, family: Family, facts: Facts): Cidr | null {
  const occupants = occupantsOf(topology, family, facts);
  for (const pool of defaultPools(family, facts.hostId))
    if (!occupants.some(({ subnet }) => overlaps(subnet, pool))) return pool;
  return null;
}

/** As `nextPool`; throws EXHAUSTED when none is left. */
export function requestPool(topology: Topology, family: Family, facts: Facts): Cidr {
  return nextPool(topology, family, facts) ?? exhausted(family);
}

/**
 * A subnet of two addresses (RFC 3021, RFC 6164): the lowest that is free in the last default pool that holds nothing or such
 * subnets only, so that many links take one pool from the networks that need a whole one. Throws EXHAUSTED as `requestPool`.
 */
export function requestPair(topology: Topology, family: Family, facts: Facts): Cidr {
  const occupants = occupantsOf(topology, family, facts);
  const prefix = width(family) - 1;
  for (const pool of [...defaultPools(family, facts.hostId)].reverse()) {
    const inside = occupants.filter(({ subnet }) => overlaps(subnet, pool));
    if (inside.some(({ kind, subnet }) => kind !== "network" || subnet.prefix !== prefix)) continue;
    const taken = new Set(inside.map(({ subnet }) => subnet.first));
    let first = pool.first;
    while (taken.has(first)) first += 2n;
    if (contains(pool, { family, value: first })) return { family, first, prefix };
  }
  return exhausted(family);
}

function exhausted(family: Family): never {
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
