import { access, chmod, mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { SqlDriverAdapter } from "@prisma/driver-adapter-utils";
import { CnmError } from "#cnm/errors.ts";
import { connectRaw, queryRows } from "./connection.ts";
import { sqliteCode } from "./failures.ts";

/** Makes the folder (0700) and refuses one that others may enter: what is in it decides who is root on this host's network. */
export async function prepareFolder(path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode } = await stat(folder);
  if ((mode & 0o077) !== 0) {
    const message = `the folder of the database must be its owner's alone: run chmod 700 ${folder}`;
    throw new CnmError("FORBIDDEN", message, { rule: "database-folder-is-private" });
  }
}

/** Makes the file where there is none and closes it to others; SQLite gives its log and index files the same mode. */
export async function prepareFile(path: string): Promise<void> {
  await (await open(path, "a", 0o600)).close();
  await chmod(path, 0o600);
}

/**
 * Holds "<path>.lock" until disposed of. The lock is SQLite's own (fcntl), so it is gone with the process, however that
 * ends; a separate file, so that others can still read the database. Throws CONFLICT when somebody has it.
 */
export async function lockDatabase(path: string): Promise<SqlDriverAdapter> {
  const file = `${path}.lock`;
  // Made once and never opened besides: closing any descriptor of a file lets go of the process's locks on it (fcntl(2)).
  if (!(await exists(file))) await prepareFile(file);
  const lock = await connectRaw(file, { timeout: 0 });
  try {
    await lock.executeScript("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    await lock.dispose();
    if (!sqliteCode(error)?.startsWith("SQLITE_BUSY")) throw error;
    const message = `another patchbayd is running on ${path}: stop it first`;
    throw new CnmError("CONFLICT", message, { rule: "one-daemon" });
  }
}

/** Refuses a file that is damaged, without changing it. Reads all of it (about a second per gigabyte). */
export async function checkIntegrity(path: string): Promise<void> {
  if (!(await exists(path)) || (await stat(path)).size === 0) return;
  const trouble = await findDamage(path);
  if (!trouble) return;
  const message =
    `the database ${path} is damaged (${trouble}); nothing was changed and the networks keep working. ` +
    `Move it and its -wal file away and restore a copy; without one, Patchbay starts empty`;
  throw new CnmError("INTERNAL", message, { rule: "database-is-sound" });
}

async function findDamage(path: string): Promise<string | null> {
  const connection = await connectRaw(path, { readonly: true });
  try {
    const [[verdict] = []] = await queryRows(connection, "PRAGMA quick_check(1)");
    return verdict === "ok" ? null : String(verdict).replace(/\s+/g, " ");
  } catch (error) {
    const code = sqliteCode(error);
    if (code?.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB")
      return String(error instanceof Error && error.message);
    throw error;
  } finally {
    await connection.dispose();
  }
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
