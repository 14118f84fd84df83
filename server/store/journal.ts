import { statSync } from "node:fs";
import { CnmError } from "#cnm/errors.ts";
import type { HistoryEntry, HistorySummary } from "#cnm/history.ts";
import type { HistoryEntry as EntryRow, HistoryOutcome as OutcomeRow, PrismaClient } from "#generated/prisma/client.ts";
import type { Head } from "./chain.ts";
import type { Connection, Statement } from "./connection.ts";
import { sqliteCode, unwritable, writeFailure } from "./failures.ts";
import { entryRow, objectRows, outcomeRow, toEntry, toSummary } from "./history.ts";
import { intentStatements, inverse } from "./intent.ts";
import { SerialQueue } from "./serial-queue.ts";
import { insertRows } from "./statements.ts";
import type { EntryResult, NewEntry, Store } from "./store.ts";
import { verifyChain } from "./verify.ts";

export interface JournalParts {
  path: string;
  connection: Connection;
  prisma: PrismaClient;
  /** The last link of the chain. */
  head: Head;
  /** Entries without an outcome. */
  pending: EntryRow[];
}

/** The one writer of history: knows the end of the chain, so writes come one after the other. */
export class Journal {
  readonly #path: string;
  readonly #connection: Connection;
  readonly #prisma: PrismaClient;
  readonly #pending: Map<number, EntryRow>;
  /** Which file `#path` was when it was opened. */
  readonly #inode: number;
  #head: Head;
  readonly #queue = new SerialQueue();
  #broken: CnmError | null = null;

  constructor(parts: JournalParts) {
    this.#path = parts.path;
    this.#connection = parts.connection;
    this.#prisma = parts.prisma;
    this.#head = parts.head;
    this.#pending = new Map(parts.pending.map((row) => [row.seq, row]));
    this.#inode = statSync(parts.path).ino;
  }

  get lastSeq(): number {
    return this.#head.seq;
  }

  /** Sequence numbers of the entries without an outcome. */
  get pendingSeqs(): number[] {
    return [...this.#pending.keys()];
  }

  /** See Store.begin. */
  begin(entry: NewEntry): Promise<HistorySummary> {
    return this.#queue.run(async () => {
      const row = entryRow(this.#head, entry);
      await this.#write([...intentStatements(entry.changes), ...entryStatements(row, entry)]);
      this.#head = { seq: row.seq, position: row.position, hash: row.hash };
      this.#pending.set(row.seq, row);
      return toSummary(row, null);
    });
  }

  /** See Store.finish. */
  finish(seq: number, result: EntryResult, revert: boolean): Promise<HistorySummary> {
    return this.#queue.run(async () => {
      const row = this.#pending.get(seq);
      if (!row) throw new CnmError("CONFLICT", `history row ${seq} is not pending`, { rule: "entry-is-pending" });
      const outcome = outcomeRow(this.#head, result, { seq, reverted: revert });
      const reverted = revert ? intentStatements(inverse(JSON.parse(row.changesJson))) : [];
      await this.#write([...reverted, ...insertRows("HistoryOutcome", [outcome])]);
      this.#head = { ...this.#head, position: outcome.position, hash: outcome.hash };
      this.#pending.delete(seq);
      return toSummary(row, outcome);
    });
  }

  /** See Store.record. */
  record(entry: NewEntry, result: EntryResult): Promise<HistorySummary> {
    return this.#queue.run(async () => {
      const row = entryRow(this.#head, entry);
      const { seq, position, hash } = row;
      const outcome: OutcomeRow = outcomeRow({ seq, position, hash }, result, { seq, reverted: false });
      await this.#write([...entryStatements(row, entry), ...insertRows("HistoryOutcome", [outcome])]);
      this.#head = { seq, position: outcome.position, hash: outcome.hash };
      return toSummary(row, outcome);
    });
  }

  pendingEntries(): HistoryEntry[] {
    return [...this.#pending.values()].sort((a, b) => a.seq - b.seq).map((row) => toEntry(row, null));
  }

  /** See Store.saveLayout. */
  saveLayout(positions: { id: string; x: number; y: number }[]): Promise<void> {
    return this.#queue.run(() => this.#write(insertRows("CardPosition", positions, "INSERT OR REPLACE")));
  }

  /** See Store.verifyHistory. Rows behind the end of the chain can only have been put there by somebody else. */
  async verify(): ReturnType<Store["verifyHistory"]> {
    const { head, extra } = await this.#queue.run(async () => ({
      head: this.#head,
      extra: await this.#prisma.historyEntry.findFirst({
        where: { OR: [{ position: { gt: this.#head.position } }, { seq: { gt: this.#head.seq } }] },
        orderBy: { seq: "asc" },
      }),
    }));
    const verdict = await verifyChain(this.#prisma, head);
    if (!verdict.ok || !extra) return verdict;
    return { ok: false, rows: verdict.rows, firstBad: extra.seq, reason: "the row was inserted" };
  }

  async #write(statements: Statement[]): Promise<void> {
    if (this.#broken) throw this.#broken;
    this.#assertSameFile();
    try {
      await this.#connection.transact(statements);
    } catch (error) {
      // What a failed fsync left on the disk is unknown (fsync(2), EIO): never try again as if nothing had been.
      if (sqliteCode(error)?.startsWith("SQLITE_IOERR")) {
        this.#broken = unwritable("the disk failed at an earlier write; start patchbayd again once it is repaired");
      }
      throw writeFailure(error);
    }
  }

  /** A file that was deleted or replaced still takes writes, into nowhere. */
  #assertSameFile(): void {
    const file = statSync(this.#path, { throwIfNoEntry: false });
    if (file?.ino !== this.#inode)
      throw unwritable(`${this.#path} was deleted or replaced while patchbayd was running`);
  }
}

function entryStatements(row: EntryRow, entry: NewEntry): Statement[] {
  return [...insertRows("HistoryEntry", [row]), ...insertRows("HistoryObject", objectRows(row.seq, entry.objects))];
}
