import type { CommandInput } from "#cnm/commands.ts";
import type { ErrorDetails } from "#cnm/errors.ts";
import type { Layout } from "#cnm/events.ts";
import type { Actor, HistoryEntry, HistorySummary, Outcome, StepRecord } from "#cnm/history.ts";
import type { Id } from "#cnm/ids.ts";
import type { Change, ObjectKind, Topology } from "#cnm/topology.ts";

/** A history row as it is when it begins; sequence number, time and hash are the store's. */
export interface NewEntry {
  actor: Actor;
  source: string;
  verb: string;
  summary: string;
  objects: { kind: ObjectKind; id: Id; name: string }[];
  commands: CommandInput[];
  changes: Change[];
  /** A caller's own id of the request: a second row with the same one is refused with CONFLICT. */
  requestId?: string;
}

export interface EntryResult {
  outcome: Outcome;
  steps: StepRecord[];
  undoSteps: StepRecord[];
  durationMs: number | null;
  error: string | null;
  errorDetails: ErrorDetails | null;
}

export interface HistoryFilter {
  actor?: string;
  verb?: string;
  /** Id or name of an object. */
  object?: string;
  outcome?: Outcome;
  /** RFC 3339; inclusive. */
  after?: string;
  before?: string;
}

/** Everything that is kept, and the only door to the database. Every method is one transaction, durable when it resolves. */
export interface Store {
  loadTopology(): Promise<Topology>;
  loadLayout(): Promise<Layout>;
  /** Sequence number of the last row; 0 when there is none. */
  lastSeq(): Promise<number>;
  /** Stores the new intent and the `pending` row together, before the kernel is touched. */
  begin(entry: NewEntry): Promise<HistorySummary>;
  /** Adds the outcome to a pending row; with `revert`, takes the row's changes back out of the intent in the same transaction. */
  finish(seq: number, result: EntryResult, options?: { revert?: boolean }): Promise<HistorySummary>;
  /** A row that never was pending: a refusal, a denial, a login. */
  record(entry: NewEntry, result: EntryResult): Promise<HistorySummary>;
  /** Rows that a dead daemon left pending, oldest first. */
  pendingEntries(): Promise<HistoryEntry[]>;
  /** Newest first; `cursor` is the `seq` that the previous page ended with. */
  listHistory(
    filter: HistoryFilter,
    page: { cursor?: number; limit: number },
  ): Promise<{ entries: HistorySummary[]; nextCursor: number | null }>;
  showHistory(seq: number): Promise<HistoryEntry | null>;
  findByRequestId(requestId: string): Promise<HistorySummary | null>;
  /** Walks the hash chain; `firstBad` names the first row that was edited, deleted, inserted or reordered. */
  verifyHistory(): Promise<{ ok: boolean; rows: number; firstBad: number | null; reason: string | null }>;
  /** Moves cards; ids that are not in the layout are added. */
  saveLayout(positions: Layout): Promise<void>;
  /** journal_mode, synchronous, file: for the health page. */
  health(): Promise<{ path: string; journalMode: string; synchronous: number; sizeBytes: number }>;
  close(): Promise<void>;
}
