import type { HistoryEntry as EntryRow, HistoryOutcome as OutcomeRow, PrismaClient } from "#generated/prisma/client.ts";
import { emptyHead, type Head, hashEntry, hashOutcome } from "./chain.ts";
import type { Store } from "./store.ts";

type Verdict = Awaited<ReturnType<Store["verifyHistory"]>>;
type Link = { kind: "entry"; row: EntryRow } | { kind: "outcome"; row: OutcomeRow };

const batchLinks = 1000;

/** Walks the chain up to `head`, a thousand links at a time; writers need not wait. */
export async function verifyChain(prisma: PrismaClient, head: Head): Promise<Verdict> {
  let last = emptyHead;
  while (last.position < head.position) {
    const links = await readLinks(prisma, last.position, Math.min(last.position + batchLinks, head.position));
    for (const link of links) {
      if (link.row.position !== last.position + 1) return missingLink(prisma, last, head);
      const reason = fault(last, link);
      if (reason) return { ok: false, rows: last.seq, firstBad: link.row.seq, reason };
      last = { ...last, position: link.row.position, hash: link.row.hash };
      if (link.kind === "entry") last.seq = link.row.seq;
    }
    if (links.length === 0 || last.position % batchLinks !== 0) break;
  }
  if (last.position < head.position) return missingLink(prisma, last, head);
  if (last.hash !== head.hash) return { ok: false, rows: last.seq, firstBad: last.seq, reason: "the row was edited" };
  return { ok: true, rows: last.seq, firstBad: null, reason: null };
}

function fault(last: Head, link: Link): string | null {
  if (link.kind === "outcome") {
    return hashOutcome(last.hash, link.row) === link.row.hash ? null : "the row's outcome was edited";
  }
  if (link.row.seq !== last.seq + 1) return "the row is out of order";
  return hashEntry(last.hash, link.row) === link.row.hash ? null : "the row was edited, inserted or moved";
}

/** Names the row whose entry or outcome should have come after `last`. */
async function missingLink(prisma: PrismaClient, last: Head, head: Head): Promise<Verdict> {
  const nextEntry = await prisma.historyEntry.findFirst({
    where: { position: { gt: last.position } },
    orderBy: { position: "asc" },
    select: { seq: true },
  });
  const rows = last.seq;
  const nextSeq = nextEntry?.seq ?? head.seq + 1;
  if (nextSeq > last.seq + 1) return { ok: false, rows, firstBad: last.seq + 1, reason: "the row was deleted" };
  const unfinished = await prisma.historyEntry.findFirst({
    where: { position: { lte: last.position }, outcome: null },
    orderBy: { seq: "asc" },
    select: { seq: true },
  });
  return { ok: false, rows, firstBad: unfinished?.seq ?? nextSeq, reason: "the row's outcome was deleted" };
}

/** Links with `after` < position ≤ `until`, in order; those below the first place come with the first batch. */
async function readLinks(prisma: PrismaClient, after: number, until: number): Promise<Link[]> {
  const where = { position: after === 0 ? { lte: until } : { gt: after, lte: until } };
  const entries = await prisma.historyEntry.findMany({ where });
  const outcomes = await prisma.historyOutcome.findMany({ where });
  const links: Link[] = [
    ...entries.map((row) => ({ kind: "entry" as const, row })),
    ...outcomes.map((row) => ({ kind: "outcome" as const, row })),
  ];
  return links.sort((a, b) => a.row.position - b.row.position);
}
