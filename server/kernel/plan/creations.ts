import { sameSources } from "../guard/elements.ts";
import { creationOrder, type Phases } from "./phases.ts";
import { linkCreation } from "./link-creations.ts";
import { type GuardObject, keyOf, type NetnsObject, type NetworkObject, type ShaperObject } from "../objects.ts";
import { routeOf, sourcesOf, sysctlDevice } from "./parts.ts";
import type { Step } from "../steps.ts";

/** The steps that make what is wanted of what is kept (by key), or change that in place. Pure. */
export function creations(wanted: readonly NetworkObject[], kept: ReadonlyMap<string, NetworkObject>): Step[] {
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
      return sysctlDevice(object) ? { "link setting": [step] } : { setting: [step] };
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

/** The kernel keeps a burst as a time, in ticks of 64 ns. */
function sameBucket(a: ShaperObject, b: ShaperObject): boolean {
  const burstError = 2 + (2 * 64e-9 * a.rate) / 8;
  return a.rate === b.rate && a.limit === b.limit && Math.abs(a.burst - b.burst) <= burstError;
}

function guardCreation(guard: GuardObject, kept: GuardObject | undefined): Step[] {
  const { port } = guard;
  if (!kept) return [{ op: "guard.add", port, ...sourcesOf(guard) }];
  return sameSources(guard, kept) ? [] : [{ op: "guard.replace", port, was: sourcesOf(kept), ...sourcesOf(guard) }];
}
