import type { CommandDraft } from "#cnm/commands.ts";
import { emptyFacts, type Facts } from "#cnm/facts.ts";
import { parseCommand } from "#cnm/parse-command.ts";
import { reduce } from "#cnm/reduce.ts";
import type { Topology } from "#cnm/topology.ts";

/** What the browser knows when it looks ahead. */
export interface Foresight {
  topology: Topology;
  unsupported?: Facts["unsupported"];
}

/**
 * The topology as the commands would leave it, as far as can be told without the host. What the nth creates has the id
 * `foreseenId(n)`. Throws the `CnmError` that applies.
 */
export function foresee({ topology, unsupported = {} }: Foresight, drafts: readonly CommandDraft[]): Topology {
  const facts = { ...emptyFacts, unsupported };
  return drafts.reduce(
    (now, draft, index) =>
      reduce(now, { ...parseCommand(draft), newId: foreseenId(index), at: "1970-01-01T00:00:00.000Z" }, facts),
    topology,
  );
}

export const foreseenId = (index: number): string => index.toString(16).padStart(64, "0");
