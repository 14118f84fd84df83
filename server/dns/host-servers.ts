import { readFileSync, statSync } from "node:fs";
import { nameserversOf } from "#cnm/resolv-conf.ts";

const lookEveryMs = 1000;

/** The servers of the host's resolv.conf, as they are now or were a second ago; none while it cannot be read. */
export function hostServers(path: string): () => readonly string[] {
  let looked = Number.NEGATIVE_INFINITY;
  let seen = "";
  let servers: readonly string[] = [];
  return () => {
    const now = performance.now();
    if (now - looked < lookEveryMs) return servers;
    looked = now;
    const file = statSync(path, { throwIfNoEntry: false });
    const state = file ? `${file.dev} ${file.ino} ${file.mtimeMs} ${file.size}` : "";
    if (state === seen) return servers;
    seen = state;
    servers = file ? readServers(path) : [];
    return servers;
  };
}

function readServers(path: string): string[] {
  try {
    return nameserversOf(readFileSync(path, "utf8"));
  } catch {
    // It went, or is no file.
    return [];
  }
}
