import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PrismaClient } from "#generated/prisma/client.ts";
import { connectRaw } from "./connection.ts";
import { type OpenStore, openStore } from "./open.ts";
import { applied, created, entry, idOf, sandbox } from "./store-samples.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "patchbay-open-"));
  path = join(folder, "patchbay.db");
});
afterEach(() => rm(folder, { recursive: true }));

/** A store with one sandbox and one row, closed again. */
async function used(): Promise<void> {
  const store = await openStore(path);
  const { seq } = await store.begin(entry([created(sandbox(1))]));
  await store.finish(seq, applied);
  await store.close();
}

async function edit(sql: string): Promise<void> {
  const file = await connectRaw(path);
  await file.executeScript(sql);
  await file.dispose();
}

/** Runs with the store open; the store is closed in any case. */
async function withStore(work: (store: OpenStore) => Promise<void>): Promise<void> {
  const store = await openStore(path);
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

const rawSql = (store: OpenStore, sql: string) => (store.client as PrismaClient).$executeRawUnsafe(sql);

test("files are for the owner alone", async () => {
  path = join(folder, "new", "patchbay.db");
  await withStore(async (store) => {
    await store.record(entry([]), applied);
    const names = await readdir(join(folder, "new"));
    expect(names.sort()).toEqual(["patchbay.db", "patchbay.db-shm", "patchbay.db-wal", "patchbay.db.lock"]);
    for (const name of names) expect((await stat(join(folder, "new", name))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "new"))).mode & 0o777).toBe(0o700);
  });
});

test("a folder that others may enter is refused", async () => {
  await chmod(folder, 0o755);
  await expect(openStore(path)).rejects.toThrow(`run chmod 700 ${folder}`);
  expect(await readdir(folder)).toEqual([]);
});

test("a second daemon is refused in one sentence, in this process and another", async () => {
  await withStore(async () => {
    await expect(openStore(path)).rejects.toThrow(`another patchbayd is running on ${path}: stop it first`);
    const { stderr, code } = await child(
      `await openStore(process.argv[1]).catch((e) => { console.error(e.code); process.exit(7) })`,
    );
    expect([stderr, code]).toEqual(["CONFLICT\n", 7]);
  });
  await withStore(async (store) => expect(await store.lastSeq()).toBe(0));
});

/** Runs a script with `openStore` and the samples at hand; `kill` ends it as soon as it says something. */
async function child(script: string, kill = false) {
  const imports = `import { openStore } from "#server/store/open.ts"; import * as samples from "#server/store/store-samples.ts";`;
  const started = spawn(process.execPath, ["--input-type=module", "-e", imports + script, path]);
  let stderr = "";
  started.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  if (kill) started.stdout.once("data", () => started.kill("SIGKILL"));
  const [code, signal] = await once(started, "close");
  return { stderr, code, signal };
}

test("kill -9 right after begin: the intent and the pending row are there, the lock is not", async () => {
  await used();
  const script = `
    const store = await openStore(process.argv[1]);
    await store.begin(samples.entry([samples.created(samples.sandbox(2))]));
    process.stdout.write("begun");
    setInterval(() => {}, 1000);`;
  expect(await child(script, true)).toMatchObject({ signal: "SIGKILL", stderr: "" });
  await withStore(async (store) => {
    expect(Object.keys((await store.loadTopology()).sandboxes)).toEqual([idOf(1), idOf(2)]);
    expect((await store.pendingEntries()).map((row) => row.seq)).toEqual([2]);
    await store.finish(2, { ...applied, outcome: "recovered" }, { revert: true });
    expect(Object.keys((await store.loadTopology()).sandboxes)).toEqual([idOf(1)]);
    expect(await store.verifyHistory()).toMatchObject({ ok: true, rows: 2 });
  });
});

async function overwrite(position: number, bytes: Buffer): Promise<void> {
  const file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, position);
  await file.close();
}

const damages: [string, () => Promise<void>][] = [
  ["text instead of a database", () => writeFile(path, "this is a text, and no database ".repeat(300))],
  ["zeroes", async () => overwrite(0, Buffer.alloc((await stat(path)).size))],
  ["a page of noise", () => overwrite(4096, Buffer.alloc(8192, 0xa5))],
  ["half of it", async () => writeFile(path, (await readFile(path)).subarray(0, 6 * 4096 + 100))],
];
test.each(damages)("a file that is %s is refused with instructions and left as it is", async (_, damage) => {
  await used();
  await damage();
  const before = await readFile(path);
  await expect(openStore(path)).rejects.toThrow(/is damaged \(.*\); nothing was changed .* restore a copy/);
  expect((await readFile(path)).equals(before)).toBe(true);
});

test("a database of another program is refused", async () => {
  await edit("CREATE TABLE recipe (id INTEGER)");
  await expect(openStore(path)).rejects.toThrow(/is a database, but not Patchbay's/);
});

test("a database of a newer version is refused in one sentence and not changed", async () => {
  await used();
  await edit(`INSERT INTO _prisma_migrations (id, checksum, migration_name, applied_steps_count)
    VALUES ('x', 'x', '29990101000000_future', 1)`);
  const before = await readFile(path);
  await expect(openStore(path)).rejects.toThrow(/written by a newer Patchbay \(its migration "29990101000000_future"/);
  expect((await readFile(path)).equals(before)).toBe(true);
});

test("a start that died while migrating is begun anew", async () => {
  await writeFile(path, "");
  await writeFile(`${path}.migrating`, "half a copy");
  await withStore(async (store) => expect(await store.lastSeq()).toBe(0));
  expect(await readdir(folder)).not.toContain("patchbay.db.migrating");
});

test("a full disk: nothing is done, reading goes on, and writing once there is room", async () => {
  await withStore(async (store) => {
    await rawSql(store, "PRAGMA max_page_count = 1");
    const large = entry([created(sandbox(1))], { summary: "x".repeat(1e6) });
    await expect(store.begin(large)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/^history cannot be written: .*full; nothing was done$/),
    });
    expect(await store.loadTopology()).toMatchObject({ sandboxes: {} });
    expect((await store.listHistory({}, { limit: 5 })).entries).toEqual([]);
    await rawSql(store, "PRAGMA max_page_count = 1000000");
    expect(await store.begin(large)).toMatchObject({ seq: 1 });
    expect(await store.verifyHistory()).toMatchObject({ ok: true, rows: 1 });
  });
});

test("a database that another program holds is a reason to try again", async () => {
  await withStore(async (store) => {
    await rawSql(store, "PRAGMA busy_timeout = 20");
    const other = await connectRaw(path);
    await other.executeScript("BEGIN IMMEDIATE");
    await expect(store.begin(entry([]))).rejects.toMatchObject({
      code: "UNAVAILABLE",
      details: { rule: "history-busy" },
    });
    await other.executeScript("ROLLBACK");
    await other.dispose();
    expect(await store.begin(entry([]))).toMatchObject({ seq: 1 });
  });
});

test("a database that is deleted or replaced under the daemon takes no more changes", async () => {
  await withStore(async (store) => {
    await rename(path, `${path}.gone`);
    await expect(store.begin(entry([]))).rejects.toThrow(/was deleted or replaced/);
    await writeFile(path, "");
    await expect(store.record(entry([]), applied)).rejects.toThrow(/was deleted or replaced/);
    await rename(`${path}.gone`, path);
    expect(await store.begin(entry([]))).toMatchObject({ seq: 1 });
  });
});

test("a transaction of the auth tables and the store's own do not mix", async () => {
  await withStore(async (store) => {
    const user = (id: string) => ({ id, name: id, email: `${id}@example.org` });
    const failing = store.client.$transaction([
      store.client.user.create({ data: user("one") }),
      store.client.user.create({ data: user("one") }),
    ]);
    const [first, second, third] = await Promise.allSettled([
      failing,
      store.begin(entry([created(sandbox(1))])),
      store.client.user.create({ data: user("two") }),
    ]);
    expect([first.status, second.status, third.status]).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect((await store.client.user.findMany()).map(({ id }) => id)).toEqual(["two"]);
    expect(Object.keys((await store.loadTopology()).sandboxes)).toEqual([idOf(1)]);
  });
});
