#!/usr/bin/env node
// Speaks the protocol of Prisma's native `schema-engine` binary (same arguments, JSON-RPC lines on stdio) and lets the
// WASM build of that engine answer, so that no command of Prisma's ever downloads anything. Used by prisma.config.ts.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const write = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

/** Removes a SQLite database with what belongs to it. */
function removeDatabase(file) {
  for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(file + end, { force: true });
}

const makeFolderOf = (file) => mkdirSync(dirname(resolve(file)), { recursive: true });

/** The engine's log lines: what `prisma` parses to tell why a command of `cli` failed. */
function log(level, message, errorCode) {
  const fields = errorCode ? { message, error_code: errorCode } : { message };
  const line = { timestamp: new Date().toISOString(), level, fields, target: "schema_engine::logger" };
  process.stderr.write(`\n${JSON.stringify(line)}`);
}

/** `schema-engine cli …`: one question about the database file, answered by the exit code. */
async function answerCli(question, file) {
  const memory = file.includes(":memory:");
  if (question === "can-connect-to-database") {
    const there = memory || existsSync(file);
    if (!there) log("ERROR", `Database \`${file}\` does not exist`, "P1003");
    return there ? 0 : 1;
  }
  if (question === "create-database" && !memory) {
    const { default: Database } = await import("better-sqlite3");
    makeFolderOf(file);
    new Database(file).close();
  }
  if (question === "drop-database") removeDatabase(file);
  return 0;
}

/**
 * What the WASM build leaves to its adapter on SQLite: whole scripts arrive as one query (better-sqlite3 prepares one
 * statement only), and a missing _prisma_migrations table must look like an empty history.
 */
function forgiving(adapter) {
  const noHistory = {
    columnNames: [
      "id",
      "checksum",
      "finished_at",
      "migration_name",
      "logs",
      "rolled_back_at",
      "started_at",
      "applied_steps_count",
    ],
    columnTypes: [7, 7, 10, 7, 7, 10, 10, 0],
    rows: [],
  };
  const run = (method, ofScript) => async (query) => {
    try {
      return await adapter[method](query);
    } catch (error) {
      if (/more than one statement/.test(error.cause?.originalMessage ?? error.message) && !query.args?.length) {
        await adapter.executeScript(query.sql);
        return ofScript;
      }
      const readsHistory = method === "queryRaw" && /from\s+[`"]?_prisma_migrations/i.test(query.sql);
      if (readsHistory && error.cause?.kind === "TableDoesNotExist") return noHistory;
      throw error;
    }
  };
  const replaced = {
    executeRaw: run("executeRaw", 0),
    queryRaw: run("queryRaw", { columnNames: [], columnTypes: [], rows: [] }),
  };
  return new Proxy(adapter, {
    get(target, key) {
      if (Object.hasOwn(replaced, key)) return replaced[key];
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The JSON-RPC methods: the engine's own, except two that concern the file rather than what is in it. */
async function methodsOf(file, datamodels) {
  const { PrismaBetterSqlite3 } = await import("@prisma/adapter-better-sqlite3");
  const { openSchemaEngine } = await import("../server/store/schema-engine.ts");
  const connections = new Set();
  class Factory extends PrismaBetterSqlite3 {
    async connect() {
      if (!file.includes(":memory:")) makeFolderOf(file);
      const adapter = forgiving(await super.connect());
      connections.add(adapter);
      return adapter;
    }
    async connectToShadowDb() {
      return forgiving(await super.connectToShadowDb());
    }
  }
  let engine;
  return async (method, params) => {
    if (method === "createDatabase") {
      makeFolderOf(file);
      return { databaseName: file };
    }
    if (method === "reset" && !file.includes(":memory:")) {
      for (const connection of connections) await connection.dispose();
      connections.clear();
      engine = undefined;
      removeDatabase(file);
      return {};
    }
    engine ??= await openSchemaEngine(new Factory({ url: file }), datamodels, (line) => log("INFO", String(line)));
    return (await engine[method === "getDatabaseVersion" ? "version" : method](params)) ?? {};
  };
}

/** Answers one request; the differ prints through a request of its own, as the native engine does. */
async function answer(call, request) {
  try {
    const result = await call(request.method, request.params);
    if (request.method === "diff" && result.stdout != null) {
      write({ id: 1e9, method: "print", params: { content: result.stdout } });
    }
    write({ id: request.id, result });
  } catch (error) {
    const data = { is_panic: false, message: String(error?.message ?? error), meta: null, error_code: error?.code };
    const message = "An error happened. Check the data field for details.";
    write({ id: request.id, error: { code: 4466, message, data } });
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    strict: false,
    options: {
      datamodels: { type: "string", multiple: true },
      datasource: { type: "string" },
      version: { type: "boolean" },
    },
  });
  if (values.version) {
    const engine = fileURLToPath(import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg"));
    const { version } = JSON.parse(readFileSync(resolve(dirname(engine), "package.json"), "utf8"));
    process.stdout.write(`schema-engine-cli ${version.split(/[.-]/).pop()}\n`);
    return 0;
  }
  const url = values.datasource ? JSON.parse(values.datasource).url : "file::memory:";
  const file = url.replace(/^file:/, "").replace(/[?].*$/, "");
  if (positionals[0] === "cli") return answerCli(positionals[1], file);
  const call = await methodsOf(
    file,
    (values.datamodels ?? []).map((path) => [path, readFileSync(path, "utf8")]),
  );
  for await (const line of createInterface({ input: process.stdin })) {
    const request = line.trim() ? JSON.parse(line) : {};
    if (request.method) await answer(call, request); // without a method it acknowledges a `print`
  }
  return 0;
}

if (Number(process.versions.node.split(".")[0]) < 24) {
  // better-sqlite3 needs a newer Node than Debian's (it crashes rather than refuse): continue on the pinned one.
  const pinned = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
  process.exit(spawnSync(pinned, process.argv.slice(1), { stdio: "inherit" }).status ?? 1);
}
process.exit(await main());
