import { constants } from "node:fs";
import { link, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import type { SqlDriverAdapter } from "@prisma/driver-adapter-utils";
import { CnmError } from "#cnm/errors.ts";
import { connectRaw, queryRows } from "./connection.ts";
import { exists } from "./data-file.ts";
import { openSchemaEngine } from "./schema-engine.ts";

/** schema.prisma and migrations/ of this version. */
const ownSchema = fileURLToPath(new URL("../../prisma", import.meta.url));

/**
 * Brings the database at `path` to this version's schema, making it where there is none. All work is done on a copy that
 * replaces the file in one rename: a crash or a failing script leaves the old database as it was. The old one is kept as
 * "<path>.before-<migration>". Nobody else may have the database open. Refuses one that a newer version has migrated.
 */
export async function migrate(path: string, schemaFolder = ownSchema): Promise<void> {
  const known = await migrationNames(schemaFolder);
  const applied = await appliedMigrations(path);
  const unknown = applied.find((name) => !known.includes(name));
  if (unknown) {
    throw new CnmError(
      "UNSUPPORTED",
      `the database ${path} was written by a newer Patchbay (its migration "${unknown}" is unknown to this one): run the newer version, or restore a copy that is older`,
      { rule: "database-is-newer" },
    );
  }
  const next = known.find((name) => !applied.includes(name));
  if (!next) return;
  const copy = `${path}.migrating`;
  await removeDatabase(copy);
  if (applied.length > 0) await copyDatabase(path, copy);
  await applyMigrations(copy, known, schemaFolder);
  await replaceDatabase(path, copy, applied.length > 0 ? `${path}.before-${next}` : null);
}

async function migrationNames(schemaFolder: string): Promise<string[]> {
  const entries = await readdir(`${schemaFolder}/migrations`, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Names of the migrations that the database has been through; none for a file that is not there or empty. */
async function appliedMigrations(path: string): Promise<string[]> {
  if (!(await exists(path))) return [];
  return withConnection(path, async (connection) => {
    const tables = await queryRows(connection, "SELECT name FROM sqlite_master WHERE type = 'table'");
    if (tables.length === 0) return [];
    if (!tables.some(([name]) => name === "_prisma_migrations")) {
      throw new CnmError("UNSUPPORTED", `the file ${path} is a database, but not Patchbay's: name another file`);
    }
    const rows = await queryRows(connection, "SELECT migration_name FROM _prisma_migrations ORDER BY migration_name");
    return rows.map(([name]) => String(name));
  });
}

/** A consistent copy of all that is committed (sqlite.org/lang_vacuum.html); empties the write-ahead log into the file first. */
function copyDatabase(path: string, copy: string): Promise<void> {
  return withConnection(path, async (connection) => {
    const [[busy] = []] = await queryRows(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    if (busy !== 0) {
      throw new CnmError(
        "CONFLICT",
        `another program reads ${path}, which has to be migrated: close it and start again`,
      );
    }
    await connection.executeRaw({
      sql: "VACUUM INTO ?",
      args: [copy],
      argTypes: [{ scalarType: "string", arity: "scalar" }],
    });
  });
}

async function applyMigrations(path: string, names: string[], schemaFolder: string): Promise<void> {
  const read = (file: string) => readFile(`${schemaFolder}/${file}`, "utf8");
  const connections: SqlDriverAdapter[] = [];
  class Factory extends PrismaBetterSqlite3 {
    override async connect(): Promise<SqlDriverAdapter> {
      const connection = await super.connect();
      connections.push(connection);
      return connection;
    }
  }
  const engine = await openSchemaEngine(
    new Factory({ url: path }),
    [["schema.prisma", await read("schema.prisma")]],
    () => {},
  );
  const migrationDirectories = await Promise.all(
    names.map(async (name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok" as const, value: await read(`migrations/${name}/migration.sql`) },
      },
    })),
  );
  const lockfile = { path: "migration_lock.toml", content: await read("migrations/migration_lock.toml") };
  try {
    await engine.applyMigrations({
      migrationsList: { baseDir: `${schemaFolder}/migrations`, lockfile, shadowDbInitScript: "", migrationDirectories },
      filters: { externalTables: [], externalEnums: [] },
    });
  } finally {
    for (const connection of connections) await connection.dispose();
  }
}

async function replaceDatabase(path: string, copy: string, backup: string | null): Promise<void> {
  await syncToDisk(copy);
  if (backup) {
    await rm(backup, { force: true });
    await link(path, backup);
  }
  // The log of the file that goes would be taken for a log of the one that comes.
  for (const end of ["-wal", "-shm"]) await rm(path + end, { force: true });
  await rename(copy, path);
  await syncToDisk(dirname(path));
}

async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY);
  try {
    await file.sync();
  } catch (error) {
    throw new CnmError("UNAVAILABLE", `cannot write ${basename(path)} to the disk: ${String(error)}`);
  } finally {
    await file.close();
  }
}

async function removeDatabase(path: string): Promise<void> {
  for (const end of ["", "-wal", "-shm", "-journal"]) await rm(path + end, { force: true });
}

async function withConnection<T>(path: string, work: (connection: SqlDriverAdapter) => Promise<T>): Promise<T> {
  const connection = await connectRaw(path, { timeout: 1000 });
  try {
    return await work(connection);
  } finally {
    await connection.dispose();
  }
}
