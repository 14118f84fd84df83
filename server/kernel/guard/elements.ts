import { ipBytes, ipText, macBytes, macText } from "../netlink/ip.ts";
import type { SetElement } from "../netlink/nftables.ts";
import { decodeText, encodeText } from "../netlink/text.ts";
import type { GuardObject, QuietObject } from "../objects.ts";
import type { Sources } from "../steps.ts";

/** The sets of the table, and what their elements hold beside the port. */
export const guardSets = ["guarded", "macs", "ipv4", "ipv6", "targets", "quiet"] as const;
export type GuardSet = (typeof guardSets)[number];

export interface GuardElement {
  set: GuardSet;
  port: string;
  /** A MAC or an address; null in `guarded` and `quiet`. */
  value: string | null;
}

type Guard = Sources & { port: string };

/** What a guard is in the sets. Pure, as all of this file. */
export function elementsOf({ port, mac, addresses }: Guard): GuardElement[] {
  const all = [...new Set([...addresses.map(canonical), ...linkLocals(mac, addresses)])];
  const ipv6 = all.filter(isIpv6);
  const elements = (set: GuardSet, values: (string | null)[]) => values.map((value) => ({ set, port, value }));
  return [
    ...elements("guarded", [null]),
    ...elements("macs", [mac.toLowerCase()]),
    ...elements(
      "ipv4",
      all.filter((address) => !isIpv6(address)),
    ),
    ...elements("ipv6", ipv6),
    ...elements("targets", ipv6),
  ];
}

export const quietElement = (port: string): GuardElement => ({ set: "quiet", port, value: null });

/** What changes from the guard as it was to the one it becomes. */
export function replacement({ was, ...guard }: Guard & { was: Sources }): {
  gone: GuardElement[];
  come: GuardElement[];
} {
  const [before, after] = [elementsOf({ port: guard.port, ...was }), elementsOf(guard)];
  return { gone: without(before, after), come: without(after, before) };
}

/** Whether both let the same through. */
export function sameSources(a: Guard, b: Guard): boolean {
  const { gone, come } = replacement({ ...a, was: b });
  return gone.length === 0 && come.length === 0;
}

/** The guards and quiet ports that all these elements are, or null if some are of no guard that is whole. */
export function guardsOf(elements: readonly GuardElement[]): (GuardObject | QuietObject)[] | null {
  const ports = new Map<string, GuardElement[]>();
  const quiet: QuietObject[] = [];
  for (const element of elements) {
    if (element.set === "quiet") {
      quiet.push({ kind: "quiet", port: element.port });
      continue;
    }
    const own = ports.get(element.port);
    if (own) own.push(element);
    else ports.set(element.port, [element]);
  }
  const guards = [...ports].map(([port, own]) => guardOf(port, own));
  return guards.every((guard) => guard !== null) ? [...guards, ...quiet] : null;
}

function guardOf(port: string, own: readonly GuardElement[]): GuardObject | null {
  const valuesIn = (wanted: GuardSet) =>
    own.flatMap(({ set, value }) => (set === wanted && value !== null ? [value] : []));
  const [mac = ""] = valuesIn("macs");
  const implied = linkLocals(mac, ["::"]);
  const addresses = [
    ...valuesIn("ipv4").sort(),
    ...valuesIn("ipv6")
      .filter((address) => !implied.includes(address))
      .sort(),
  ];
  const guard: GuardObject = { kind: "guard", port, mac, addresses };
  const whole = elementsOf(guard);
  return without(whole, own).length + without(own, whole).length === 0 ? guard : null;
}

function without(elements: readonly GuardElement[], others: readonly GuardElement[]): GuardElement[] {
  const known = new Set(others.map(keyOf));
  return elements.filter((element) => !known.has(keyOf(element)));
}

const keyOf = ({ set, port, value }: GuardElement): string => `${set} ${port} ${value}`;

const isIpv6 = (address: string): boolean => address.includes(":");
const canonical = (address: string): string => ipText(ipBytes(address));

/**
 * The link-local address that the kernel makes of the MAC (EUI-64, RFC 4291 appendix A) where there is IPv6. One made another
 * way (addr_gen_mode) is not the endpoint's own: nobody could tell it from a neighbour's.
 */
function linkLocals(mac: string, addresses: readonly string[]): string[] {
  if (mac === "" || !addresses.some(isIpv6)) return [];
  const bytes = macBytes(mac);
  const identifier = Buffer.concat([bytes.subarray(0, 3), Buffer.from([0xff, 0xfe]), bytes.subarray(3)]);
  identifier.writeUInt8(identifier.readUInt8(0) ^ 2, 0);
  return [ipText(Buffer.concat([Buffer.from("fe80000000000000", "hex"), identifier]))];
}

/** IFNAMSIZ: a port's name, filled up with zeros. */
const nameLength = 16;

/** As the kernel has it. */
export function encodeElement({ set, port, value }: GuardElement): SetElement {
  const key = Buffer.alloc(nameLength + valueLength(set));
  encodeText(port).copy(key);
  if (value !== null) (set === "macs" ? macBytes(value) : ipBytes(value)).copy(key, nameLength);
  return { set, key };
}

export function decodeElement(set: GuardSet, key: Buffer): GuardElement {
  const value = key.subarray(nameLength, nameLength + valueLength(set));
  const text =
    set === "guarded" || set === "quiet" ? null : set === "macs" ? macText(value.subarray(0, 6)) : ipText(value);
  return { set, port: decodeText(key.subarray(0, nameLength)), value: text };
}

/** Each field of a key is a multiple of four bytes long. */
function valueLength(set: GuardSet): number {
  switch (set) {
    case "guarded":
    case "quiet":
      return 0;
    case "macs":
      return 8;
    case "ipv4":
      return 4;
    case "ipv6":
    case "targets":
      return 16;
  }
}

/** The element as nft(8) is told of it: `"pbv0" . 172.17.0.2`. A raw field such as a target is a number to it. */
export function elementText({ set, port, value }: GuardElement): string {
  if (value === null) return `"${port}"`;
  return `"${port}" . ${set === "targets" ? `0x${ipBytes(value).toString("hex")}` : value}`;
}
