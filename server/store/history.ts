import type { HistoryEntry, HistorySummary, Outcome, Role } from "#cnm/history.ts";
import { nameKey } from "#cnm/ids.ts";
import type {
  HistoryEntry as EntryRow,
  HistoryObject as ObjectRow,
  HistoryOutcome as OutcomeRow,
} from "#generated/prisma/client.ts";
import { type Head, hashEntry, hashOutcome, type UnhashedEntry, type UnhashedOutcome } from "./chain.ts";
import type { EntryResult, NewEntry } from "./store.ts";

/** The columns that a summary is made of; see `summaryColumns`. */
export type SummaryRow = Omit<EntryRow, "position" | "commandsJson" | "changesJson" | "requestId" | "hash">;

/** What the database gives back must be what was hashed: UTF-8 has no lone surrogates. */
const storable = (text: string): string => Buffer.from(text).toString();

/** The row of a new entry: the next link after `head`. */
export function entryRow(head: Head, entry: NewEntry): EntryRow {
  const row: UnhashedEntry = {
    seq: head.seq + 1,
    position: head.position + 1,
    at: new Date().toISOString(),
    actorKind: entry.actor.kind,
    actorId: storable(entry.actor.id),
    actorName: storable(entry.actor.name),
    actorRole: entry.actor.role,
    source: storable(entry.source),
    verb: storable(entry.verb),
    summary: storable(entry.summary),
    objectsJson: JSON.stringify(entry.objects),
    commandsJson: JSON.stringify(entry.commands),
    changesJson: JSON.stringify(entry.changes),
    requestId: entry.requestId === undefined ? null : storable(entry.requestId),
  };
  return { ...row, hash: hashEntry(head.hash, row) };
}

/** Rows by which an entry is found from its objects. */
export function objectRows(seq: number, objects: NewEntry["objects"]): ObjectRow[] {
  const unique = new Map(objects.map((object) => [object.id, object]));
  return [...unique.values()].map(({ id, name }) => ({ seq, objectId: id, nameKey: nameKey(name) }));
}

/** The row of an entry's outcome: the next link after `head`. */
export function outcomeRow(head: Head, result: EntryResult, about: { seq: number; reverted: boolean }): OutcomeRow {
  const row: UnhashedOutcome = {
    position: head.position + 1,
    seq: about.seq,
    at: new Date().toISOString(),
    outcome: result.outcome,
    reverted: about.reverted,
    stepsJson: JSON.stringify(result.steps),
    undoStepsJson: JSON.stringify(result.undoSteps),
    durationMs: result.durationMs,
    error: result.error === null ? null : storable(result.error),
    errorDetailsJson: result.errorDetails === null ? null : JSON.stringify(result.errorDetails),
  };
  return { ...row, hash: hashOutcome(head.hash, row) };
}

export function toSummary(
  row: SummaryRow,
  outcome: Pick<OutcomeRow, "outcome" | "durationMs" | "error"> | null,
): HistorySummary {
  return {
    seq: row.seq,
    at: row.at,
    actor: {
      kind: row.actorKind as HistorySummary["actor"]["kind"],
      id: row.actorId,
      name: row.actorName,
      role: row.actorRole as Role,
    },
    source: row.source,
    verb: row.verb,
    summary: row.summary,
    objects: JSON.parse(row.objectsJson),
    outcome: (outcome?.outcome ?? "pending") as Outcome,
    durationMs: outcome?.durationMs ?? null,
    error: outcome?.error ?? null,
  };
}

export function toEntry(row: EntryRow, outcome: OutcomeRow | null): HistoryEntry {
  return {
    ...toSummary(row, outcome),
    commands: JSON.parse(row.commandsJson),
    changes: JSON.parse(row.changesJson),
    steps: outcome ? JSON.parse(outcome.stepsJson) : [],
    undoSteps: outcome ? JSON.parse(outcome.undoStepsJson) : [],
    errorDetails: outcome?.errorDetailsJson ? JSON.parse(outcome.errorDetailsJson) : null,
    hash: row.hash,
  };
}
