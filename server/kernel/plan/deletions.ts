import { isOnce, type LinkObject, type Namespace, type NetworkObject } from "../objects.ts";
import { routeOf, sourcesOf, sysctlDevice } from "./parts.ts";
import type { Step } from "../steps.ts";

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
export class Deletions {
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
  takeAlong(object: NetworkObject): boolean {
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
        return this.#namespaces.has(object.ns) || this.#devices.has(endOf(object.ns, sysctlDevice(object) ?? ""));
      case "route":
        return this.#hasLost(object) || this.#unaddressed.has(routesOf(object.ns, object.dev, object.family));
      case "redirect":
        return this.#hasLost(object) || this.#deaf.has(endOf(object.ns, object.dev));
      default:
        return this.#hasLost(object);
    }
  }

  steps(): Step[] {
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

/** One end of a link, in words that no other end has. */
export const endOf = (ns: Namespace, name: string): string => `${ns} ${name}`;
const endsOf = (link: LinkObject): string[] => [
  endOf(link.ns, link.name),
  ...(link.type === "veth" ? [endOf(link.peer.ns, link.peer.name)] : []),
];
const familyOf = (address: string): 4 | 6 => (address.includes(":") ? 6 : 4);
const routesOf = (...of: [ns: Namespace, dev: string, family: 4 | 6]): string => of.join(" ");

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
