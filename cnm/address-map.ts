import { type Address, type Cidr, cidrOf, formatAddress, last, size, subnetOf, width } from "./cidr.ts";
import type { Id } from "./ids.ts";
import { usedAddresses } from "./ipam.ts";
import type { Network, Pool } from "./network.ts";
import { describeReservation, type Reservation, reservationsOf } from "./reservations.ts";
import type { Topology } from "./topology.ts";

/** What an address is for. outside: free, and only given to who asks for it, because it is not in the ip-range. */
export type AddressUse =
  | Reservation
  | { kind: "endpoint"; id: Id; name: string }
  | { kind: "free" }
  | { kind: "outside" };

/** Neighbouring addresses of the same use, both ends included; every address that is neither free nor outside is a run of its own. */
export interface AddressRun {
  readonly first: bigint;
  readonly last: bigint;
  readonly use: AddressUse;
}

/** How many addresses are for what; `outside` is a part of `free`, and used + free = capacity. */
export interface AddressCounts {
  /** Held by endpoints. */
  readonly used: bigint;
  readonly free: bigint;
  readonly outside: bigint;
  /** For nobody: gateway, auxiliary, network, broadcast and anycast addresses. */
  readonly reserved: bigint;
  /** What endpoints could hold if there were none yet. */
  readonly capacity: bigint;
}

/** A pool from its first address to its last: `runs` cover it without gaps, in order. */
export interface AddressMap extends AddressCounts {
  readonly subnet: Cidr;
  readonly runs: readonly AddressRun[];
}

/** A part of a subnet with its counts. */
export interface AddressBlock extends AddressCounts {
  readonly subnet: Cidr;
}

/** What every address of a network's pool is for. Costs as much as there are used and reserved addresses, however large the pool is. */
export function addressMap(topology: Topology, network: Network, pool: Pool): AddressMap {
  const subnet = cidrOf(pool.subnet);
  const uses = new Map<bigint, AddressUse>(reservationsOf(pool));
  for (const { value, endpoint } of usedAddresses(topology, network.id, pool.family))
    uses.set(value, { kind: "endpoint", id: endpoint.id, name: endpoint.name });
  const range = cidrOf(pool.ipRange ?? pool.subnet);
  const runs: AddressRun[] = [];
  let from = subnet.first;
  for (const [value, use] of [...uses].sort(([a], [b]) => (a < b ? -1 : 1))) {
    runs.push(...unheld(from, value - 1n, range), { first: value, last: value, use });
    from = value + 1n;
  }
  runs.push(...unheld(from, last(subnet), range));
  return { subnet, runs, ...countsOf(runs) };
}

/** The runs that lie in a part of the map's subnet, cut to it. */
export function runsWithin({ runs }: AddressMap, part: Cidr): AddressRun[] {
  return runs.flatMap((run) => cut(run, part.first, last(part)));
}

/** The largest subnet that is looked at address by address: an IPv4 /24. */
const cellBits = 8;

/** Whether a subnet is small enough to be looked at address by address. */
export function hasCells({ family, prefix }: Cidr): boolean {
  return width(family) - prefix <= cellBits;
}

/** Every address of a small part of the map with its use; at most 256 (see `hasCells`). */
export function cellsOf(map: AddressMap, part: Cidr): { address: Address; use: AddressUse }[] {
  return runsWithin(map, part).flatMap((run) =>
    Array.from({ length: Number(run.last - run.first + 1n) }, (_, i) => ({
      address: { family: part.family, value: run.first + BigInt(i) },
      use: run.use,
    })),
  );
}

/** A larger IPv4 part as at most 256 blocks: /24, or what makes 256 of them. Costs as much as there are runs and blocks. */
export function blocksOf(map: AddressMap, part: Cidr): AddressBlock[] {
  const prefix = Math.min(part.prefix + cellBits, width(part.family) - cellBits);
  const step = size({ ...part, prefix });
  const blocks = Array.from({ length: Number(size(part) / step) }, (): AddressRun[] => []);
  for (const run of runsWithin(map, part)) {
    const end = Number((run.last - part.first) / step);
    for (let at = Number((run.first - part.first) / step); at <= end; at++) {
      const first = part.first + BigInt(at) * step;
      blocks[at]?.push(...cut(run, first, first + step - 1n));
    }
  }
  return blocks.map((runs, at) => ({
    subnet: subnetOf({ family: part.family, value: part.first + BigInt(at) * step }, prefix),
    ...countsOf(runs),
  }));
}

/** "used by endpoint db", "the gateway of the network", "free". */
export function describeUse(use: AddressUse): string {
  if (use.kind === "endpoint") return `used by endpoint ${use.name}`;
  if (use.kind === "free") return "free";
  if (use.kind === "outside") return "free, outside the ip-range: given only on request";
  return describeReservation(use);
}

/** "10.0.0.4", or "10.0.0.4 to 10.0.0.9". */
export function formatRun({ family }: Cidr, { first, last: end }: AddressRun): string {
  const text = (value: bigint) => formatAddress({ family, value });
  return first === end ? text(first) : `${text(first)} to ${text(end)}`;
}

/** "65,533"; of what nobody counts, "about 2^64". */
export function formatCount(count: bigint): string {
  if (count < 10_000_000n) return count.toLocaleString("en");
  return `about 2^${Math.round(Math.log2(Number(count)))}`;
}

/** Addresses that nobody has: what of them lies in the range is free, the rest outside. Empty where there are none. */
function unheld(first: bigint, end: bigint, range: Cidr): AddressRun[] {
  const parts: AddressRun[] = [
    { first, last: range.first - 1n, use: { kind: "outside" } },
    { first: range.first, last: last(range), use: { kind: "free" } },
    { first: last(range) + 1n, last: end, use: { kind: "outside" } },
  ];
  return parts.flatMap((part) => cut(part, first, end));
}

function cut(run: AddressRun, first: bigint, end: bigint): AddressRun[] {
  if (first <= run.first && run.last <= end) return run.first <= run.last ? [run] : [];
  const from = run.first > first ? run.first : first;
  const to = run.last < end ? run.last : end;
  return from <= to ? [{ ...run, first: from, last: to }] : [];
}

function countsOf(runs: readonly AddressRun[]): AddressCounts {
  const counts = { used: 0n, free: 0n, outside: 0n, reserved: 0n };
  for (const { first, last: end, use } of runs) {
    const length = end - first + 1n;
    if (use.kind === "endpoint") counts.used += length;
    else if (use.kind !== "free" && use.kind !== "outside") counts.reserved += length;
    else counts.free += length;
    if (use.kind === "outside") counts.outside += length;
  }
  return { ...counts, capacity: counts.used + counts.free };
}
