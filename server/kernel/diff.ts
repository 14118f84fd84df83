import { filesPlan } from "./files/plan.ts";
import { firewallPlan } from "./firewall/plan.ts";
import { sameSources } from "./guard/elements.ts";
import {
  type GuardObject,
  type IfbLink,
  isFile,
  isFirewall,
  isNetworkObject,
  isOnce,
  isPort,
  type KernelObject,
  keyOf,
  type LinkObject,
  type Namespace,
  type NetnsObject,
  type NetworkObject,
  type ShaperObject,
  type SysctlObject,
  type VethLink,
} from "./objects.ts";
import { holds, releases, strays } from "./ports.ts";
import type { LinkSet, PortSet, Sources, Step } from "./steps.ts";

/**
 * The steps that turn `have` into `want`: ports are held first, as another program may have them; then comes what the
 * firewall gains; then deletions, in reverse order of dependency, without what goes by itself; then what is new or different,
 * in order of dependency; then the files of sandboxes; then what the firewall loses; and last flows of old ports, as until then
 * the old rules make new ones. Pure; `plan(x, x)` is empty. Loopbacks and sysctls are only ever set.
 */
export function plan(want: readonly KernelObject[], have: readonly KernelObject[]): Step[] {
  const ports = { want: want.filter(isPort), have: have.filter(isPort) };
  const network = { want: want.filter(isNetworkObject), have: have.filter(isNetworkObject) };
  const firewall = firewallPlan(want.filter(isFirewall), have.filter(isFirewall));
  const files = filesPlan(want.filter(isFile), have.filter(isFile));
  const flows = [...releases(ports), ...strays(ports)];
  return [...holds(ports), ...firewall.first, ...networkSteps(network), ...files, ...firewall.last, ...flows];
}

function networkSteps({ want, have }: { want: readonly NetworkObject[]; have: readonly NetworkObject[] }): Step[] {
  const wanted = byKey(want);
  const isWanted = (object: NetworkObject) => wanted.has(keyOf(object)) && !isMarked(object);
  const staying = new Set(have.filter((object) => isIfb(object) && isWanted(object)).map(linkEnd));
  const mayStay = (object: NetworkObject) =>
    isWanted(object) && (object.kind !== "redirect" || staying.has(endOf(object.ns, object.to)));
  const doomed = new Doomed(have.filter((object) => !mayStay(object)));
  const kept = byKey(have.filter((object) => mayStay(object) && !doomed.takesAlong(object)));
  return [...doomed.deletions(), ...creations([...wanted.values()], kept)];
}

type Index = ReadonlyMap<string, NetworkObject>;
const byKey = (objects: readonly NetworkObject[]): Index => new Map(objects.map((object) => [keyOf(object), object]));

/** A link that is marked may vanish with the next that are, and a damaged table guards nothing: made anew if it is wanted. */
const isMarked = (object: NetworkObject): boolean =>
  object.kind === "link"
    ? "doomed" in object && object.doomed === true
    : object.kind === "guard-table" && object.damaged === true;

const deletionOrder = [
  // Its sockets would keep its namespace in being.
  "resolver",
  "redirect",
  "ingress",
  "shaper",
  "neighbour",
  "route",
  "address",
  "veth",
  "bridge",
  "ifb",
  "guard",
  "quiet",
  "guard-table",
  "netns",
];
const afterLinks: readonly Step["op"][] = ["guard.del", "quiet.del", "guard-table.del", "netns.del"];
const orderOf = (object: NetworkObject): number =>
  deletionOrder.indexOf(object.kind === "link" ? object.type : object.kind);

/** What is on such a link does not go with it: it stays. */
const outlivesUs = ({ type }: LinkObject): boolean => type === "adopted-bridge";

/** The objects that must go, and what else goes with them. */
class Doomed {
  readonly #objects: readonly NetworkObject[];
  readonly #namespaces = new Set<Namespace>();
  readonly #devices = new Set<string>();
  /** Devices that lose an address of a family: with the last one, the kernel drops the routes of that family. */
  readonly #unaddressed = new Set<string>();
  /** Devices that lose their ingress, and with it what was redirected there. */
  readonly #deaf = new Set<string>();
  readonly #unguarded: boolean;

  constructor(objects: readonly NetworkObject[]) {
    this.#objects = objects;
    this.#unguarded = objects.some(({ kind }) => kind === "guard-table");
    for (const object of objects) {
      if (object.kind === "netns" && !object.adopted) this.#namespaces.add(object.name);
      if (object.kind === "link" && !outlivesUs(object)) for (const end of endsOf(object)) this.#devices.add(end);
      if (object.kind === "ingress") this.#deaf.add(endOf(object.ns, object.dev));
      if (object.kind === "address") this.#unaddressed.add(routesOf(object.ns, object.dev, familyOf(object.address)));
    }
  }

  /** Whether the object is gone after the deletions although it has none of its own. */
  takesAlong(object: NetworkObject): boolean {
    switch (object.kind) {
      case "netns":
      case "guard-table":
      case "resolver":
        return false;
      case "guard":
      case "quiet":
        return this.#unguarded;
      case "link":
        return endsOf(object).some((end) => this.#devices.has(end)) || this.#wholly(object);
      case "sysctl":
        return this.#namespaces.has(object.ns) || this.#devices.has(endOf(object.ns, deviceOf(object) ?? ""));
      case "route":
        return this.#hasLost(object) || this.#unaddressed.has(routesOf(object.ns, object.dev, object.family));
      case "redirect":
        return this.#hasLost(object) || this.#deaf.has(endOf(object.ns, object.dev));
      default:
        return this.#hasLost(object);
    }
  }

  deletions(): Step[] {
    const steps = this.#objects
      .filter((object) => orderOf(object) >= 0 && !this.#goesByItself(object))
      .sort((a, b) => orderOf(a) - orderOf(b))
      .map((object) => this.#deletion(object));
    const links = steps.filter((step) => step.op === "link.del");
    const last = steps.filter(({ op }) => afterLinks.includes(op));
    const onLinks = steps.slice(0, steps.length - links.length - last.length);
    return [...onLinks, ...linkDeletions(links), ...last];
  }

  #deletion(object: NetworkObject): Step {
    const step = deletion(object);
    return step.op === "resolver.close" ? { ...step, table: !this.#namespaces.has(step.ns) } : step;
  }

  #goesByItself(object: NetworkObject): boolean {
    if (object.kind === "netns" || object.kind === "sysctl" || object.kind === "resolver") return false;
    if (isOnce(object)) return object.kind !== "guard-table" && this.#unguarded;
    if (object.kind === "redirect" && this.#deaf.has(endOf(object.ns, object.dev))) return true;
    return object.kind === "link" ? this.#wholly(object) : this.#hasLost(object);
  }

  /**
   * A namespace is destroyed in the background, some time after its name. So a veth goes with it only if both ends are in
   * such namespaces; else it is deleted by itself, and its name is free for whoever joins next.
   */
  #wholly(link: LinkObject): boolean {
    return this.#namespaces.has(link.ns) && (link.type !== "veth" || this.#namespaces.has(link.peer.ns));
  }

  #hasLost({ ns, dev }: { ns: Namespace; dev: string }): boolean {
    return this.#namespaces.has(ns) || this.#devices.has(endOf(ns, dev));
  }
}

const endOf = (ns: Namespace, name: string): string => `${ns} ${name}`;
const isIfb = (object: NetworkObject): object is IfbLink => object.kind === "link" && object.type === "ifb";
const linkEnd = (object: NetworkObject): string => (object.kind === "link" ? endOf(object.ns, object.name) : "");
const endsOf = (link: LinkObject): string[] => [
  endOf(link.ns, link.name),
  ...(link.type === "veth" ? [endOf(link.peer.ns, link.peer.name)] : []),
];
const familyOf = (address: string): 4 | 6 => (address.includes(":") ? 6 : 4);
const routesOf = (...of: [ns: Namespace, dev: string, family: 4 | 6]): string => of.join(" ");

/** The device a sysctl belongs to: "net/ipv6/conf/eth0/disable_ipv6" is eth0's. */
function deviceOf(sysctl: SysctlObject): string | null {
  return /^net\/[^/]+\/(?:conf|neigh)\/([^/]+)\//.exec(sysctl.name)?.[1] ?? null;
}

type LinkDeletion = Extract<Step, { op: "link.del" }>;

/** From here on, links go together: one by one the kernel waits some 16 ms for each, until nobody uses it any more (RCU). */
const enoughToMark = 3;
/** The kernel's link lock is held for all of one message: this many keep it for 30 ms. */
const mostAtOnce = 50;

function linkDeletions(links: readonly LinkDeletion[]): Step[] {
  return [...new Set(links.map(({ ns }) => ns))].flatMap((ns) => {
    const here = links.filter((link) => link.ns === ns);
    return here.length < enoughToMark ? here : togetherIn(ns, here);
  });
}

function togetherIn(ns: Namespace, links: readonly LinkDeletion[]): Step[] {
  return Array.from({ length: Math.ceil(links.length / mostAtOnce) }, (_, i) => i * mostAtOnce).flatMap(
    (from): Step[] => [
      ...links.slice(from, from + mostAtOnce).map(({ name }): Step => ({ op: "link.doom", ns, name })),
      { op: "doomed.del", ns },
    ],
  );
}

function deletion(object: NetworkObject): Step {
  switch (object.kind) {
    case "netns":
      return { op: "netns.del", name: object.name };
    case "link":
      return { op: "link.del", ns: object.ns, name: object.name };
    case "address":
      return { op: "address.del", ns: object.ns, dev: object.dev, address: object.address };
    case "route":
      return { ...routeOf(object), op: "route.del" };
    case "neighbour":
      return { op: "neighbour.del", ns: object.ns, dev: object.dev, dst: object.dst };
    case "shaper":
      return { op: "shaper.del", ns: object.ns, dev: object.dev };
    case "ingress":
      return { op: "ingress.del", ns: object.ns, dev: object.dev };
    case "redirect":
      return { op: "redirect.del", ns: object.ns, dev: object.dev };
    case "resolver":
      return { op: "resolver.close", ns: object.ns, table: true };
    case "sysctl":
      throw new TypeError("a sysctl is never deleted");
    case "guard-table":
      return { op: "guard-table.del" };
    case "guard":
      return { op: "guard.del", port: object.port, ...sourcesOf(object) };
    case "quiet":
      return { op: "quiet.del", port: object.port };
  }
}

/** The order in which things are made, so that each finds what it depends on. */
const creationOrder = [
  "guard table",
  "namespace",
  "loopback",
  "setting",
  "bridge",
  "ifb",
  "veth",
  "guard",
  "link setting",
  "address",
  "shaper",
  "ingress",
  "redirect",
  "link",
  "route",
  "neighbour",
  "resolver",
] as const;

type Phases = Partial<Record<(typeof creationOrder)[number], Step[]>>;

function creations(wanted: readonly NetworkObject[], kept: Index): Step[] {
  const phases = wanted.map((object) => creation(object, kept.get(keyOf(object))));
  return creationOrder.flatMap((phase) => phases.flatMap((steps) => steps[phase] ?? []));
}

/** The steps that make one object, or turn the one that is kept into it, by the phase in which they run. */
function creation(object: NetworkObject, kept: NetworkObject | undefined): Phases {
  switch (object.kind) {
    case "netns":
      return kept ? {} : { namespace: [namespaceCreation(object)] };
    case "link":
      return linkCreation(object, kept?.kind === "link" ? kept : undefined);
    case "sysctl": {
      if (kept?.kind === "sysctl" && kept.value === object.value) return {};
      const step: Step = { op: "sysctl.set", ns: object.ns, name: object.name, value: object.value };
      return deviceOf(object) ? { "link setting": [step] } : { setting: [step] };
    }
    case "address":
      return kept
        ? {}
        : { address: [{ op: "address.replace", ns: object.ns, dev: object.dev, address: object.address }] };
    case "route": {
      const same = kept?.kind === "route" && kept.via === object.via && kept.dev === object.dev;
      return same ? {} : { route: [{ ...routeOf(object), op: "route.replace" }] };
    }
    case "neighbour": {
      if (kept?.kind === "neighbour" && kept.mac === object.mac) return {};
      const { ns, dev, dst, mac } = object;
      return { neighbour: [{ op: "neighbour.replace", ns, dev, dst, mac }] };
    }
    case "shaper": {
      const { ns, dev, rate, burst, limit } = object;
      if (kept?.kind === "shaper" && sameBucket(kept, object)) return {};
      return { shaper: [{ op: "shaper.replace", ns, dev, rate, burst, limit }] };
    }
    case "ingress":
      return kept ? {} : { ingress: [{ op: "ingress.add", ns: object.ns, dev: object.dev }] };
    case "redirect":
      return kept ? {} : { redirect: [{ op: "redirect.add", ns: object.ns, dev: object.dev, to: object.to }] };
    case "resolver": {
      const stands = kept?.kind === "resolver" && !kept.damaged;
      return stands ? {} : { resolver: [{ op: "resolver.open", ns: object.ns }] };
    }
    case "guard-table":
      return kept ? {} : { "guard table": [{ op: "guard-table.add" }] };
    case "guard":
      return { guard: guardCreation(object, kept?.kind === "guard" ? kept : undefined) };
    case "quiet":
      return kept ? {} : { guard: [{ op: "quiet.add", port: object.port }] };
  }
}

function namespaceCreation({ name, adopted }: NetnsObject): Step {
  return adopted ? { op: "netns.adopt", name, ...adopted } : { op: "netns.add", name };
}

function routeOf({ ns, family, dst, via, dev }: Extract<NetworkObject, { kind: "route" }>) {
  return { ns, family, dst, via, dev };
}

/** The kernel keeps a burst as a time, in ticks of 64 ns. */
function sameBucket(a: ShaperObject, b: ShaperObject): boolean {
  const burstError = 2 + (2 * 64e-9 * a.rate) / 8;
  return a.rate === b.rate && a.limit === b.limit && Math.abs(a.burst - b.burst) <= burstError;
}

const sourcesOf = ({ mac, addresses }: GuardObject): Sources => ({ mac, addresses });

function guardCreation(guard: GuardObject, kept: GuardObject | undefined): Step[] {
  const { port } = guard;
  if (!kept) return [{ op: "guard.add", port, ...sourcesOf(guard) }];
  return sameSources(guard, kept) ? [] : [{ op: "guard.replace", port, was: sourcesOf(kept), ...sourcesOf(guard) }];
}

/** What a bridge is born with. */
const defaultMtu = 1500;

function linkCreation(link: LinkObject, kept: LinkObject | undefined): Phases {
  switch (link.type) {
    case "loopback":
      return { loopback: linkSet(link, changes(link, kept ?? { up: false, alias: "" })) };
    case "adopted-bridge": {
      const isUp = kept?.type === "adopted-bridge" && kept.up;
      return isUp ? {} : { bridge: [{ op: "bridge.adopt", ns: link.ns, name: link.name }] };
    }
    case "bridge": {
      const { type, mac } = link;
      const add: Step = { op: "link.add", ns: link.ns, name: link.name, link: { type, mac } };
      return {
        bridge: kept ? [] : [add],
        link: linkSet(link, changes(link, kept ?? { mac, mtu: defaultMtu, up: false, alias: "" })),
      };
    }
    case "ifb": {
      const { type, mtu } = link;
      const add: Step = { op: "link.add", ns: link.ns, name: link.name, link: { type, mtu } };
      return {
        ifb: kept ? [] : [add],
        // Before anything is redirected to it.
        shaper: linkSet(link, changes(link, kept ?? { mtu, up: false, alias: "" })),
      };
    }
    case "veth":
      return vethCreation(link, kept?.type === "veth" ? kept : undefined);
  }
}

function vethCreation(link: VethLink, kept: VethLink | undefined): Phases {
  const { up: _, ...peer } = link.peer;
  const own = { type: "veth" as const, ...(link.mac === undefined ? {} : { mac: link.mac }), mtu: link.mtu };
  const add: Step = { op: "link.add", ns: link.ns, name: link.name, link: { ...own, peer } };
  const before = kept ?? { ...link, up: false, alias: "", master: null, peer: { ...link.peer, up: false } };
  // The sandbox's end comes last: nothing is sent before its port is what it should be.
  return {
    veth: kept ? [] : [add],
    link: [
      ...linkSet(link, changes(link, before)),
      ...portSet(link, before),
      ...linkSet(link.peer, changes(link.peer, before.peer)),
    ],
  };
}

const portSettings = ["isolated", "hairpin"] as const;

function portSet(link: VethLink, before: VethLink): Step[] {
  const { ns, name, master } = link;
  const differing = portSettings.filter((field) => link[field] !== (before.master === master && before[field]));
  if (master === null || differing.length === 0) return [];
  const set: PortSet = Object.fromEntries(differing.map((field) => [field, link[field]]));
  return [{ op: "port.set", ns, name, set }];
}

const settable = ["alias", "mac", "mtu", "master", "up"] as const;

function changes(want: LinkSet, have: LinkSet): LinkSet {
  const differing = settable.filter((field) => want[field] !== undefined && want[field] !== have[field]);
  return Object.fromEntries(differing.map((field) => [field, want[field]]));
}

function linkSet({ ns, name }: { ns: Namespace; name: string }, set: LinkSet): Step[] {
  return Object.keys(set).length === 0 ? [] : [{ op: "link.set", ns, name, set }];
}
