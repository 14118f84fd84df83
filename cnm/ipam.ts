import {
  type Address,
  addressOf,
  type Cidr,
  cidrOf,
  contains,
  type Family,
  formatAddress,
  last,
  parseAddress,
  size,
} from "./cidr.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Refusal } from "./errors.ts";
import type { Id } from "./ids.ts";
import { endpointsOf } from "./members.ts";
import type { Network, Pool } from "./network.ts";
import { bad, good, type Parsed } from "./parsed.ts";
import { describeReservation, endsOf, reservationsOf } from "./reservations.ts";
import { quote } from "./text.ts";
import type { Topology } from "./topology.ts";

/** An address that an endpoint holds. */
export interface UsedAddress {
  readonly value: bigint;
  readonly endpoint: Endpoint;
}

export type AddressAnswer = { ok: true; address: Address } | Refusal;

/** The network's pool of a family; at most one. */
export function poolOf(network: Network, family: Family): Pool | undefined {
  return network.pools.find((pool) => pool.family === family);
}

/** The addresses of a family that the network's endpoints hold: there is no other book-keeping of them. */
export function usedAddresses(topology: Topology, networkId: Id, family: Family): UsedAddress[] {
  return endpointsOf(topology, networkId).flatMap((endpoint) => {
    const value = heldBy(endpoint)[family];
    return value === null ? [] : { value, endpoint };
  });
}

/**
 * An address of the pool that nobody holds: the wanted one, or the lowest free one of the ip-range. Costs as much as there
 * are used addresses, however large the subnet is.
 */
export function requestAddress(pool: Pool, used: readonly UsedAddress[], wanted?: string): AddressAnswer {
  if (wanted !== undefined) return explicitAddress(pool, used, wanted);
  const occupied = [...reservationsOf(pool).keys(), ...used.map(({ value }) => value)];
  const value = lowestFree(cidrOf(pool.ipRange ?? pool.subnet), occupied);
  if (value !== null) return { ok: true, address: { family: pool.family, value } };
  const where = pool.ipRange ? `the range ${pool.ipRange} of ${pool.subnet}` : pool.subnet;
  return {
    ok: false,
    code: "EXHAUSTED",
    rule: "no-address-left",
    message: `no address is free in ${where}`,
    lift: pool.ipRange ? "give an address outside the range, or delete an endpoint" : "delete an endpoint",
  };
}

/** The address that the next endpoint of the network would get; null where the network has no such pool or no address is left. */
export function nextFree(topology: Topology, networkId: Id, family: Family): string | null {
  const network = topology.networks[networkId];
  const pool = network && poolOf(network, family);
  if (!pool) return null;
  const answer = requestAddress(pool, usedAddresses(topology, networkId, family));
  return answer.ok ? formatAddress(answer.address) : null;
}

/** An address in that subnet as text without prefix length is read; anything else says what would be right. */
export function parseMember(subnet: Cidr, text: string): Parsed<Address> {
  const slash = text.indexOf("/");
  if (slash > 0) return bad(`${quote(text)} must be written without a prefix length: ${quote(text.slice(0, slash))}`);
  const parsed = parseAddress(text);
  if (!parsed.ok) return parsed;
  const { family } = parsed.value;
  if (family !== subnet.family) return bad(`${text} is an IPv${family} address; the subnet is IPv${subnet.family}`);
  if (!contains(subnet, parsed.value)) return bad(`${text} is outside the subnet, whose addresses are ${span(subnet)}`);
  const reason = endsOf(subnet).get(parsed.value.value);
  return reason ? bad(`${text} is ${describeReservation(reason)}`) : good(parsed.value);
}

/** The lowest address of the subnet that an endpoint or gateway can have and nobody holds. */
export function firstUsable(subnet: Cidr, occupied: readonly bigint[]): bigint | null {
  return lowestFree(subnet, [...endsOf(subnet).keys(), ...occupied]);
}

function explicitAddress(pool: Pool, used: readonly UsedAddress[], wanted: string): AddressAnswer {
  const parsed = parseMember(cidrOf(pool.subnet), wanted);
  if (!parsed.ok) return { ok: false, code: "INVALID_PARAMETER", rule: "address-not-usable", message: parsed.message };
  const text = formatAddress(parsed.value);
  const reserved = reservationsOf(pool).get(parsed.value.value);
  if (reserved) return taken("address-reserved", `${text} is ${describeReservation(reserved)}`);
  const holder = used.find(({ value }) => value === parsed.value.value)?.endpoint;
  if (holder) return taken("address-in-use", `${text} is in use by endpoint ${holder.name}`);
  return { ok: true, address: parsed.value };
}

function taken(rule: string, message: string): Refusal {
  return {
    ok: false,
    code: "CONFLICT",
    rule,
    message,
    lift: "give another address, or none to get the lowest free one",
  };
}

/** With n addresses occupied, one of the first n + 1 is free: only those are looked at. */
function lowestFree(range: Cidr, occupied: readonly bigint[]): bigint | null {
  const total = size(range);
  const looked = BigInt(occupied.length) < total ? occupied.length + 1 : Number(total);
  const seen = new Uint8Array(looked);
  for (const value of occupied) {
    const offset = value - range.first;
    if (offset >= 0n && offset < looked) seen[Number(offset)] = 1;
  }
  const free = seen.indexOf(0);
  return free < 0 ? null : range.first + BigInt(free);
}

function span(subnet: Cidr): string {
  const { family, first } = subnet;
  return `${formatAddress({ family, value: first })} to ${formatAddress({ family, value: last(subnet) })}`;
}

/** Endpoints never change, so their texts are read once. */
const held = new WeakMap<Endpoint, Record<Family, bigint | null>>();

function heldBy(endpoint: Endpoint): Record<Family, bigint | null> {
  const known = held.get(endpoint);
  if (known) return known;
  const value = (text: string | null) => (text === null ? null : addressOf(text).value);
  const addresses = { 4: value(endpoint.ipv4), 6: value(endpoint.ipv6) };
  held.set(endpoint, addresses);
  return addresses;
}
