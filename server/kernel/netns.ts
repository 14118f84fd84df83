import { constants, fstatSync, mkdirSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { isOurNamespace } from "./names.ts";
import * as sys from "./sys.ts";

/**
 * Named network namespaces as ip-netns(8) keeps them: an empty file in the netns directory with the namespace bind-mounted
 * on it. A file of ours without the mount is half-made: whoever made it died between the two. Symbolic links and any other
 * file are someone else's: refused, never followed.
 */
export const NSFS_MAGIC = 0x6e736673;
const { O_RDONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Makes the directory a shared mount, as `ip netns add` does, so that its mounts reach other mount namespaces. Idempotent. */
export function prepareDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  try {
    sys.mount("", directory, sys.MS_SHARED | sys.MS_REC);
  } catch (error) {
    if (sys.asSysError(error).errno !== "EINVAL") throw error;
    // Not a mount point yet.
    sys.mount(directory, directory, sys.MS_BIND | sys.MS_REC);
    sys.mount("", directory, sys.MS_SHARED | sys.MS_REC);
  }
}

/** Gives the name to the namespace of the descriptor. EEXIST if it is taken; a half-made name is completed. */
export function nameNamespace(path: string, fd: number): void {
  const file = claim(path);
  try {
    sys.mount(`/proc/thread-self/fd/${fd}`, `/proc/thread-self/fd/${file}`, sys.MS_BIND);
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    sys.close(file);
  }
}

/** Makes a named namespace; the caller closes the descriptor. EEXIST if the name is taken; a half-made name is completed. */
export function addNamespace(path: string): number {
  const file = claim(path);
  try {
    return sys.inNamespace("new", () => nameThisNamespace(file));
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    sys.close(file);
  }
}

/** Mounts onto the descriptor: the mount cannot land elsewhere if the name is exchanged for a link meanwhile. */
function nameThisNamespace(file: number): number {
  const fd = sys.open("/proc/thread-self/ns/net", O_RDONLY);
  try {
    sys.mount("/proc/thread-self/ns/net", `/proc/thread-self/fd/${file}`, sys.MS_BIND);
    return fd;
  } catch (error) {
    sys.close(fd);
    throw error;
  }
}

/** Unmounts and unlinks; the kernel destroys the namespace when its last user is gone. ENOENT if there is no such name. */
export function deleteNamespace(path: string): void {
  const kind = nameKind(path);
  if (kind === "foreign") throw notANamespace(path);
  if (kind === "namespace") sys.umount(path);
  unlinkSync(path);
}

/** A descriptor of the namespace; the caller closes it. */
export function openNamespace(path: string): number {
  const fd = sys.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (sys.fileSystemOf(fd) === NSFS_MAGIC) return fd;
  sys.close(fd);
  throw notANamespace(path);
}

/** The names of our pattern that have a namespace. */
export function listNamespaces(directory: string): string[] {
  return ourNames(directory).filter((name) => nameKind(join(directory, name)) === "namespace");
}

/** Removes the half-made names of our pattern. To be called at start, when nobody is making one. */
export function sweepHalfMade(directory: string): void {
  for (const name of ourNames(directory))
    if (nameKind(join(directory, name)) === "half-made") unlinkSync(join(directory, name));
}

const ourNames = (directory: string): string[] => readdirSync(directory).filter(isOurNamespace);

function nameKind(path: string): "namespace" | "half-made" | "foreign" | "absent" {
  let fd: number;
  try {
    fd = sys.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { errno } = sys.asSysError(error);
    if (errno === "ENOENT") return "absent";
    // A symbolic link, or an owner that shuts us out.
    if (errno === "ELOOP" || errno === "EACCES") return "foreign";
    throw error;
  }
  try {
    if (sys.fileSystemOf(fd) === NSFS_MAGIC) return "namespace";
    const file = fstatSync(fd);
    return file.isFile() && file.size === 0 && file.uid === process.geteuid?.() ? "half-made" : "foreign";
  } finally {
    sys.close(fd);
  }
}

/** A descriptor of the empty file that gets the mount. */
function claim(path: string): number {
  try {
    return sys.open(path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o400);
  } catch (error) {
    if (sys.asSysError(error).errno !== "EEXIST" || nameKind(path) !== "half-made") throw error;
    return sys.open(path, O_RDONLY | O_NOFOLLOW);
  }
}

function notANamespace(path: string): sys.SysError {
  return new sys.SysError("netns", "EINVAL", `${path} is not a network namespace`);
}
