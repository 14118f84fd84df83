import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { FileWanted } from "../calls.ts";
import { isOurNamespace } from "../names.ts";
import { type FileObject, fileNames, type Namespace } from "../objects.ts";
import { asSysError } from "../sys.ts";
import { inDirectory, readPlainFile, removePlainFile, writePlainFile } from "./place.ts";
import { removeIfEmpty, Written } from "./written.ts";

export interface FilesOptions {
  /** Where ip-netns(8) looks for the files of namespaces: "/etc/netns". */
  etcDir: string;
  /** Where the daemon remembers what it has written there. */
  writtenDir: string;
}

/** How a file is found. */
export interface FileLook {
  path: string;
  /** Null where there is none, and where something else is in its place. */
  content: string | null;
  edited: boolean;
}

type FileName = FileObject["name"];

/** A file that says something else than was written last. */
export interface EditedFile {
  ns: Namespace;
  name: FileName;
  /** RFC 3339, UTC. */
  changedAt: string;
}

/** What a file was like when it was read; ctime changes with whatever is done to it (inode(7)). */
interface Read {
  ino: number;
  ctimeMs: number;
  edited: boolean;
}

const nothing = Buffer.alloc(0);

/**
 * The files that `ip netns exec` puts in place of those in /etc, on the kernel worker's thread. What is in a directory that
 * is called like one of our namespaces is ours; what a person has changed in there is left alone as long as it is wanted.
 */
export class SandboxFiles {
  readonly #etcDir: string;
  readonly #written: Written;
  #reads = new Map<string, Read>();

  constructor({ etcDir, writtenDir }: FilesOptions) {
    this.#etcDir = etcDir;
    this.#written = new Written(writtenDir);
  }

  /** Takes away what a daemon that died in the middle of it has left. To be called at start. */
  sweep(): void {
    mkdirSync(this.#etcDir, { recursive: true, mode: 0o755 });
    for (const ns of this.#namespaces()) removeIfEmpty(join(this.#etcDir, ns));
    const left = new Set(this.#namespaces());
    this.#written.keepOnly((ns) => left.has(ns));
  }

  /** Does nothing to a file that a person has edited. */
  write({ ns, name, content: text }: FileWanted): void {
    const content = Buffer.from(text);
    inDirectory(join(this.#etcDir, ns), true, (directory) => {
      const file = { path: join(directory, name), shown: this.#path(ns, name) };
      const now = readPlainFile(file);
      if (now && !now.equals(content) && !this.#written.has(ns, name, now)) return;
      this.#written.set(ns, name, [...(now ? [now] : []), nothing, content]);
      writePlainFile(file, { content, isNew: now === null });
      this.#written.set(ns, name, [content]);
    });
  }

  /** Throws ENOENT where there is no directory. It goes with the last file in it, whoever has put that there. */
  remove({ ns, names }: { ns: Namespace; names: readonly FileName[] }): void {
    const directory = join(this.#etcDir, ns);
    inDirectory(directory, false, (open) => {
      for (const name of names) removePlainFile({ path: join(open, name), shown: this.#path(ns, name) });
    });
    for (const name of names) this.#written.forget(ns, name);
    removeIfEmpty(directory);
  }

  /** Those that `like` names, or with `everything` all of ours. What is no plain file is not there. */
  observe(like: readonly FileObject[], everything: boolean): FileObject[] {
    const wanted = new Map<string, string[]>();
    for (const { ns, name, content } of like) {
      const path = this.#path(ns, name);
      wanted.set(path, [...(wanted.get(path) ?? []), content]);
    }
    const named = like.map(({ ns }) => ns);
    const namespaces = new Set(everything ? [...this.#namespaces(), ...named] : named);
    return [...namespaces].flatMap((ns) =>
      fileNames.flatMap((name) => {
        const contents = wanted.get(this.#path(ns, name));
        return contents || everything ? (this.#observed({ ns, name }, contents ?? null) ?? []) : [];
      }),
    );
  }

  /** Of all that is ours. Cheap enough for each second: what is as it was at the last call is not read again. */
  edited(): EditedFile[] {
    const before = this.#reads;
    this.#reads = new Map();
    return this.#namespaces().flatMap((ns) =>
      fileNames.flatMap((name) => {
        const path = this.#path(ns, name);
        const found = lstatSync(path, { throwIfNoEntry: false });
        if (!found) return [];
        const { ino, ctimeMs } = found;
        const last = before.get(path);
        const same = last?.ino === ino && last.ctimeMs === ctimeMs;
        const read = same ? last : { ino, ctimeMs, edited: this.#isEdited(ns, name) };
        this.#reads.set(path, read);
        return read.edited ? [{ ns, name, changedAt: found.mtime.toISOString() }] : [];
      }),
    );
  }

  look(file: FileWanted): FileLook {
    const { ns, name, content } = file;
    const path = this.#path(ns, name);
    const found = this.#observed({ ns, name }, [content]);
    return { path, content: found?.content ?? null, edited: found?.state === "edited" };
  }

  /** `wanted`: what it may say, null for one of a sandbox that has gone. */
  #observed({ ns, name }: { ns: Namespace; name: FileName }, wanted: readonly string[] | null): FileObject | null {
    const now = this.#read(ns, name);
    if (now === null) return null;
    const file: FileObject = { kind: "file", ns, name, content: now.toString() };
    if (wanted === null || this.#written.has(ns, name, now)) return file;
    const asWanted = wanted.some((content) => now.equals(Buffer.from(content)));
    return { ...file, state: asWanted ? "unrecorded" : "edited" };
  }

  #isEdited(ns: Namespace, name: FileName): boolean {
    const now = this.#read(ns, name);
    return now !== null && !this.#written.has(ns, name, now);
  }

  #read(ns: Namespace, name: FileName): Buffer | null {
    try {
      return inDirectory(join(this.#etcDir, ns), false, (directory) =>
        readPlainFile({ path: join(directory, name), shown: this.#path(ns, name) }),
      );
    } catch (error) {
      if (["ENOENT", "EINVAL"].includes(asSysError(error).errno)) return null;
      throw error;
    }
  }

  #path(ns: Namespace, name: FileName): string {
    return join(this.#etcDir, ns, name);
  }

  #namespaces(): Namespace[] {
    return readdirSync(this.#etcDir).filter(isOurNamespace);
  }
}
