import type { StepRecord } from "#cnm/history.ts";
import type { Id } from "#cnm/ids.ts";
import type { Topology } from "#cnm/topology.ts";
import { bridgeName, namespaceName, vethName } from "#server/kernel/names.ts";

/** The objects whose own kernel names the steps speak of: where a step that failed is shown. Pure. */
export function affectedBy(steps: readonly StepRecord[], { networks, sandboxes, endpoints }: Topology): Id[] {
  const commands = steps.map(({ command }) => command).join("\n");
  const named = (ids: Record<Id, unknown>, nameOf: (id: Id) => string) =>
    Object.keys(ids).filter((id) => commands.includes(nameOf(id)));
  // Rules name their owner in a comment.
  const owner = (kind: string) => (id: Id) => `patchbay ${kind} ${id.slice(0, 12)}`;
  return [
    ...new Set([
      ...named(networks, bridgeName),
      ...named(networks, owner("network")),
      ...named(sandboxes, namespaceName),
      ...named(endpoints, vethName),
      ...named(endpoints, owner("endpoint")),
    ]),
  ];
}
