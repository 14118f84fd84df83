import type { HistorySummary } from "#cnm/history.ts";
import { nameKey } from "#cnm/ids.ts";
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

/** One page, newest first. `limit` rows at most; `cursor` is the last `seq` of the page before. */
export async function listEntries(
  prisma: PrismaClient,
  filter: HistoryFilter,
  page: { cursor?: number; limit: number },
): Promise<{ entries: HistorySummary[]; nextCursor: number | null }> {
  const range = await seqRange(prisma, filter);
  const rows = await prisma.historyEntry.findMany({
    where: {
      seq: { ...range, ...(page.cursor !== undefined && { lt: page.cursor }) },
      actorName: filter.actor,
      verb: filter.verb,
      at: { gte: instant(filter.after), lte: instant(filter.before) },
      ...(filter.outcome && { outcome: filter.outcome === "pending" ? null : { outcome: filter.outcome } }),
      ...(filter.object && {
        objects: { some: { OR: [{ objectId: filter.object }, { nameKey: nameKey(filter.object) }] } },
      }),
    },
    select: summaryColumns,
    orderBy: { seq: "desc" },
    take: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  const nextCursor = rows.length > page.limit ? (shown.at(-1)?.seq ?? null) : null;
  return { entries: shown.map((row) => toSummary(row, row.outcome)), nextCursor };
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
