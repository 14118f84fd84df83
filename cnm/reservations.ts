import { addressOf, type Cidr, cidrOf, last, width } from "./cidr.ts";
import type { Pool } from "./network.ts";
import { quote } from "./text.ts";

/** Why no endpoint can hold an address of a pool. */
export type Reservation =
  | { kind: "network" | "broadcast" | "anycast" | "gateway" }
  /** Kept free for others under that name. */
  | { kind: "auxiliary"; name: string };

/** Every address of the pool that no endpoint can hold. */
export function reservationsOf(pool: Pool): Map<bigint, Reservation> {
  const reserved = endsOf(cidrOf(pool.subnet));
  for (const [name, text] of Object.entries(pool.auxAddresses))
    reserved.set(addressOf(text).value, { kind: "auxiliary", name });
  if (pool.gateway) reserved.set(addressOf(pool.gateway).value, { kind: "gateway" });
  return reserved;
}

/** RFC 3021 (IPv4 /31) and RFC 6164 (IPv6 /127) let two hosts use both addresses; elsewhere the ends have a meaning of their own. */
export function endsOf(subnet: Cidr): Map<bigint, Reservation> {
  const reserved = new Map<bigint, Reservation>();
  if (width(subnet.family) - subnet.prefix < 2) return reserved;
  if (subnet.family === 6) return reserved.set(subnet.first, { kind: "anycast" });
  return reserved.set(subnet.first, { kind: "network" }).set(last(subnet), { kind: "broadcast" });
}

const words = {
  network: "the network address",
  broadcast: "the broadcast address",
  anycast: "the subnet-router anycast address (RFC 4291)",
  gateway: "the gateway of the network",
};

/** "the gateway of the network". */
export function describeReservation(reservation: Reservation): string {
  return reservation.kind === "auxiliary"
    ? `the auxiliary address ${quote(reservation.name)}`
    : words[reservation.kind];
}
