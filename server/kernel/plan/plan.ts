import { creations } from "./creations.ts";
import { Deletions, endOf } from "./deletions.ts";
import { filesPlan } from "../files/plan.ts";
import { firewallPlan } from "../firewall/plan.ts";
import {
  type IfbLink,
  isFile,
  isFirewall,
  isNetworkObject,
  isPort,
  type KernelObject,
  keyOf,
  type NetworkObject,
} from "../objects.ts";
import { holds, releases, strays } from "./ports.ts";
import type { Step } from "../steps.ts";

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
  const deletions = new Deletions(have.filter((object) => !mayStay(object)));
  const kept = byKey(have.filter((object) => mayStay(object) && !deletions.takeAlong(object)));
  return [...deletions.steps(), ...creations([...wanted.values()], kept)];
}

const byKey = (objects: readonly NetworkObject[]): ReadonlyMap<string, NetworkObject> =>
  new Map(objects.map((object) => [keyOf(object), object]));

/** A link that is marked may vanish with the next that are, and a damaged table guards nothing: made anew if it is wanted. */
const isMarked = (object: NetworkObject): boolean =>
  object.kind === "link"
    ? "doomed" in object && object.doomed === true
    : object.kind === "guard-table" && object.damaged === true;

const isIfb = (object: NetworkObject): object is IfbLink => object.kind === "link" && object.type === "ifb";
const linkEnd = (object: NetworkObject): string => (object.kind === "link" ? endOf(object.ns, object.name) : "");
