import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { asSysError, close, O_PATH, open, SysError } from "./sys.ts";

const ipv6Switch = /^net\/ipv6\/conf\/[^/]+\/disable_ipv6$/;
const off = "1";
/** Bytes; the longest setting of an interface has a line. */
const longest = 256;

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
    if (ipv6Switch.test(name) && this.#lacksIpv6()) return off;
    return readFileSync(this.#path(name), "utf8").trim();
  }

  /**
   * Throws EAFNOSUPPORT for what IPv6 needs where there is none; to switch it off is nothing to do there. Throws EINVAL, and
   * leaves the setting as it was, where the kernel keeps something else than the value: times are rounded to its ticks
   * (neigh_proc_dointvec_ms_jiffies of net/core/neighbour.c), so that nobody could tell later whether they are as they were set.
   */
  write(name: string, value: string): void {
    if (name.startsWith("net/ipv6/") && this.#lacksIpv6()) {
      if (ipv6Switch.test(name) && value === off) return;
      throw new SysError("sysctl", "EAFNOSUPPORT", "this kernel has no IPv6 (it was started with ipv6.disable=1)");
    }
    const fd = openSync(this.#path(name), "r+");
    try {
      const before = textOf(fd);
      writeSync(fd, value, 0);
      const kept = textOf(fd);
      if (kept === value) return;
      writeSync(fd, before, 0);
      throw new SysError(
        "sysctl",
        "EINVAL",
        `the kernel keeps ${kept} in place of ${value}: set it to a value that is kept`,
      );
    } finally {
      closeSync(fd);
    }
  }

  close(): void {
    for (const fd of this.#directories.values()) close(fd);
    this.#directories.clear();
  }

  /** A kernel started with ipv6.disable=1 has no directory net/ipv6 (Documentation/networking/ipv6.rst). */
  #lacksIpv6(): boolean {
    try {
      this.#directory("net/ipv6/conf");
      return false;
    } catch (error) {
      if (asSysError(error).errno === "ENOENT") return true;
      throw error;
    }
  }

  /** "net/ipv6/conf/eth0/disable_ipv6" is "eth0/disable_ipv6" in the directory "net/ipv6/conf", which outlives the link. */
  #path(name: string): string {
    const parts = name.split("/");
    const fd = this.#directory(parts.slice(0, -2).join("/"));
    return `/proc/thread-self/fd/${fd}/${parts.slice(-2).join("/")}`;
  }

  #directory(path: string): number {
    const fd = this.#directories.get(path) ?? open(`/proc/sys/${path}`, O_PATH | constants.O_DIRECTORY);
    this.#directories.set(path, fd);
    return fd;
  }
}

function textOf(fd: number): string {
  const buffer = Buffer.alloc(longest);
  return buffer.toString("utf8", 0, readSync(fd, buffer, 0, longest, 0)).trim();
}
