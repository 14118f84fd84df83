import ipaddr from "ipaddr.js";
import { CnmError } from "./errors.ts";
import { bad, good, type Parsed } from "./parsed.ts";
import { quote } from "./text.ts";

export type Family = 4 | 6;

/** One IP address; `value` is its bits as a number. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** A subnet; `first` is its network address and has no host bits. */
export interface Cidr {
  readonly family: Family;
  readonly first: bigint;
  readonly prefix: number;
}

/** Number of bits of an address. */
export const width = (family: Family): number => (family === 4 ? 32 : 128);

export const size = (cidr: Cidr): bigint => 1n << BigInt(width(cidr.family) - cidr.prefix);

/** The highest address: in IPv4 the broadcast address. */
export const last = (cidr: Cidr): bigint => cidr.first + size(cidr) - 1n;

export function contains(cidr: Cidr, address: Address): boolean {
  return cidr.family === address.family && cidr.first <= address.value && address.value <= last(cidr);
}

export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.family === inner.family && outer.first <= inner.first && last(inner) <= last(outer);
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && a.first <= last(b) && b.first <= last(a);
}

/** The nth address, counted from the network address; null outside the subnet. */
export function nth(cidr: Cidr, n: bigint): Address | null {
  return n >= 0n && n < size(cidr) ? { family: cidr.family, value: cidr.first + n } : null;
}

/** The subnet of that prefix length that the address lies in. */
export function subnetOf(address: Address, prefix: number): Cidr {
  const hostBits = BigInt(width(address.family) - prefix);
  return { family: address.family, first: (address.value >> hostBits) << hostBits, prefix };
}

/** Canonical text: dotted quad, or RFC 5952. */
export function formatAddress({ family, value }: Address): string {
  const bytes = addressBytes({ family, value });
  return family === 4 ? bytes.join(".") : new ipaddr.IPv6(bytes).toRFC5952String();
}

export function formatCidr({ family, first, prefix }: Cidr): string {
  return `${formatAddress({ family, value: first })}/${prefix}`;
}

/** The address in network byte order: 4 or 16 bytes. */
export function addressBytes({ family, value }: Address): number[] {
  const length = width(family) / 8;
  return Array.from({ length }, (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 0xffn));
}

/** Takes the one spelling a network engineer expects, in either case; formatting the value again gives the canonical text. */
export function parseAddress(text: string): Parsed<Address> {
  const problem = text.includes(":") ? oddIpv6(text) : oddIpv4(text);
  if (problem) return bad(problem);
  const bytes = ipaddr.parse(text).toByteArray();
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return good({ family: bytes.length === 4 ? 4 : 6, value });
}

/** "172.17.0.0/16"; host bits are refused with the network that was probably meant. */
export function parseCidr(text: string): Parsed<Cidr> {
  const parsed = parsePrefixed(text);
  if (!parsed.ok) return parsed;
  const { address, prefix } = parsed.value;
  const cidr = subnetOf(address, prefix);
  if (cidr.first === address.value) return good(cidr);
  return bad(`${formatAddress(address)}/${prefix} has host bits set; the network is ${formatCidr(cidr)}`);
}

/** An address and the length of its subnet's prefix, "172.17.0.5/16". */
export function parsePrefixed(text: string): Parsed<{ address: Address; prefix: number }> {
  const [addressText = "", prefixText, ...rest] = text.split("/");
  if (rest.length > 0) return bad(`${quote(text)} is not a subnet such as 172.17.0.0/16`);
  const address = parseAddress(addressText);
  if (!address.ok) return address;
  if (prefixText === undefined) return bad(`${text} has no prefix length; a subnet is written such as ${text}/24`);
  const { family } = address.value;
  const prefix = Number(prefixText);
  if (/^(0|[1-9]\d{0,2})$/.test(prefixText) && prefix <= width(family)) return good({ address: address.value, prefix });
  return bad(`${quote(text)} has a wrong prefix length; IPv${family} allows /0 to /${width(family)}`);
}

/** An address that the model itself holds, with or without its prefix length. Anything else is a bug. */
export function addressOf(text: string): Address {
  return trusted(parseAddress(text.split("/")[0] ?? ""));
}

/** A subnet that the model itself holds. Anything else is a bug. */
export function cidrOf(text: string): Cidr {
  return trusted(parseCidr(text));
}

function trusted<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw new CnmError("INTERNAL", `the model holds a malformed address: ${parsed.message}`);
}

function oddIpv4(text: string): string | null {
  if (text === "") return "must be an IP address, and is empty";
  const octets = text.split(".");
  if (!octets.every((octet) => /^\d{1,3}$/.test(octet))) return `${quote(text)} is not an IP address`;
  if (octets.length !== 4) return `${quote(text)} is not a whole IPv4 address; it has four numbers, such as 172.17.0.1`;
  const plain = octets.map(Number).join(".");
  if (octets.some((octet) => Number(octet) > 255)) return `${quote(text)} has a number above 255`;
  return plain === text ? null : `${text} has leading zeros, which some programs read as octal; write ${plain}`;
}

function oddIpv6(text: string): string | null {
  const [plain = "", zone] = text.split("%");
  if (zone !== undefined && ipaddr.IPv6.isValid(plain)) return `${quote(text)} has a zone id; write ${plain}`;
  if (!ipaddr.IPv6.isValid(text)) return `${quote(text)} is not an IPv6 address`;
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) return `${text} is an IPv4-mapped address; write ${address.toIPv4Address()}`;
  // Correct (RFC 4291 2.2), and more often a mistake than meant.
  return text.includes(".") ? `${quote(text)} ends as an IPv4 address; write ${address.toRFC5952String()}` : null;
}
