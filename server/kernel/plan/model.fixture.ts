import {
  isNetworkObject,
  isOnce,
  type KernelObject,
  keyOf,
  type LinkObject,
  type Namespace,
  type NetnsObject,
} from "../objects.ts";
import type { LinkSet, Step } from "../steps.ts";

/**
 * A kernel in memory that is stricter than the real one: every step must find what it needs, every deletion what it deletes.
 * It forgets what the real one forgets: what is in a namespace or on a link, and routes with the last address.
 */
export class ModelKernel {
  #objects: KernelObject[];

  constructor(objects: readonly KernelObject[]) {
    this.#objects = structuredClone([...objects]);
  }

  get objects(): readonly KernelObject[] {
    return this.#objects;
  }

  run(steps: readonly Step[]): this {
    for (const step of steps) this.#step(step);
    return this;
  }

  #step(step: Step): unknown {
    switch (step.op) {
      case "netns.add":
        this.#add({ kind: "netns", name: step.name });
        return this.#add({ kind: "link", type: "loopback", ns: step.name, name: "lo", up: false, alias: "" });
      case "netns.adopt": {
        const { op: _, name, ...adopted } = step;
        return this.#add({ kind: "netns", name, adopted });
      }
      case "netns.del":
        this.#require(step.name);
        if (this.#find(`resolver ${step.name}`)) throw new Error(`a resolver keeps ${step.name} in being`);
        if (this.#isAdopted(step.name)) return this.#forgetEmpty(step.name);
        return this.#forget((object) => namespaceOf(object) === step.name);
      case "link.add": {
        const { ns, name, link } = step;
        this.#require(ns);
        if (link.type === "bridge")
          return this.#add({ kind: "link", ns, name, ...link, mtu: 1500, up: false, alias: "" });
        if (link.type === "ifb") return this.#add({ kind: "link", ns, name, ...link, up: false, alias: "" });
        this.#require(link.peer.ns);
        const peer = { ...link.peer, up: false };
        return this.#add({
          kind: "link",
          ns,
          name,
          ...link,
          master: null,
          isolated: false,
          hairpin: false,
          up: false,
          alias: "",
          peer,
        });
      }
      case "link.set":
        return this.#set(step);
      case "port.set": {
        const link = this.#link(step.ns, step.name);
        if (link.type !== "veth" || link.master === null) throw new Error(`${step.name} is in no bridge`);
        return Object.assign(link, step.set);
      }
      case "bridge.adopt": {
        const bridge = this.#link(step.ns, step.name);
        if (bridge.type !== "adopted-bridge") throw new Error(`${step.name} is not a bridge of others`);
        return Object.assign(bridge, { up: true });
      }
      case "link.del":
        return this.#deleteLink(this.#link(step.ns, step.name));
      case "link.doom":
        return Object.assign(this.#link(step.ns, step.name), { doomed: true });
      case "doomed.del":
        for (const link of this.#doomed(step.ns)) this.#deleteLink(link);
        return;
      case "address.replace":
        this.#end(step.ns, step.dev);
        return this.#put({ kind: "address", ns: step.ns, dev: step.dev, address: step.address });
      case "address.del":
        this.#take({ kind: "address", ns: step.ns, dev: step.dev, address: step.address });
        return this.#forgetUnaddressedRoutes(step.ns, step.dev);
      case "route.replace": {
        const { op: _, ...route } = step;
        if (!this.#end(step.ns, step.dev).up) throw new Error(`${step.dev} is down`);
        return this.#put({ kind: "route", ...route });
      }
      case "route.del": {
        const { op: _, ...route } = step;
        return this.#take({ kind: "route", ...route });
      }
      case "neighbour.replace": {
        const { op: _, ...neighbour } = step;
        if (!this.#end(step.ns, step.dev).up) throw new Error(`${step.dev} is down`);
        return this.#put({ kind: "neighbour", ...neighbour });
      }
      case "neighbour.del":
        return this.#take({ kind: "neighbour", ns: step.ns, dev: step.dev, dst: step.dst, mac: "" });
      case "shaper.replace": {
        const { op: _, ...bucket } = step;
        this.#end(step.ns, step.dev);
        return this.#put({ kind: "shaper", ...bucket });
      }
      case "shaper.del":
        return this.#take({ kind: "shaper", ns: step.ns, dev: step.dev, rate: 0, burst: 0, limit: 0 });
      case "ingress.add":
        this.#end(step.ns, step.dev);
        return this.#add({ kind: "ingress", ns: step.ns, dev: step.dev });
      case "ingress.del":
        this.#take({ kind: "ingress", ns: step.ns, dev: step.dev });
        return this.#forget((object) => object.kind === "redirect" && isOn(object, { ns: step.ns, name: step.dev }));
      case "redirect.add": {
        const { op: _, ...redirect } = step;
        if (!this.#find(`ingress ${step.ns} ${step.dev}`)) throw new Error(`${step.dev} has no ingress`);
        if (!this.#end(step.ns, step.to).up) throw new Error(`${step.to} is down`);
        if (this.#objects.some((object) => object.kind === "redirect" && isOn(object, { ns: step.ns, name: step.dev })))
          throw new Error(`${step.dev} is redirected already`);
        return this.#add({ kind: "redirect", ...redirect });
      }
      case "redirect.del": {
        const at = { ns: step.ns, name: step.dev };
        const redirect = this.#objects.find((object) => object.kind === "redirect" && isOn(object, at));
        if (!redirect) throw new Error(`nothing is redirected at ${step.dev}`);
        return this.#forget((object) => object === redirect);
      }
      case "sysctl.set": {
        const { op: _, ...sysctl } = step;
        const dev = step.name.split("/")[3] ?? "";
        this.#end(step.ns, dev);
        return this.#put({ kind: "sysctl", ...sysctl });
      }
      case "port.hold": {
        const { op: _, ...port } = step;
        return this.#put({ kind: "port", ...port });
      }
      case "port.release": {
        const { op: _, ...port } = step;
        return this.#take({ kind: "port", ...port, to: { address: "", port: 0 } });
      }
      case "resolver.open":
        if (!this.#end(step.ns, "lo").up) throw new Error(`lo of ${step.ns} is down`);
        return this.#put({ kind: "resolver", ns: step.ns });
      case "resolver.close":
        return this.#take({ kind: "resolver", ns: step.ns });
      case "conntrack.del":
        return;
      case "guard-table.add":
        return this.#add({ kind: "guard-table" });
      case "guard-table.del":
        this.#take({ kind: "guard-table" });
        return this.#forget(({ kind }) => kind === "guard" || kind === "quiet");
      case "guard.add": {
        const { op: _, ...guard } = step;
        this.#requireTable();
        return this.#add({ kind: "guard", ...guard });
      }
      case "guard.del": {
        const { op: _, ...guard } = step;
        return this.#take({ kind: "guard", ...guard });
      }
      case "quiet.add":
        this.#requireTable();
        return this.#add({ kind: "quiet", port: step.port });
      case "quiet.del":
        return this.#take({ kind: "quiet", port: step.port });
      case "guard.replace": {
        const { op: _, was, ...guard } = step;
        this.#take({ kind: "guard", port: step.port, ...was });
        return this.#add({ kind: "guard", ...guard });
      }
    }
  }

  #deleteLink(link: LinkObject): void {
    const ends = link.type === "veth" ? [link, link.peer] : [link];
    for (const end of ends) this.#forget((object) => isOn(object, end));
    for (const object of this.#objects)
      if (object.kind === "redirect" && object.ns === link.ns && object.to === link.name) object.to = "";
    this.#forget((object) => object === link);
  }

  #doomed(ns: Namespace): LinkObject[] {
    const links = this.#objects.filter((object) => object.kind === "link");
    const found = links.filter((link) => link.ns === ns && "doomed" in link && link.doomed);
    if (found.length === 0) throw new Error(`nothing is marked in ${ns}`);
    return found;
  }

  #set({ ns, name, set }: Extract<Step, { op: "link.set" }>): void {
    if (set.master) this.#link(ns, set.master);
    const end = Object.assign(this.#end(ns, name), set);
    if (set.master !== undefined) Object.assign(end, { isolated: false, hairpin: false });
  }

  #add(object: KernelObject): void {
    if (this.#find(keyOf(object))) throw new Error(`exists: ${keyOf(object)}`);
    if (object.kind === "link" && this.#objects.some((other) => other.kind === "link" && sharesAnEnd(other, object)))
      throw new Error(`name taken: ${keyOf(object)}`);
    this.#objects.push(object);
  }

  #put(object: KernelObject): void {
    this.#objects = [...this.#objects.filter((other) => keyOf(other) !== keyOf(object)), object];
  }

  #take(object: KernelObject): void {
    if (!this.#find(keyOf(object))) throw new Error(`nothing to delete: ${keyOf(object)}`);
    this.#forget((other) => keyOf(other) === keyOf(object));
  }

  #forget(which: (object: KernelObject) => boolean): void {
    this.#objects = this.#objects.filter((object) => !which(object));
  }

  #forgetUnaddressedRoutes(ns: Namespace, dev: string): void {
    const families = this.#objects.flatMap((object) =>
      object.kind === "address" && isOn(object, { ns, name: dev }) ? (object.address.includes(":") ? 6 : 4) : [],
    );
    this.#forget(
      (object) => object.kind === "route" && isOn(object, { ns, name: dev }) && !families.includes(object.family),
    );
  }

  #find(key: string): KernelObject | undefined {
    return this.#objects.find((object) => keyOf(object) === key);
  }

  #require(ns: Namespace): void {
    if (ns !== "" && !this.#namespace(ns)) throw new Error(`no namespace ${ns}`);
  }

  #namespace(ns: Namespace): NetnsObject | undefined {
    return this.#objects.find((object) => object.kind === "netns" && object.name === ns) as NetnsObject | undefined;
  }

  #isAdopted(ns: Namespace): boolean {
    return this.#namespace(ns)?.adopted !== undefined;
  }

  /** What is left in it would be there for ever. */
  #forgetEmpty(ns: Namespace): void {
    const left = this.#objects.filter((object) => namespaceOf(object) === ns && object.kind !== "netns");
    if (left.some(({ kind }) => kind !== "sysctl")) throw new Error(`${ns} has ${left.map(keyOf).join(", ")} in it`);
    this.#forget((object) => namespaceOf(object) === ns);
  }

  #requireTable(): void {
    if (!this.#find("guard-table")) throw new Error("no table for guards");
  }

  #link(ns: Namespace, name: string): LinkObject {
    const link = this.#objects.find((object) => object.kind === "link" && object.ns === ns && object.name === name);
    if (link?.kind !== "link") throw new Error(`no link ${ns} ${name}`);
    return link;
  }

  /** The link, or the end of a veth, of that name. */
  #end(ns: Namespace, name: string): LinkSet {
    for (const object of this.#objects) {
      if (object.kind !== "link") continue;
      if (object.ns === ns && object.name === name) return object;
      if (object.type === "veth" && object.peer.ns === ns && object.peer.name === name) return object.peer;
    }
    throw new Error(`no link ${ns} ${name}`);
  }
}

/** What the host has once is in none. */
function namespaceOf(object: KernelObject): Namespace | null {
  if (!isNetworkObject(object) || isOnce(object)) return null;
  return object.kind === "netns" ? object.name : object.ns;
}

function isOn(object: KernelObject, { ns, name }: { ns: Namespace; name: string }): boolean {
  if (!isNetworkObject(object) || isOnce(object)) return false;
  if (object.kind === "netns" || object.kind === "link" || object.kind === "resolver" || object.ns !== ns) return false;
  return object.kind === "sysctl" ? object.name.split("/")[3] === name : object.dev === name;
}

function sharesAnEnd(a: LinkObject, b: LinkObject): boolean {
  const ends = (link: LinkObject) =>
    [link, ...(link.type === "veth" ? [link.peer] : [])].map(({ ns, name }) => `${ns} ${name}`);
  return ends(a).some((end) => ends(b).includes(end));
}
