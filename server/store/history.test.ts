import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Actor } from "#cnm/history.ts";
import { connectRaw } from "./connection.ts";
import { type OpenStore, openStore } from "./open.ts";
import type { HistoryFilter } from "./store.ts";
import { applied, created, entry, failed, idOf, root, sandbox } from "./store-samples.ts";

let folder: string;
let store: OpenStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "patchbay-history-"));
  store = await openStore(join(folder, "patchbay.db"));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** What somebody with the file and an editor could do. */
async function tamper(sql: string): Promise<void> {
  await store.close();
  const file = await connectRaw(join(folder, "patchbay.db"));
  await file.executeScript(`PRAGMA foreign_keys = OFF; ${sql}`);
  await file.dispose();
  store = await openStore(join(folder, "patchbay.db"));
}

const ada: Actor = { kind: "user", id: "u1", name: "ada", role: "operator" };

/** Rows 1 to 6: applied, failed, refused, applied by ada, pending, applied. */
async function sixRows(): Promise<void> {
  for (const result of [applied, failed]) {
    const { seq } = await store.begin(entry([created(sandbox(10 + result.outcome.length))]));
    await store.finish(seq, result);
  }
  await store.record(entry([], { verb: "network.delete" }), { ...applied, outcome: "refused" });
  await store.record(entry([], { actor: ada }), applied);
  await store.begin(entry([created(sandbox(50, { name: "Web" }))], { verb: "sandbox.create" }));
  await store.record(entry([]), applied);
}

async function seqs(filter: HistoryFilter): Promise<number[]> {
  return (await store.listHistory(filter, { limit: 10 })).entries.map((row) => row.seq);
}

test("filters, alone and together", async () => {
  await sixRows();
  expect(await seqs({})).toEqual([6, 5, 4, 3, 2, 1]);
  expect(await seqs({ actor: "ada" })).toEqual([4]);
  expect(await seqs({ verb: "network.delete" })).toEqual([3]);
  expect(await seqs({ outcome: "applied" })).toEqual([6, 4, 1]);
  expect(await seqs({ outcome: "failed" })).toEqual([2]);
  expect(await seqs({ outcome: "pending" })).toEqual([5]);
  expect(await seqs({ object: idOf(50) })).toEqual([5]);
  expect(await seqs({ object: "wEB" })).toEqual([5]);
  expect(await seqs({ object: "web-1" })).toEqual([]);
  expect(await seqs({ actor: root.name, outcome: "applied" })).toEqual([6, 1]);
  expect(await seqs({ object: "web", outcome: "applied" })).toEqual([]);
  const [row] = (await store.listHistory({ outcome: "failed" }, { limit: 1 })).entries;
  expect(row).toMatchObject({ outcome: "failed", error: failed.error, durationMs: 2, actor: root });
});

test("an object with many rows is found as well as one with few", async () => {
  for (let index = 0; index < 600; index += 1) {
    await store.record(entry([created(sandbox(1))], { verb: index % 2 ? "test.odd" : "test.even" }), applied);
  }
  await store.record(entry([]), applied);
  expect((await seqs({ object: "box-1" })).slice(0, 2)).toEqual([600, 599]);
  expect((await seqs({ object: "box-1", verb: "test.odd" })).slice(0, 2)).toEqual([600, 598]);
  const page = await store.listHistory({ object: idOf(1) }, { limit: 10, cursor: 5 });
  expect([page.entries.map((row) => row.seq), page.nextCursor]).toEqual([[4, 3, 2, 1], null]);
});

test("time ranges are inclusive, take any offset, and survive a clock that was set back", async () => {
  await sixRows();
  const times = ["10:00", "10:05", "09:00", "10:10", "10:10", "10:20"];
  await tamper(
    times
      .map((at, index) => `UPDATE HistoryEntry SET at = '2026-05-01T${at}:00.000Z' WHERE seq = ${index + 1};`)
      .join(""),
  );
  expect(await seqs({ after: "2026-05-01T10:05:00Z" })).toEqual([6, 5, 4, 2]);
  expect(await seqs({ before: "2026-05-01T10:05:00Z" })).toEqual([3, 2, 1]);
  expect(await seqs({ after: "2026-05-01T12:05:00+02:00", before: "2026-05-01T10:10:00.000Z" })).toEqual([5, 4, 2]);
  expect(await seqs({ after: "2027-01-01T00:00:00Z" })).toEqual([]);
  expect(await seqs({ before: "2025-01-01T00:00:00Z" })).toEqual([]);
});

test("pages follow each other without gap or overlap", async () => {
  await sixRows();
  const pages: number[][] = [];
  let cursor: number | undefined;
  do {
    const page = await store.listHistory({}, { cursor, limit: 2 });
    pages.push(page.entries.map((row) => row.seq));
    if (cursor === undefined) await store.record(entry([]), applied); // a new row disturbs no later page
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(pages).toEqual([
    [6, 5],
    [4, 3],
    [2, 1],
  ]);
});

test("an untouched history verifies, also after a restart in between", async () => {
  await sixRows();
  await tamper("SELECT 1;");
  await store.finish(5, { ...applied, outcome: "recovered" });
  await store.record(entry([]), applied);
  expect(await store.verifyHistory()).toEqual({ ok: true, rows: 7, firstBad: null, reason: null });
});

const copyOfRow4 = `INSERT INTO HistoryEntry SELECT 99, 99, at, actorKind, actorId, actorName, actorRole, source, verb, summary,
  objectsJson, commandsJson, changesJson, requestId, hash FROM HistoryEntry WHERE seq = 4;`;
const swapped = ["HistoryEntry", "HistoryOutcome"].map(
  (table) =>
    `UPDATE ${table} SET seq = -1 WHERE seq = 3; UPDATE ${table} SET seq = 3 WHERE seq = 4; UPDATE ${table} SET seq = 4 WHERE seq = -1;`,
);
const tampering: [string, string, [number, RegExp]][] = [
  ["an edited actor", "UPDATE HistoryEntry SET actorName = 'eve' WHERE seq = 2", [2, /edited/]],
  ["an edited time", "UPDATE HistoryEntry SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 4", [4, /edited/]],
  ["an edited change", "UPDATE HistoryEntry SET changesJson = '[]' WHERE seq = 1", [1, /edited/]],
  ["an edited outcome", "UPDATE HistoryOutcome SET outcome = 'applied' WHERE seq = 2", [2, /outcome was edited/]],
  ["an edited last row", "UPDATE HistoryOutcome SET error = 'none' WHERE seq = 6", [6, /edited/]],
  ["an edited hash", "UPDATE HistoryEntry SET hash = 'x' WHERE seq = 3", [3, /edited/]],
  ["a deleted row", "DELETE FROM HistoryOutcome WHERE seq = 3; DELETE FROM HistoryEntry WHERE seq = 3", [3, /deleted/]],
  [
    "a deleted first row",
    "DELETE FROM HistoryOutcome WHERE seq = 1; DELETE FROM HistoryEntry WHERE seq = 1",
    [1, /deleted/],
  ],
  [
    "a deleted last row",
    "DELETE FROM HistoryOutcome WHERE seq = 6; DELETE FROM HistoryEntry WHERE seq = 6",
    [6, /deleted/],
  ],
  ["a deleted outcome", "DELETE FROM HistoryOutcome WHERE seq = 2", [2, /outcome was deleted/]],
  ["an emptied history", "DELETE FROM HistoryOutcome; DELETE FROM HistoryEntry", [1, /deleted/]],
  ["an inserted row", copyOfRow4, [7, /deleted/]],
  ["two rows in the other order", swapped.join(""), [4, /out of order/]],
];
test.each(tampering)("%s is found and named", async (_, sql, [firstBad, reason]) => {
  await sixRows();
  expect((await store.verifyHistory()).ok).toBe(true);
  await tamper(`${sql};`);
  expect(await store.verifyHistory()).toMatchObject({ ok: false, firstBad, reason: expect.stringMatching(reason) });
});

test("tampering under the running daemon is found, and stays found", async () => {
  await sixRows();
  const file = await connectRaw(join(folder, "patchbay.db"));
  await file.executeScript(copyOfRow4.replace("99", "7"));
  await file.dispose();
  expect(await store.verifyHistory()).toMatchObject({ ok: false, firstBad: 7, reason: "the row was inserted" });
});
