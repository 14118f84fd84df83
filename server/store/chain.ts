import { createHash } from "node:crypto";
import type { HistoryEntry as EntryRow, HistoryOutcome as OutcomeRow } from "#generated/prisma/client.ts";

/**
 * History is one chain of entries and outcomes in the order they were written: every link's hash covers its own columns
 * and the hash of the link before. The chain tells of tampering, it does not prevent it: who may write the file could
 * compute all of it anew, so the hash of the last row is worth keeping elsewhere.
 */
export interface Head {
  /** Sequence number of the last entry. */
  seq: number;
  /** Place of the last link, counted from 1. */
  position: number;
  hash: string;
}

export const emptyHead: Head = { seq: 0, position: 0, hash: "" };

export type UnhashedEntry = Omit<EntryRow, "hash">;
export type UnhashedOutcome = Omit<OutcomeRow, "hash">;

export function hashEntry(previous: string, row: UnhashedEntry): string {
  return link(previous, [
    "entry",
    row.position,
    row.seq,
    row.at,
    row.actorKind,
    row.actorId,
    row.actorName,
    row.actorRole,
    row.source,
    row.verb,
    row.summary,
    row.objectsJson,
    row.commandsJson,
    row.changesJson,
    row.requestId,
  ]);
}

export function hashOutcome(previous: string, row: UnhashedOutcome): string {
  return link(previous, [
    "outcome",
    row.position,
    row.seq,
    row.at,
    row.outcome,
    row.reverted,
    row.stepsJson,
    row.undoStepsJson,
    row.durationMs,
    row.error,
    row.errorDetailsJson,
  ]);
}

function link(previous: string, columns: (string | number | boolean | null)[]): string {
  return createHash("sha256")
    .update(`${previous}\n${JSON.stringify(columns)}`)
    .digest("hex");
}
