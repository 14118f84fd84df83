import { deletion } from "#cnm/cascade.ts";
import type { CommandDraft } from "#cnm/commands.ts";
import { findEndpoint, findNetwork, findSandbox } from "#cnm/lookup.ts";
import type { ObjectKind } from "#cnm/topology.ts";
import { type ChangeFlags, change } from "./change.ts";
import type { Cli } from "./command.ts";
import { visible } from "./output.ts";

export interface RemovalFlags extends ChangeFlags {
  force?: boolean;
}

const find = { network: findNetwork, sandbox: findSandbox, endpoint: findEndpoint };

/** Deletes the objects as one change, all or none; with `force` along with the endpoints that stand in the way. */
export async function remove(
  cli: Cli,
  kind: ObjectKind,
  [refs, { force, dryRun }]: [refs: string[], flags: RemovalFlags],
): Promise<void> {
  const { topology, revision } = await cli.api.topology.get.query();
  const ids = [...new Set(refs.map((ref) => find[kind](topology, ref).id))];
  const commands = ids.flatMap((id) => (force ? deletion(topology, kind, id) : [only(kind, id)]));
  const names = refs.map(visible).join("\n");
  await change(cli, commands, { dryRun, baseRevision: force ? revision : undefined, done: () => names });
}

function only(kind: ObjectKind, id: string): CommandDraft {
  switch (kind) {
    case "network":
      return { type: "network.delete", network: id };
    case "sandbox":
      return { type: "sandbox.delete", sandbox: id };
    case "endpoint":
      return { type: "endpoint.delete", endpoint: id };
  }
}
