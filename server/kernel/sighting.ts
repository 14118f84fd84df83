import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { SeenProcess, Sighting } from "#cnm/adoptable.ts";
import { parseStat } from "./process.ts";
import { asSysError } from "./sys.ts";

/**
 * Which network namespaces the host has, by the processes in them and the files that they are mounted on. Enters none, holds
 * none open and takes no lock: what ends while it looks is left out. Not for the worker: it waits for the disk's pool.
 */
export async function sightNamespaces(directory: string): Promise<Sighting> {
  const hosts = new Set(await Promise.all([1, process.pid].map(async (pid) => placeOf(await namespaceOf(pid)))));
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const seen = await inBatches(pids, (pid) => lookAt(pid, hosts));
  return {
    processes: seen.filter((found) => found !== null && found !== "hidden"),
    names: await namesIn(directory),
    hidden: seen.filter((found) => found === "hidden").length,
  };
}

const batch = 64;

/** A few at a time: the pool that reads is small, and others want it too. */
async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += batch)
    results.push(...(await Promise.all(items.slice(at, at + batch).map(work))));
  return results;
}

/** The first process is the host's, even where it is not ours to look at. The times of the host's own processes are not read: they are most of all, and nobody chooses among them. */
async function lookAt(pid: number, hosts: ReadonlySet<string | null>): Promise<SeenProcess | "hidden" | null> {
  const found = await namespaceOf(pid);
  const namespace = placeOf(found);
  if (namespace === null) return found === "hidden" && pid !== 1 && (await runs(pid)) ? "hidden" : null;
  if (hosts.has(namespace)) return { pid, namespace, command: "", startTime: 0 };
  const told = await statOf(pid);
  return told && { pid, namespace, command: told.name, startTime: Number(told.startTime) };
}

type Place = { dev: number; ino: number };

const placeOf = (place: Place | "hidden" | null): string | null =>
  place === null || place === "hidden" ? null : `${place.dev}:${place.ino}`;

/** Null if it has ended. Of a process that is about to end the kernel says EACCES too. */
async function namespaceOf(pid: number): Promise<Place | "hidden" | null> {
  try {
    return await stat(`/proc/${pid}/ns/net`);
  } catch (error) {
    const { errno } = asSysError(error);
    return errno === "EACCES" || errno === "EPERM" ? "hidden" : null;
  }
}

async function runs(pid: number): Promise<boolean> {
  const state = (await statOf(pid))?.state ?? "X";
  return state !== "Z" && state !== "X";
}

/** Null if it has ended. */
async function statOf(pid: number): Promise<ReturnType<typeof parseStat> | null> {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    asSysError(error);
    return null;
  }
}

/** No links, which are not adopted either. All namespaces are of one device, whatever their kind: the kernel tells them apart later. */
async function namesIn(directory: string): Promise<Sighting["names"]> {
  const { dev } = await stat("/proc/self/ns/net");
  const found = await inBatches(await readdir(directory), async (name) => {
    const path = join(directory, name);
    const file = await lstat(path).catch(asSysError);
    return "dev" in file && file.dev === dev ? [{ path, namespace: `${file.dev}:${file.ino}` }] : [];
  });
  return found.flat();
}
