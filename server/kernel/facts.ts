import { readFileSync } from "node:fs";
import { emptyFacts, type HostFacts } from "#cnm/facts.ts";
import { heldPorts } from "./held-ports.ts";
import { isOurGroup, protocol } from "./names.ts";
import { type AddressInfo, decodeAddress, dumpAddresses } from "./netlink/address.ts";
import { decodeLink, dumpLinks, type LinkInfo } from "./netlink/link.ts";
import { decodeRoute, dumpRoutes, type RouteInfo } from "./netlink/route.ts";
import { type BoundSocket, boundSockets } from "./port-users.ts";
import { Session } from "./session.ts";

/** On the kernel worker's thread. */
export function facts(directory: string): HostFacts {
  const session = new Session(directory);
  try {
    const socket = session.socket("");
    const links = socket.dump(dumpLinks()).map(decodeLink);
    const routes = socket.dump(dumpRoutes()).map(decodeRoute);
    const foreign = routes.filter((route) => route.plain && route.protocol !== protocol);
    return {
      onLinkRoutes: onLinkRoutes(links, foreign),
      nameservers: parseNameservers(readIfThere("/etc/resolv.conf")),
      links: linkFacts(links, socket.dump(dumpAddresses()).map(decodeAddress)),
      uplinkMtu: uplinkMtu(links, foreign),
      raDevices: raDevices(links, foreign),
      ephemeralPorts: parsePortRange(readIfThere("/proc/sys/net/ipv4/ip_local_port_range")),
      portsInUse: portsInUse(boundSockets()),
    };
  } finally {
    session.close();
  }
}

function onLinkRoutes(links: readonly LinkInfo[], routes: readonly RouteInfo[]): HostFacts["onLinkRoutes"] {
  const foreign = links.filter(({ group }) => !isOurGroup(group));
  const names = new Map(foreign.map(({ index, name }) => [index, name]));
  return routes
    .filter(({ via, dst }) => via === null && meansOneNetwork(dst))
    .flatMap(({ dst, index }) => {
      const dev = names.get(index);
      return dev === undefined ? [] : [{ subnet: dst, dev }];
    });
}

function linkFacts(links: readonly LinkInfo[], addresses: readonly AddressInfo[]): HostFacts["links"] {
  return links.map(({ index, name, type, group, mtu }) => {
    const own = addresses.filter((address) => address.index === index);
    return { name, type, ours: isOurGroup(group), mtu, addresses: own.map(({ address }) => address) };
  });
}

/** Pure. */
export function uplinkMtu(
  links: readonly Pick<LinkInfo, "index" | "mtu">[],
  routes: readonly Pick<RouteInfo, "dst" | "family" | "metric" | "index">[],
): number | null {
  const [route] = routes
    .filter(({ dst }) => dst === "default")
    .sort((a, b) => a.family - b.family || a.metric - b.metric);
  return links.find(({ index }) => index === route?.index)?.mtu ?? null;
}

/** RTPROT_RA of linux/rtnetlink.h. */
const protocolRa = 9;

function raDevices(links: readonly LinkInfo[], routes: readonly RouteInfo[]): string[] {
  const advertised = new Set(routes.filter((route) => route.protocol === protocolRa).map(({ index }) => index));
  return links.filter(({ index }) => advertised.has(index)).map(({ name }) => name);
}

/** Each once, without those that the daemon holds. */
function portsInUse(sockets: readonly BoundSocket[]): HostFacts["portsInUse"] {
  const listening = sockets.filter((socket) => socket.protocol === "udp" || socket.listening);
  const theirs = listening.filter((socket) => !heldPorts.has(socket));
  const each = new Map(
    theirs.map(({ protocol, address, port }) => [`${protocol} ${address} ${port}`, { protocol, address, port }]),
  );
  return [...each.values()];
}

/** Not so the default route, and the link-local and multicast prefixes of IPv6: they are another network on every link. */
export function meansOneNetwork(dst: string): boolean {
  return dst !== "default" && !/^fe80:|^ff..:/.test(dst);
}

/** Empty where there is no such file. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The `nameserver` lines of resolv.conf(5), without the zone of a link-local address. Pure. */
export function parseNameservers(text: string): string[] {
  return [...text.matchAll(/^nameserver[ \t]+([^\s%#;]+)/gm)].flatMap((match) => match[1] ?? []);
}

/** The two numbers of ip_local_port_range (Documentation/networking/ip-sysctl.rst). Pure. */
export function parsePortRange(text: string): HostFacts["ephemeralPorts"] {
  const [from, to] = text.trim().split(/\s+/).map(Number);
  return from && to ? { from, to } : emptyFacts.ephemeralPorts;
}
