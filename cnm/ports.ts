import { z } from "zod";
import { addressOf, cidrOf, contains, formatAddress, parseAddress } from "./cidr.ts";
import type { Endpoint } from "./endpoint.ts";
import { Id, Name } from "./ids.ts";
import { bad, good, type Parsed } from "./parsed.ts";
import { listing, quote } from "./text.ts";

export const Protocol = z.enum(["tcp", "udp", "sctp"]);
export type Protocol = z.infer<typeof Protocol>;

const PortNumber = z.number().int().min(1).max(65535);

/** Ports in a row that a sandbox serves: `port` to `port + count - 1`. */
export const Exposure = z.strictObject({ protocol: Protocol, port: PortNumber, count: PortNumber });
export type Exposure = z.infer<typeof Exposure>;

/** Ports of the host that lead to ports of an endpoint, one to one. */
export const Publication = z.strictObject({
  ...Exposure.shape,
  /** Canonical; null = every address of the host, IPv4 and IPv6, as far as the endpoint has an address of the family. */
  hostAddress: z.string().nullable(),
  /** The first of `count`. */
  hostPort: PortNumber,
});
export type Publication = z.infer<typeof Publication>;

/** A legacy link: this endpoint reaches the exposed ports of another one in its network, even where endpoints cannot talk. */
export const Link = z.strictObject({ endpointId: Id, alias: Name });
export type Link = z.infer<typeof Link>;

/** A publication as it is asked for: host ports may be left to choose. */
export interface PublicationRequest extends Exposure {
  hostAddress: string | null;
  /** null: any free one. More ports than `count`: the first that are free. */
  hostPorts: { from: number; count: number } | null;
}

/** "80", "80/udp", "8000-8010/tcp". */
export function parseExposure(text: string): Parsed<Exposure> {
  const [portsText = "", protocolText = "tcp", ...rest] = text.split("/");
  const protocol = Protocol.safeParse(protocolText);
  if (rest.length > 0) return bad(`${quote(text)} is not a port such as 80/tcp`);
  if (!protocol.success) return bad(`${quote(text)} has an unknown protocol; there are: ${listing(Protocol.options)}`);
  const ports = parseRange(portsText);
  if (!ports.ok) return ports;
  return good({ protocol: protocol.data, port: ports.value.from, count: ports.value.count });
}

/**
 * docker-run(1)'s `-p`: "8080:80", "127.0.0.1:8080:80/tcp", "[::1]:53:53/udp", "8000-8009:80-89", "8000-8009:80" (the first
 * free one), "80" and "127.0.0.1::80" (any free one).
 */
export function parsePublication(text: string): Parsed<PublicationRequest> {
  const parts = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(?:([^:[\]]*):)?([^:[\]]+)$/.exec(text);
  if (!parts) return bad(`${quote(text)} is not a publication such as 127.0.0.1:8080:80/tcp; IPv6 goes into brackets`);
  const [, bracketed, plain, middle, target = ""] = parts;
  const exposure = parseExposure(target);
  if (!exposure.ok) return exposure;
  const { address, ports } = sidesOf({ bracketed, plain, middle });
  const hostAddress = address === null ? good(null) : parseHostAddress(address, bracketed !== undefined);
  if (!hostAddress.ok) return hostAddress;
  const hostPorts = ports === "" ? good(null) : parseRange(ports);
  if (!hostPorts.ok) return hostPorts;
  const wanted = hostPorts.value?.count;
  const { count } = exposure.value;
  if (wanted !== undefined && wanted !== count && count !== 1)
    return bad(`${quote(text)} maps ${wanted} ports of the host to ${count}; the ranges must be as long as each other`);
  return good({ ...exposure.value, hostAddress: hostAddress.value, hostPorts: hostPorts.value });
}

/** "a:b" is port and target, "a::b" address and target. */
function sidesOf({ bracketed, plain, middle }: { bracketed?: string; plain?: string; middle?: string }) {
  if (bracketed !== undefined) return { address: bracketed, ports: middle ?? "" };
  if (middle !== undefined) return { address: plain ?? "", ports: middle };
  return { address: null, ports: plain ?? "" };
}

function parseHostAddress(text: string, bracketed: boolean): Parsed<string> {
  const address = parseAddress(text);
  if (!address.ok) return address;
  if ((address.value.family === 6) !== bracketed)
    return bad(`${quote(text)}: IPv6 addresses, and only they, go into brackets`);
  return good(formatAddress(address.value));
}

function parseRange(text: string): Parsed<{ from: number; count: number }> {
  const [fromText = "", toText = fromText, ...rest] = text.split("-");
  const from = parsePort(fromText);
  const to = parsePort(toText);
  if (rest.length > 0 || from === null || to === null)
    return bad(`${quote(text)} is not a port from 1 to 65535 or a range such as 8000-8010`);
  if (to < from) return bad(`${quote(text)} ends before it begins`);
  return good({ from, count: to - from + 1 });
}

function parsePort(text: string): number | null {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : null;
}

/** "80/tcp", "8000-8010/udp". */
export function formatExposure({ protocol, port, count }: Exposure): string {
  return `${formatRange(port, count)}/${protocol}`;
}

/** What `parsePublication` reads: "127.0.0.1:8080:80/tcp". */
export function formatPublication(publication: Publication): string {
  const { hostAddress, hostPort, count } = publication;
  const address = hostAddress === null ? "" : `${hostAddress.includes(":") ? `[${hostAddress}]` : hostAddress}:`;
  return `${address}${formatRange(hostPort, count)}:${formatExposure(publication)}`;
}

/** "80", "8000-8010". */
export function formatRange(from: number, count: number): string {
  return count === 1 ? `${from}` : `${from}-${from + count - 1}`;
}

/** The host's addresses that a publication of the endpoint occupies: "0.0.0.0", "::" or the one it names. */
export function hostAddressesOf(
  { hostAddress }: Pick<Publication, "hostAddress">,
  endpoint: Pick<Endpoint, "ipv4" | "ipv6">,
): string[] {
  if (hostAddress !== null) return [hostAddress];
  return [...(endpoint.ipv4 === null ? [] : ["0.0.0.0"]), ...(endpoint.ipv6 === null ? [] : ["::"])];
}

/** Whether two sockets could not be bound to both: same family, and the same address or one of them the wildcard. */
export function addressesClash(a: string, b: string): boolean {
  const families = [addressOf(a).family, addressOf(b).family];
  return families[0] === families[1] && (a === b || isWildcard(a) || isWildcard(b));
}

export function isWildcard(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

/** RFC 1122 3.2.1.3, RFC 4291 2.5.3. */
const loopback = [cidrOf("127.0.0.0/8"), cidrOf("::1/128")];

/** Whether only programs of the host itself reach the address. */
export function isLoopback(address: string): boolean {
  return loopback.some((range) => contains(range, addressOf(address)));
}
