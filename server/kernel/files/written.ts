import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asSysError } from "../sys.ts";

/**
 * What Patchbay itself has written into sandboxes' files, as hashes, so that a person's hand is told from its own: one file
 * for each. While one is being written it lists all that may be found in it if the daemon dies meanwhile.
 */
export class Written {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  has(ns: string, name: string, content: Buffer): boolean {
    return this.#hashes(ns, name).includes(hashOf(content));
  }

  /** Replaces what is known of the file, from one moment to the next. */
  set(ns: string, name: string, contents: readonly Buffer[]): void {
    const directory = join(this.#directory, ns);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, name);
    const next = `${path}.${randomBytes(4).toString("hex")}`;
    writeFileSync(next, `${contents.map(hashOf).join("\n")}\n`, { mode: 0o600 });
    renameSync(next, path);
  }

  forget(ns: string, name: string): void {
    const directory = join(this.#directory, ns);
    rmSync(join(directory, name), { force: true });
    removeIfEmpty(directory);
  }

  /** Forgets the files of all namespaces but those. */
  keepOnly(isThere: (ns: string) => boolean): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    for (const ns of readdirSync(this.#directory))
      if (!isThere(ns)) rmSync(join(this.#directory, ns), { recursive: true, force: true });
  }

  #hashes(ns: string, name: string): string[] {
    try {
      return readFileSync(join(this.#directory, ns, name), "utf8").split("\n");
    } catch (error) {
      if (asSysError(error).errno === "ENOENT") return [];
      throw error;
    }
  }
}

/** Nothing is done to a directory that holds something, or is not there. */
export function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!["ENOTEMPTY", "ENOENT"].includes(asSysError(error).errno)) throw error;
  }
}

const hashOf = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
