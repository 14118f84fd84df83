import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectRaw, queryRows } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { openStore } from "./open.ts";
import { applied, created, entry, idOf, sandbox } from "./store-samples.ts";

const ownSchema = fileURLToPath(new URL("../../prisma", import.meta.url));
const next = "29990101000000_next";

let folder: string;
let path: string;
/** The schema of a version to come. */
let newer: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "patchbay-migrate-"));
  path = join(folder, "patchbay.db");
  newer = join(folder, "prisma");
  await cp(ownSchema, newer, { recursive: true });
  await mkdir(join(newer, "migrations", next));
  const store = await openStore(path);
  const { seq } = await store.begin(entry([created(sandbox(1))]));
  await store.finish(seq, applied);
  await store.close();
});
afterEach(() => rm(folder, { recursive: true }));

const script = (sql: string) => writeFile(join(newer, "migrations", next, "migration.sql"), sql);

async function rows(file: string, sql: string): Promise<unknown[][]> {
  const connection = await connectRaw(file, { readonly: true });
  try {
    return await queryRows(connection, sql);
  } finally {
    await connection.dispose();
  }
}

test("a migration keeps what there is, and a copy of how it was", async () => {
  await script('ALTER TABLE "Sandbox" ADD COLUMN "colour" TEXT;');
  await migrate(path, newer);
  expect(await rows(path, "SELECT id, colour FROM Sandbox")).toEqual([[idOf(1), null]]);
  const finished = await rows(path, "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL");
  expect(finished).toContainEqual([next]);
  expect(await rows(`${path}.before-${next}`, "SELECT id FROM Sandbox")).toEqual([[idOf(1)]]);
  const again = await readFile(path);
  await migrate(path, newer);
  expect((await readFile(path)).equals(again)).toBe(true);
});

test("a script that fails half-way leaves the database as it was, and the next start works", async () => {
  await script('DROP TABLE "CardPosition"; ALTER TABLE "Missing" ADD COLUMN "colour" TEXT;');
  await expect(migrate(path, newer)).rejects.toThrow();
  expect(await readdir(folder)).not.toContain(`patchbay.db.before-${next}`);
  const store = await openStore(path);
  expect(Object.keys((await store.loadTopology()).sandboxes)).toEqual([idOf(1)]);
  expect(await store.verifyHistory()).toMatchObject({ ok: true, rows: 1 });
  await store.close();
});

test("a database that somebody reads is not migrated behind the reader's back", async () => {
  await script('ALTER TABLE "Sandbox" ADD COLUMN "colour" TEXT;');
  const writer = await connectRaw(path);
  const reader = await connectRaw(path, { readonly: true });
  await reader.executeScript("BEGIN; SELECT 1 FROM Sandbox");
  await queryRows(reader, "SELECT id FROM Sandbox");
  await writer.executeScript("INSERT INTO CardPosition VALUES ('a', 1, 2)");
  await expect(migrate(path, newer)).rejects.toThrow(/another program reads .*: close it and start again/);
  await reader.dispose();
  await writer.dispose();
  await migrate(path, newer);
  expect(await rows(path, "SELECT id FROM CardPosition")).toEqual([["a"]]);
});
