import { constants, readFileSync, writeFileSync } from "node:fs";
import { close, open } from "./sys.ts";

// O_PATH (open(2)), which Node does not name: a place in the tree and no more.
const O_PATH = 0o10000000;

/**
 * The files below /proc/sys of one network namespace. To be used with the thread in that namespace: the kernel shows
 * /proc/sys/net as the thread's namespace has it (proc(5)).
 *
 * The dentries of all namespaces for one name below /proc/sys/net share a hash chain, so that a walk to a file takes the
 * longer the more namespaces there are. The walk to each directory is therefore made once.
 */
export class Sysctls {
  readonly #directories = new Map<string, number>();

  /** Throws ENOENT where there is no such setting, as for a link that is not there. */
  read(name: string): string {
    return readFileSync(this.#path(name), "utf8").trim();
  }

  write(name: string, value: string): void {
    writeFileSync(this.#path(name), value);
  }

  close(): void {
    for (const fd of this.#directories.values()) close(fd);
    this.#directories.clear();
  }

  /** "net/ipv6/conf/eth0/disable_ipv6" is "eth0/disable_ipv6" in the directory "net/ipv6/conf", which outlives the link. */
  #path(name: string): string {
    const parts = name.split("/");
    const directory = parts.slice(0, -2).join("/");
    const fd = this.#directories.get(directory) ?? open(`/proc/sys/${directory}`, O_PATH | constants.O_DIRECTORY);
    this.#directories.set(directory, fd);
    return `/proc/thread-self/fd/${fd}/${parts.slice(-2).join("/")}`;
  }
}
