import { isDeepStrictEqual } from "node:util";
import type { CommandInput } from "#cnm/commands.ts";
import { CnmError } from "#cnm/errors.ts";
import type { HistoryEntry, StepRecord } from "#cnm/history.ts";
import type { Id } from "#cnm/ids.ts";
import type { Change } from "#cnm/topology.ts";
import { failureOf } from "./reconcile.ts";

/** Throws CONFLICT if something that is to be changed has been changed after the revision that the caller looked at. */
export function refuseStale(changes: readonly Change[], changedAt: (id: Id) => number, baseRevision: number): void {
  const stale = changes.find(({ id, before }) => before && changedAt(id) > baseRevision);
  if (!stale) return;
  throw new CnmError(
    "CONFLICT",
    `${stale.kind} ${stale.before?.name} has changed since you looked (by history row ${changedAt(stale.id)})`,
    { rule: "stale-base-revision", lift: "look at it again, then repeat the change" },
  );
}

/** Throws CONFLICT unless it is the same caller who asks the same again. */
export function refuseOtherRequest(entry: HistoryEntry, actorId: string, commands: readonly CommandInput[]): void {
  if (entry.actor.id === actorId && isDeepStrictEqual(entry.commands, [...commands])) return;
  throw new CnmError("CONFLICT", `this request id was used for another change (history row ${entry.seq})`, {
    rule: "request-id-is-new",
    lift: "use a new id for every new request",
  });
}

/** A change that the kernel refused, in its own words, and what has become of it. */
export function kernelError(failed: StepRecord, undoSteps: readonly StepRecord[]): CnmError {
  const stuck = undoSteps.find((step) => step.outcome === "failed");
  const ending = stuck ? `undoing it stopped at ${failureOf(stuck)}; Patchbay keeps trying` : "everything was put back";
  return new CnmError("KERNEL", `the kernel refused "${failureOf(failed)}"; ${ending}`, {
    step: { command: failed.command, errno: failed.error?.errno ?? "", text: failed.error?.text ?? "" },
  });
}
