import { type Cidr, type Family, formatCidr, last, size } from "./cidr.ts";
import { defaultBlocks, nextPool, type Occupant, occupantsOf, type PoolBlock } from "./default-pools.ts";
import type { Facts } from "./facts.ts";
import type { Id } from "./ids.ts";
import { count } from "./text.ts";
import type { Topology } from "./topology.ts";

/** What takes default pools away. `subnet` is its own (of a name server: its address); `pools` is how many of them it touches. */
export type PoolOccupant = { subnet: string; pools: number } & (
  | { kind: "network"; id: Id; name: string }
  | { kind: "route"; dev: string }
  | { kind: "nameserver" }
);

/** Pools are used where a network lies in them, avoided where only the host's network does. */
export interface PoolCounts {
  total: number;
  used: number;
  avoided: number;
}

/** The default pools of a family. */
export interface PoolCapacity extends PoolCounts {
  family: Family;
  /** "192.168.0.0/16" in subnets of /20; first choice first. */
  blocks: ({ base: string; prefix: number } & PoolCounts)[];
  /** The subnet that the next network gets; null when none is left. */
  next: string | null;
  occupants: PoolOccupant[];
}

/** How much is left of what subnets are chosen from. Costs as much as there are occupants, not pools. */
export function poolCapacity(topology: Topology, family: Family, facts: Facts): PoolCapacity {
  const occupants = occupantsOf(topology, family, facts);
  const blocks = defaultBlocks(family, facts.hostId).map((block) => countPools(block, occupants));
  const sum = (key: keyof PoolCounts) => blocks.reduce((all, counts) => all + counts[key], 0);
  const next = nextPool(topology, family, facts);
  return {
    family,
    total: sum("total"),
    used: sum("used"),
    avoided: sum("avoided"),
    blocks,
    next: next && formatCidr(next),
    occupants: occupants.flatMap((occupant) => {
      const touched = defaultBlocks(family, facts.hostId).flatMap((block) => poolSpan(block, occupant.subnet));
      const pools = touched.reduce((all, { from, to }) => all + to - from + 1, 0);
      return pools > 0 ? [{ ...described(occupant), pools }] : [];
    }),
  };
}

function countPools(block: PoolBlock, occupants: readonly Occupant[]) {
  const touched = (some: readonly Occupant[]) => unionLength(some.flatMap(({ subnet }) => poolSpan(block, subnet)));
  const used = touched(occupants.filter(({ kind }) => kind === "network"));
  return {
    base: formatCidr(block.base),
    prefix: block.prefix,
    total: Number(size(block.base) / size({ ...block.base, prefix: block.prefix })),
    used,
    avoided: touched(occupants) - used,
  };
}

/** Numbers of pools of a block, both ends included. */
interface Span {
  from: number;
  to: number;
}

/** Which pools of the block a subnet touches; at most one span. */
function poolSpan({ base, prefix }: PoolBlock, subnet: Cidr): Span[] {
  const low = subnet.first > base.first ? subnet.first : base.first;
  const high = last(subnet) < last(base) ? last(subnet) : last(base);
  const step = size({ ...base, prefix });
  return low > high ? [] : [{ from: Number((low - base.first) / step), to: Number((high - base.first) / step) }];
}

function unionLength(spans: Span[]): number {
  let length = 0;
  let end = -1;
  for (const { from, to } of spans.sort((a, b) => a.from - b.from)) {
    length += Math.max(0, to - Math.max(from - 1, end));
    end = Math.max(end, to);
  }
  return length;
}

function described(occupant: Occupant) {
  const { text: subnet } = occupant;
  if (occupant.kind === "network")
    return { kind: occupant.kind, subnet, id: occupant.network.id, name: occupant.network.name };
  return occupant.kind === "route"
    ? { kind: occupant.kind, subnet, dev: occupant.dev }
    : { kind: occupant.kind, subnet };
}

/** "route 10.0.0.0/8 of eth0, which lies in 2 default pools". */
export function whatOccupies(occupant: PoolOccupant): string {
  const { subnet, pools } = occupant;
  const where = `which lies in ${count(pools, "default pool")}`;
  if (occupant.kind === "network") return `network ${occupant.name} (${subnet}), ${where}`;
  return occupant.kind === "route" ? `route ${subnet} of ${occupant.dev}, ${where}` : `name server ${subnet}, ${where}`;
}
