import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { asSysError, SysError } from "../sys.ts";

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** More than any of ours has; what comes after it is not looked at. */
const mostBytes = 1 << 20;

/**
 * Runs `use` with the directory open, so that its files are reached through it whatever becomes of its name. A link in its
 * place is an error. Throws ENOENT if there is none and it is not to be made.
 */
export function inDirectory<T>(path: string, make: boolean, use: (directory: string) => T): T {
  const made = make && makeDirectory(path);
  const fd = opened(path, () => openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), "a directory");
  try {
    // Whatever the umask of the daemon is.
    if (made) fchmodSync(fd, 0o755);
    return use(`/proc/self/fd/${fd}`);
  } finally {
    closeSync(fd);
  }
}

/** A file in an open directory, and how errors call it. */
export interface FilePath {
  path: string;
  shown: string;
}

/** Whether it was not there. */
function makeDirectory(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o755 });
    return true;
  } catch (error) {
    if (asSysError(error).errno === "EEXIST") return false;
    throw error;
  }
}

/** What a file holds; null where there is none. Anything that is not a plain file is an error. */
export function readPlainFile(file: FilePath): Buffer | null {
  return withFile(file, O_RDONLY, (fd) => {
    const content = Buffer.alloc(Math.min(fstatSync(fd).size, mostBytes));
    return content.subarray(0, readSync(fd, content, 0, content.length, 0));
  });
}

/**
 * Makes a file say something else. It stays the same file: who has it mounted in place of another (ip-netns(8)) sees the new
 * text. If it cannot be written it is empty.
 */
export function writePlainFile(file: FilePath, { content, isNew }: { content: Buffer; isNew: boolean }) {
  withFile(file, isNew ? O_WRONLY | O_CREAT | O_EXCL : O_WRONLY, (fd) => {
    if (isNew) fchmodSync(fd, 0o644);
    ftruncateSync(fd, 0);
    try {
      writeFileSync(fd, content);
    } catch (error) {
      ftruncateSync(fd, 0);
      throw error;
    }
  });
}

/** Does nothing where there is none. */
export function removePlainFile(file: FilePath): void {
  withFile(file, O_RDONLY, () => unlinkSync(file.path));
}

function withFile<T>({ path, shown }: FilePath, flags: number, use: (fd: number) => T): T | null {
  let fd: number;
  try {
    fd = opened(shown, () => openSync(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o644), "a file");
  } catch (error) {
    if (flags === O_RDONLY && asSysError(error).errno === "ENOENT") return null;
    throw error;
  }
  try {
    if (!fstatSync(fd).isFile()) throw notPlain(shown, "a file");
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** What open(2) says of links, of directories that are to be written and of what has nobody at its other end. */
const inTheWay: ReadonlySet<string> = new Set(["ELOOP", "ENOTDIR", "EISDIR", "ENXIO"]);

function opened(shown: string, open: () => number, what: string): number {
  try {
    return open();
  } catch (error) {
    throw inTheWay.has(asSysError(error).errno) ? notPlain(shown, what) : error;
  }
}

const notPlain = (path: string, what: string): SysError =>
  new SysError("open", "EINVAL", `${path} is in the way and is not ${what}: take it away`);
