import { observeGuards } from "./guard/guards.ts";
import { heldPorts } from "./held-ports.ts";
import { doomedGroup, isOurGroup, protocol } from "./names.ts";
import { decodeAddress, dumpAddresses } from "./netlink/address.ts";
import { decodeLink, dumpLinks, type LinkInfo } from "./netlink/link.ts";
import { decodeNeighbour, dumpNeighbours } from "./netlink/neighbour.ts";
import { decodeRoute, dumpRoutes } from "./netlink/route.ts";
import type { NetlinkSocket } from "./netlink/socket.ts";
import { listNamespaces } from "./netns.ts";
import { givenNumber, hostNumbers, numberOf } from "./netns-numbers.ts";
import {
  type AddressObject,
  type Adoption,
  type IngressObject,
  isNetworkObject,
  isOnce,
  isPort,
  type KernelObject,
  keyOf,
  type LinkObject,
  type Namespace,
  type NeighbourObject,
  type NetnsObject,
  type NetworkObject,
  type RedirectObject,
  type ResolverObject,
  type RouteObject,
  type ShaperObject,
  type SysctlObject,
  type VethLink,
} from "./objects.ts";
import { shaping } from "./observe-shaping.ts";
import type { Resolvers } from "./resolver/resolvers.ts";
import { Session } from "./session.ts";
import { asSysError, cookieOf } from "./sys.ts";
import type { Sysctls } from "./sysctl.ts";

/** What netlink and /proc/sys tell of; the firewall is observed by itself. */
export interface ObserveOptions {
  directory: string;
  resolvers: Resolvers;
  /** What the sysctls, and without `everything` also the namespaces and the host's devices, are taken from. */
  like: readonly KernelObject[];
  /** Everything of ours on the host; else only what is in the namespaces, and in the host's on the devices, `like` names. Ports if it has any. */
  everything: boolean;
}

/** What was found in one namespace. */
interface Look {
  ns: Namespace;
  /** The number the host's namespace has for this one; a veth's end there tells its peer's namespace by it. */
  netnsId: number;
  /** As the host's, by the numbers that the ends of our veths tell here. */
  hostIds: ReadonlyMap<number, number>;
  /** Asked for only where one is to be compared. */
  cookie: string | null;
  links: readonly LinkInfo[];
  onLinks: OnLink[];
  sysctls: SysctlObject[];
  resolver: ResolverObject | null;
}

/** What the kernel has of the objects we own, on the kernel worker's thread: ports, then by namespace, the host's first. */
export function observe(options: ObserveOptions): KernelObject[] {
  const named = new Set(options.like.filter(isPort).map(keyOf));
  const ports = heldPorts.all().filter((port) => options.everything || named.has(keyOf(port)));
  return [...ports, ...observeNetwork(options)];
}

function observeNetwork({ directory, like, everything, resolvers }: ObserveOptions): NetworkObject[] {
  const named = namedIn(like.filter(isNetworkObject));
  const wanted = (name: string) => everything || named.namespaces.has(name);
  const looks = lookInto({ directory, resolvers }, named, wanted);
  const lost = resolvers.namespaces().filter((ns) => wanted(ns) && !looks.some((look) => look.ns === ns));
  const guards = named.guards.size > 0 || everything ? observeGuards() : [];
  const nearGuards = everything ? guards : guards.filter((object) => named.guards.has(keyOf(object)));
  const numbered = new Map(looks.flatMap((look) => (look.netnsId < 0 ? [] : [[look.netnsId, look] as const])));
  const found = looks.flatMap((look): NetworkObject[] => {
    const objects = [...links(look, numbered, named), ...look.onLinks];
    if (look.ns !== "") {
      const resolver = look.resolver ? [look.resolver] : [];
      return [namespaceObject(look, named.foreign), ...objects, ...look.sysctls, ...resolver];
    }
    const near = everything ? objects : objects.filter((object) => named.devices.has(deviceOf(object)));
    return [...near, ...look.sysctls];
  });
  return [...found, ...lost.map((ns): ResolverObject => ({ kind: "resolver", ns, damaged: true })), ...nearGuards];
}

function lookInto(
  { directory, resolvers }: Pick<ObserveOptions, "directory" | "resolvers">,
  named: Named,
  wanted: (name: string) => boolean,
): Look[] {
  const session = new Session(directory);
  try {
    const looks = ["", ...listNamespaces(directory).filter(wanted)].flatMap((ns): Look | [] => {
      if (!session.opens(ns)) return [];
      const links = session.socket(ns).dump(dumpLinks()).map(decodeLink);
      const leadsAway = ns !== "" && links.some(({ peer }) => peer.netnsId !== null);
      return {
        ns,
        netnsId: (leadsAway ? givenNumber : numberOf)(session, "", ns),
        cookie: named.foreign.has(ns) ? cookieOf(session.descriptor(ns)) : null,
        hostIds: new Map(),
        links,
        onLinks: [...onLinks(session.socket(ns), ns, links), ...shaping(session.socket(ns), ns, links)],
        sysctls: sysctls(session, ns, named.sysctls.get(ns) ?? new Set()),
        resolver: ns === "" ? null : resolvers.observe(ns, session.descriptor(ns)),
      };
    });
    // Only now has the host a number for every namespace that a link may lead to.
    return looks.map((look) => ({ ...look, hostIds: hostIds(session, look) }));
  } finally {
    session.close();
  }
}

/** One that is not the one that was adopted is a stranger who has our name: not the object that is wanted. */
function namespaceObject({ ns: name, cookie }: Look, foreign: Named["foreign"]): NetnsObject {
  const adopted = foreign.get(name);
  return adopted && adopted.cookie === cookie ? { kind: "netns", name, adopted } : { kind: "netns", name };
}

/** Links between sandboxes are ours at one end. */
function hostIds(session: Session, { ns, links }: Look): Look["hostIds"] {
  const ours = ns === "" ? [] : links.filter(({ group }) => isOurGroup(group));
  const numbers = new Set(ours.flatMap(({ peer }) => peer.netnsId ?? []));
  return numbers.size > 0 && session.opens(ns) ? hostNumbers(session, ns, [...numbers]) : new Map();
}

type OnLink = AddressObject | RouteObject | NeighbourObject | ShaperObject | IngressObject | RedirectObject;

const deviceOf = (object: LinkObject | OnLink): string => (object.kind === "link" ? object.name : object.dev);

interface Named {
  namespaces: Set<Namespace>;
  /** In the host's namespace. */
  devices: Set<string>;
  guards: Set<string>;
  sysctls: Map<Namespace, Set<string>>;
  /** Bridges of others, by `keyOf`. */
  adopted: Set<string>;
  /** Veths whose own MAC matters, by `keyOf`. */
  macs: Set<string>;
  /** Namespaces of others, by our name for them. */
  foreign: Map<Namespace, Adoption>;
}

/** What the objects name. */
function namedIn(like: readonly NetworkObject[]): Named {
  const namespaces = new Set<Namespace>();
  const devices = new Set<string>();
  const guards = new Set<string>();
  const sysctls = new Map<Namespace, Set<string>>();
  const adopted = new Set<string>();
  const macs = new Set<string>();
  const foreign = new Map<Namespace, Adoption>();
  for (const object of like) {
    if (isOnce(object)) {
      guards.add(keyOf(object));
      continue;
    }
    namespaces.add(object.kind === "netns" ? object.name : object.ns);
    if (object.kind === "netns" && object.adopted) foreign.set(object.name, object.adopted);
    if (object.kind === "link" && object.type === "veth") namespaces.add(object.peer.ns);
    if (object.kind === "link" && object.type === "veth" && object.mac !== undefined) macs.add(keyOf(object));
    if (object.kind !== "netns" && object.kind !== "sysctl" && object.kind !== "resolver" && object.ns === "")
      devices.add(deviceOf(object));
    if (object.kind === "link" && object.type === "adopted-bridge") adopted.add(keyOf(object));
    if (object.kind === "sysctl") sysctls.set(object.ns, (sysctls.get(object.ns) ?? new Set()).add(object.name));
  }
  return { namespaces, devices, guards, sysctls, adopted, macs, foreign };
}

/** `numbered`: what was found in the namespaces, by the number that the host's has for each. */
function links(look: Look, numbered: ReadonlyMap<number, Look>, named: Named): LinkObject[] {
  const { ns, links } = look;
  const names = new Map(links.map(({ index, name }) => [index, name]));
  return links.flatMap((link): LinkObject[] => {
    const { name, up, alias, mac, mtu } = link;
    if (name === "lo") return ns === "" ? [] : [{ kind: "link", type: "loopback", ns, name, up, alias }];
    const foreign: LinkObject = { kind: "link", type: "adopted-bridge", ns, name, up };
    if (link.type === "bridge" && named.adopted.has(keyOf(foreign))) return [foreign];
    if (!isOurGroup(link.group)) return [];
    const mark = link.group === doomedGroup ? ({ doomed: true } as const) : {};
    if (link.type === "bridge") return [{ kind: "link", type: "bridge", ns, name, mac, mtu, up, alias, ...mark }];
    if (link.type === "ifb") return [{ kind: "link", type: "ifb", ns, name, mtu, up, alias, ...mark }];
    if (link.type !== "veth") return [];
    const master = names.get(link.master) ?? null;
    const peer = peerOf(link, look, numbered);
    const { isolated, hairpin } = link;
    const veth: VethLink = { kind: "link", type: "veth", ns, name, mtu, master, isolated, hairpin, up, alias, peer };
    return [{ ...veth, ...(named.macs.has(keyOf(veth)) ? { mac } : {}), ...mark }];
  });
}

/** A peer that was moved out of sight is nowhere: the veth is then not the one anybody wants, and is replaced. */
function peerOf({ peer }: LinkInfo, near: Look, numbered: ReadonlyMap<number, Look>): VethLink["peer"] {
  const far =
    peer.netnsId === null ? undefined : numbered.get(near.ns === "" ? peer.netnsId : hostIdOf(near, peer.netnsId));
  const place = peer.netnsId === null ? near : far;
  const end = place?.links.find(({ index }) => index === peer.index);
  if (!place || !end) return { ns: "", name: "", mac: "", mtu: 0, up: false };
  return { ns: place.ns, name: end.name, mac: end.mac, mtu: end.mtu, up: end.up };
}

const hostIdOf = ({ hostIds }: Look, netnsId: number): number => hostIds.get(netnsId) ?? -1;

/** Our addresses, routes and neighbours of one namespace. */
function onLinks(socket: NetlinkSocket, ns: Namespace, all: readonly LinkInfo[]): OnLink[] {
  const names = new Map(all.map(({ index, name }) => [index, name]));
  const ours = <T extends { index: number; protocol: number }>(found: T[]) =>
    found.flatMap(({ index, protocol: by, ...rest }) => {
      const dev = names.get(index);
      return by === protocol && dev !== undefined ? [{ ...rest, dev }] : [];
    });
  return [
    ...ours(socket.dump(dumpAddresses()).map(decodeAddress)).map(
      ({ dev, address }): OnLink => ({ kind: "address", ns, dev, address }),
    ),
    ...ours(
      socket
        .dump(dumpRoutes())
        .map(decodeRoute)
        .filter(({ plain }) => plain),
    ).map(({ family, dst, via, dev }): OnLink => ({ kind: "route", ns, family, dst, via, dev })),
    ...ours(socket.dump(dumpNeighbours()).map(decodeNeighbour)).map(
      ({ dev, dst, mac }): OnLink => ({ kind: "neighbour", ns, dev, dst, mac }),
    ),
  ];
}

/** The named sysctls of the namespace, as they are now; one that went with its link is not there. */
function sysctls(session: Session, ns: Namespace, names: ReadonlySet<string>): SysctlObject[] {
  if (names.size === 0) return [];
  return session.sysctls(ns, (sysctls) =>
    [...names].flatMap((name) => {
      const value = currentValue(sysctls, name);
      return value === null ? [] : [{ kind: "sysctl", ns, name, value }];
    }),
  );
}

function currentValue(sysctls: Sysctls, name: string): string | null {
  try {
    return sysctls.read(name);
  } catch (error) {
    if (asSysError(error).errno === "ENOENT") return null;
    throw error;
  }
}
