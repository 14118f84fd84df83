import { constants, fstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NamespaceFacts } from "#cnm/facts.ts";
import { defaultRoutes, type NamespaceIdentity, type NamespaceSource, processOf } from "#cnm/origin.ts";
import { isOurGroup } from "./names.ts";
import { decodeLink, dumpLinks } from "./netlink/link.ts";
import { decodeRoute, dumpRoutes, type RouteInfo } from "./netlink/route.ts";
import { NetlinkSocket } from "./netlink/socket.ts";
import { listNamespaces, NSFS_MAGIC, nameNamespace, openNamespace } from "./netns.ts";
import type { Adoption, NetnsObject } from "./objects.ts";
import { isRunning, openProcess } from "./process.ts";
import * as sys from "./sys.ts";

/** Namespaces that somebody else has made: found, told apart and given a name of ours. On the kernel worker's thread. */

const { O_RDONLY, O_NOFOLLOW } = constants;

/** A namespace that somebody asks for. A container's engine has said which process is its. */
export type AskedNamespace =
  | { kind: "pid"; pid: number }
  | { kind: "path"; path: string }
  | ({ kind: "container"; pid: number } & Pick<
      Extract<NamespaceSource, { kind: "container" }>,
      "engine" | "name" | "id"
    >);

/** Gives the name to the namespace, if its source still leads to the one that is meant; the caller closes the descriptor. */
export function adoptNamespace(path: string, adopted: Adoption): number {
  const fd = openAdopted(adopted);
  try {
    nameNamespace(path, fd);
    return fd;
  } catch (error) {
    sys.close(fd);
    throw error;
  }
}

/** Which of the namespaces cannot be had any more, by their place in the list: neither our name nor their source leads to them. */
export function lostAmong(directory: string, namespaces: readonly NetnsObject[]): number[] {
  return namespaces.flatMap(({ name, adopted }, index) => {
    if (!adopted) return [];
    const there = has(adopted, () => openNamespace(join(directory, name))) || has(adopted, () => openAdopted(adopted));
    return there ? [] : [index];
  });
}

function has(adopted: Adoption, open: () => number): boolean {
  let fd: number;
  try {
    fd = open();
  } catch (error) {
    sys.asSysError(error);
    return false;
  }
  try {
    return isSame(identityOf(fd), adopted);
  } finally {
    sys.close(fd);
  }
}

/** The names of our pattern by the place of their namespace, and the places that are the host's own. */
export interface KnownPlaces {
  names: ReadonlyMap<string, readonly string[]>;
  hosts: ReadonlySet<string>;
}

/** What the host knows of a namespace that is asked for. Throws a SysError if there is none, or it cannot be opened. */
export function lookAtNamespace(
  asked: AskedNamespace,
  { names, hosts }: KnownPlaces,
): { facts: NamespaceFacts; isHost: boolean } {
  const { fd, source } = openAsked(asked);
  try {
    const { cookie, bootId } = identityOf(fd);
    const place = placeOf(fd);
    const { foreign, ours } = contentOf(fd);
    return {
      facts: { ok: true, origin: { source, cookie, bootId, foreign }, names: [...(names.get(place) ?? [])], ours },
      isHost: hosts.has(place),
    };
  } finally {
    sys.close(fd);
  }
}

function openAsked(asked: AskedNamespace): { fd: number; source: NamespaceSource } {
  if (asked.kind === "path") return { fd: openPath(asked.path), source: asked };
  const { fd, process } = openProcess(asked.pid);
  return { fd, source: { ...asked, ...process } };
}

function openAdopted({ source, ...identity }: Adoption): number {
  const fd = openSource(source);
  if (isSame(identityOf(fd), identity)) return fd;
  sys.close(fd);
  throw new sys.SysError("netns", "ESTALE", "it is another namespace than the one that was adopted");
}

function openSource(source: NamespaceSource): number {
  const wanted = processOf(source);
  if (source.kind === "path" || !wanted) return openPath(source.kind === "path" ? source.path : "");
  const { fd, process } = openProcess(wanted.pid);
  if (process.startTime === wanted.startTime) return fd;
  sys.close(fd);
  throw new sys.SysError("netns", "ESRCH", `process ${wanted.pid} is another than the one that was adopted`);
}

/**
 * Looks before it opens: opening a device does something to it. A link, such as those in /proc/PID/ns, is not followed, as it
 * may lead elsewhere the next moment.
 */
function openPath(path: string): number {
  const place = sys.open(path, sys.O_PATH | O_NOFOLLOW);
  try {
    if (sys.fileSystemOf(place) !== NSFS_MAGIC)
      throw new sys.SysError("netns", "EINVAL", `${path} is not the file of a network namespace`);
    return sys.open(`/proc/thread-self/fd/${place}`, O_RDONLY);
  } finally {
    sys.close(place);
  }
}

const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

const identityOf = (fd: number): NamespaceIdentity => ({ cookie: sys.cookieOf(fd), bootId });
const isSame = (a: NamespaceIdentity, b: NamespaceIdentity): boolean => a.cookie === b.cookie && a.bootId === b.bootId;

/** Device and inode number, which are given again, but not while the namespace is there. */
function placeOf(fd: number): string {
  const { dev, ino } = fstatSync(fd);
  return `${dev}:${ino}`;
}

/** What `directory` has names for now, and where the host itself is. */
export function knownPlaces(directory: string): KnownPlaces {
  const names = new Map<string, string[]>();
  for (const name of listNamespaces(directory)) {
    const place = placeAt(() => openNamespace(join(directory, name)));
    if (place) names.set(place, [...(names.get(place) ?? []), name]);
  }
  const processes = [1, process.pid].map((pid) => placeAt(() => openProcess(pid).fd));
  return { names, hosts: new Set([placeOf(sys.homeNamespace()), ...processes.flatMap((place) => place ?? [])]) };
}

/** Null for what has gone meanwhile, or a process that we may not look at: what is its is then none that we could enter. */
function placeAt(open: () => number): string | null {
  let fd: number;
  try {
    fd = open();
  } catch (error) {
    sys.asSysError(error);
    return null;
  }
  try {
    return placeOf(fd);
  } finally {
    sys.close(fd);
  }
}

function contentOf(fd: number): Pick<NamespaceFacts, "ours"> & Pick<NamespaceFacts["origin"], "foreign"> {
  const socket = sys.inNamespace(fd, () => new NetlinkSocket());
  try {
    const links = socket.dump(dumpLinks()).map(decodeLink);
    const routes = socket.dump(dumpRoutes()).map(decodeRoute);
    return {
      foreign: {
        interfaces: links.map(({ name }) => name),
        routes: [...new Set(routes.filter(({ main }) => main).map(destinationOf))],
      },
      ours: links.some(
        ({ name, group, alias }) => isOurGroup(group) || (name === "lo" && alias.startsWith("patchbay sandbox ")),
      ),
    };
  } finally {
    socket.close();
  }
}

const destinationOf = ({ dst, family }: RouteInfo): string => (dst === "default" ? defaultRoutes[family] : dst);

/** Which of the processes have ended, by their place in the list. */
export function endedAmong(processes: readonly { pid: number; startTime: string }[]): number[] {
  return processes.flatMap((process, index) => (isRunning(process) ? [] : [index]));
}
