import {
  type AdoptableNamespace,
  type Discovery,
  type FoundNamespace,
  inOrder,
  namespacesIn,
  type SeenContainers,
} from "#cnm/adoptable.ts";
import type { Refusal } from "#cnm/errors.ts";
import type { NamespaceFacts } from "#cnm/facts.ts";
import { canAdopt } from "#cnm/rules.ts";
import type { Topology } from "#cnm/topology.ts";
import { namespaceName } from "#server/kernel/names.ts";
import type { AskedNamespace, KernelPort } from "./kernel.ts";

export interface DiscoveryOptions {
  kernel: Pick<KernelPort, "sightNamespaces" | "resolveNamespaces">;
  /** What the container engines of this host tell; never rejects. */
  listContainers(): Promise<SeenContainers>;
  /** See `SystemOptions`. */
  namespaceKey(name: string): string;
}

/** How many the kernel worker is asked for at once: changes wait meanwhile. */
const batch = 50;

/**
 * What on this host can be adopted, and why the rest cannot: the verdict is that of the adoption itself. What ends while it
 * looks is left out.
 */
export async function discover(
  topology: Topology,
  { kernel, listContainers, namespaceKey }: DiscoveryOptions,
): Promise<Discovery> {
  const [sighting, { containers, silent }] = await Promise.all([kernel.sightNamespaces(), listContainers()]);
  const ours = new Set(Object.keys(topology.sandboxes).map((id) => namespaceKey(namespaceName(id))));
  const found = namespacesIn(sighting, containers, ours);
  const namespaces: AdoptableNamespace[] = [];
  for (let at = 0; at < found.length; at += batch) {
    const some = found.slice(at, at + batch);
    const facts = await kernel.resolveNamespaces(some.map(askedOf));
    namespaces.push(...some.flatMap((each, index) => judged(topology, each, facts[index])));
  }
  return { namespaces: inOrder(namespaces), hidden: sighting.hidden, silent };
}

/** None where the namespace has gone, or was of another kind. */
function judged(
  topology: Topology,
  found: FoundNamespace,
  facts: NamespaceFacts | Refusal | undefined,
): AdoptableNamespace[] {
  if (!facts || (!facts.ok && goneBy.has(facts.rule))) return [];
  if (!facts.ok) return [{ ...found, program: null, interfaces: [], verdict: facts }];
  const { source, foreign } = facts.origin;
  const program = source.kind === "path" ? null : source.program;
  return [{ ...found, program, interfaces: foreign.interfaces, verdict: canAdopt(topology, facts) }];
}

const goneBy: ReadonlySet<string> = new Set(["process-not-found", "not-a-namespace"]);

/** Asks as the adoption will. */
function askedOf({ containers: [container], source, oldest }: FoundNamespace): AskedNamespace {
  if (container) return { kind: "container", ...container };
  return "netns" in source ? { kind: "path", path: source.netns } : { kind: "pid", pid: oldest?.pid ?? 0 };
}
