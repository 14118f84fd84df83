import { type HistorySummary, type Outcome, outcomes } from "#cnm/history.ts";
import { Id, nameKey } from "#cnm/ids.ts";
import type { Prisma, PrismaClient } from "#generated/prisma/client.ts";
import { toSummary } from "./history.ts";
import type { HistoryFilter } from "./store.ts";

const summaryColumns = {
  seq: true,
  at: true,
  actorKind: true,
  actorId: true,
  actorName: true,
  actorRole: true,
  source: true,
  verb: true,
  summary: true,
  objectsJson: true,
  outcome: { select: { outcome: true, durationMs: true, error: true } },
} as const satisfies Prisma.HistoryEntrySelect;

const fewRows = 500;

export interface Page {
  cursor?: number;
  limit: number;
}

/** One page, newest first. `limit` rows at most; `cursor` is the last `seq` of the page before. */
export async function listEntries(
  prisma: PrismaClient,
  filter: HistoryFilter,
  page: Page & { pending: number[] },
): Promise<{ entries: HistorySummary[]; nextCursor: number | null }> {
  const rows = await prisma.historyEntry.findMany({
    where: {
      AND: [
        { seq: await seqRange(prisma, filter) },
        { seq: page.cursor === undefined ? {} : { lt: page.cursor } },
        filter.outcome === undefined ? {} : ofOutcome(filter.outcome, page.pending),
        filter.object === undefined ? {} : await ofObject(prisma, filter.object, page.cursor),
      ],
      actorName: filter.actor,
      verb: filter.verb,
      at: { gte: instant(filter.after), lte: instant(filter.before) },
    },
    select: summaryColumns,
    orderBy: { seq: "desc" },
    take: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  const nextCursor = rows.length > page.limit ? (shown.at(-1)?.seq ?? null) : null;
  return { entries: shown.map((row) => toSummary(row, row.outcome)), nextCursor };
}

/** SQLite looks for an outcome by index and then sorts what it found, which is too much for the one that nearly every row has. */
function ofOutcome(outcome: Outcome, pending: number[]): Prisma.HistoryEntryWhereInput {
  if (outcome === "pending") return { seq: { in: pending } };
  if (outcome !== "applied") return { outcome: { outcome } };
  return { outcome: { outcome: { notIn: outcomes.filter((other) => other !== "applied") } } };
}

/** Rows that speak of an object: looked up one by one while they are few, filtered out of all rows when they are many. */
async function ofObject(prisma: PrismaClient, object: string, cursor?: number): Promise<Prisma.HistoryEntryWhereInput> {
  // An id is longer than any name, so a text is one or the other.
  const which = Id.safeParse(object).success ? { objectId: object } : { nameKey: nameKey(object) };
  const found = await prisma.historyObject.findMany({
    where: { ...which, seq: { lt: cursor } },
    orderBy: { seq: "desc" },
    take: fewRows + 1,
  });
  return found.length > fewRows ? { objects: { some: which } } : { seq: { in: found.map(({ seq }) => seq) } };
}

/**
 * Bounds of the sequence numbers that a time range can have. Clocks may be set back, so the times are compared as well;
 * but without bounds an old range would be looked for through all of history.
 */
async function seqRange(prisma: PrismaClient, filter: HistoryFilter): Promise<{ gte?: number; lte?: number }> {
  const after = instant(filter.after);
  const before = instant(filter.before);
  const first = after && (await prisma.historyEntry.aggregate({ _min: { seq: true }, where: { at: { gte: after } } }));
  const last = before && (await prisma.historyEntry.aggregate({ _max: { seq: true }, where: { at: { lte: before } } }));
  return {
    ...(first && { gte: first._min.seq ?? Number.MAX_SAFE_INTEGER }),
    ...(last && { lte: last._max.seq ?? 0 }),
  };
}

/** RFC 3339 of any offset as the text that rows hold, which sorts as time does. */
function instant(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
