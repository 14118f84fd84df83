import {
  type Cidr,
  contains,
  type Family,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
  parsePrefixed,
  subnetOf,
} from "./cidr.ts";
import type { Endpoint } from "./endpoint.ts";
import type { StaticRoute } from "./endpoint-options.ts";
import { bad, good, type Parsed } from "./parsed.ts";
import { quote } from "./text.ts";

/** A route as the kernel has it. */
export interface SeenRoute {
  family: Family;
  /** "default" or a subnet. */
  destination: string;
  via: string | null;
  device: string;
  /** The lowest is preferred. */
  metric: number;
  /** Who made it: Patchbay, the kernel along with an address, or somebody else. */
  origin: "patchbay" | "kernel" | "other";
}

type Addresses = Pick<Endpoint, "ipv4" | "ipv6">;

/** As ip-route(8) writes it: "10.9.0.0/16 via 10.8.0.9". */
export function parseRoute(endpoint: Addresses, text: string): Parsed<StaticRoute> {
  const [target = "", word, gateway, ...rest] = text.trim().split(/\s+/);
  if (rest.length > 0 || (word !== undefined && (word !== "via" || gateway === undefined)))
    return bad(`${quote(text)} is not a route such as "10.9.0.0/16 via 10.8.0.9"`);
  if (target === "default" || target.endsWith("/0"))
    return bad("the default route follows from the gateway priority and is not one of these");
  const destination = parseCidr(target.includes("/") ? target : hostPrefix(target));
  if (!destination.ok) return destination;
  const own = ownSubnet(endpoint, destination.value.family);
  if (!own) return bad(`the endpoint has no IPv${destination.value.family} address for a route to ${target}`);
  if (formatCidr(own) === formatCidr(destination.value)) return bad(`${target} is the endpoint's own subnet`);
  if (gateway === undefined) return good({ destination: formatCidr(destination.value), via: null });
  const via = parseAddress(gateway);
  if (!via.ok) return via;
  if (via.value.family !== own.family || !contains(own, via.value))
    return bad(`${gateway} is not an address of the endpoint's subnet ${formatCidr(own)}`);
  return good({ destination: formatCidr(destination.value), via: formatAddress(via.value) });
}

const hostPrefix = (address: string): string => `${address}/${address.includes(":") ? 128 : 32}`;

/** The subnet that the endpoint has an address of. */
export function ownSubnet({ ipv4, ipv6 }: Addresses, family: Family): Cidr | null {
  const address = family === 4 ? ipv4 : ipv6;
  if (!address) return null;
  const parsed = parsePrefixed(address);
  return parsed.ok ? subnetOf(parsed.value.address, parsed.value.prefix) : null;
}

/** As a person writes it: the inverse of `parseRoute`. */
export const formatRoute = ({ destination, via }: StaticRoute): string =>
  via ? `${destination} via ${via}` : destination;
