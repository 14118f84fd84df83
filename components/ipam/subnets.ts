import {
  type AddressBlock,
  type AddressCounts,
  type AddressMap,
  type AddressUse,
  addressMap,
  describeUse,
  formatCount,
} from "#cnm/address-map.ts";
import { type Address, formatAddress, formatCidr } from "#cnm/cidr.ts";
import type { Network, Pool } from "#cnm/network.ts";
import type { Topology } from "#cnm/topology.ts";

/** A subnet of a network with its map; subnets never overlap, so the text names it. */
export interface Subnet {
  readonly network: Network;
  readonly pool: Pool;
  readonly map: AddressMap;
}

/** What a place on the map shows. `use` is how it is drawn, `mark` what is written in it, `name` what it is called in full. */
export interface Cell {
  readonly key: string;
  readonly use: AddressUse["kind"] | "block";
  readonly mark: string;
  readonly name: string;
  /** Share of the addresses that are taken, 0 to 1; of blocks only. */
  readonly share?: number;
}

/** Every subnet, by the network's name and then as the network has them. */
export function subnetsOf(topology: Topology): Subnet[] {
  return Object.values(topology.networks)
    .sort((a, b) => a.name.localeCompare(b.name, "en"))
    .flatMap((network) => network.pools.map((pool) => ({ network, pool, map: addressMap(topology, network, pool) })));
}

/** The subnets whose network or subnet has every word of the filter. */
export function matching(subnets: readonly Subnet[], filter: string): Subnet[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return subnets.filter(({ network, pool }) =>
    words.every((word) => `${network.name} ${pool.subnet}`.toLowerCase().includes(word)),
  );
}

const marks: Partial<Record<AddressUse["kind"], string>> = {
  endpoint: "●",
  gateway: "G",
  auxiliary: "A",
  network: "N",
  broadcast: "B",
  anycast: "N",
};

export function addressCell({ address, use }: { address: Address; use: AddressUse }): Cell {
  const text = formatAddress(address);
  return { key: text, use: use.kind, mark: marks[use.kind] ?? "", name: `${text}: ${describeUse(use)}` };
}

export function blockCell(block: AddressBlock): Cell {
  const { used, free, outside, reserved } = block;
  const text = formatCidr(block.subnet);
  const counts = [`${formatCount(used)} used`, `${formatCount(free)} free`, reserved > 0n && `${reserved} reserved`];
  return {
    key: text,
    use: used === 0n && outside === free && free > 0n ? "outside" : "block",
    mark: used > 0n ? short(used) : "",
    name: `${text}: ${counts.filter(Boolean).join(", ")}`,
    share: shareOf(block),
  };
}

/** How much of what endpoints could hold they do hold, 0 to 1; all of it where they can hold nothing. */
export function shareOf({ used, capacity }: AddressCounts): number {
  return capacity > 0n ? Number(used) / Number(capacity) : 1;
}

/** At most four characters: "999", "12k", "16M". */
function short(count: bigint): string {
  if (count < 1000n) return `${count}`;
  return count < 1_000_000n ? `${count / 1000n}k` : `${count / 1_000_000n}M`;
}

/** Where a key leads from one of `count` cells that stand in rows of `columns`; null if nowhere. */
export function moveOnGrid(
  key: string,
  at: number,
  { count, columns }: { count: number; columns: number },
): number | null {
  const targets: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns,
    ArrowDown: at + columns,
    Home: at - (at % columns),
    End: Math.min(at - (at % columns) + columns - 1, count - 1),
    PageUp: at % columns,
    PageDown: count - 1,
  };
  const to = targets[key];
  return to === undefined || to < 0 || to >= count || to === at ? null : to;
}
