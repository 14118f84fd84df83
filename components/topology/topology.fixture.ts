import type { CommandDraft } from "#cnm/commands.ts";
import { CommandInput } from "#cnm/commands.ts";
import type { TopologyState } from "#cnm/events.ts";
import { emptyFacts } from "#cnm/facts.ts";
import { withPredefined } from "#cnm/predefined.ts";
import { reduce } from "#cnm/reduce.ts";
import { emptyTopology, type Topology } from "#cnm/topology.ts";

/** A topology made by the model itself, with ids 1, 2, 3 … padded with zeros. */
export function topologyOf(...drafts: CommandDraft[]): Topology {
  return drafts.reduce(
    (topology, draft, index) =>
      reduce(
        topology,
        { ...CommandInput.parse(draft), newId: idOf(index + 1), at: "2026-01-01T00:00:00.000Z" },
        emptyFacts,
      ),
    withPredefined(emptyTopology),
  );
}

export const idOf = (number: number): string => String(number).padStart(64, "0");

export function stateOf(topology: Topology, rest: Partial<TopologyState> = {}): TopologyState {
  return { revision: 1, topology, layout: {}, applying: [], problems: {}, unsupported: {}, edited: {}, ...rest };
}

/** net (id 1), web-1 (2), web-2 (3); web-1 is joined with endpoint 4. */
export const small = topologyOf(
  { type: "network.create", name: "net" },
  { type: "sandbox.create", name: "web-1" },
  { type: "sandbox.create", name: "web-2" },
  { type: "endpoint.create", network: "net", name: "web-1" },
  { type: "endpoint.join", endpoint: "net/web-1", sandbox: "web-1" },
);
