import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test as base, expect } from "vitest";
import type { KernelOptions } from "#server/kernel/calls.ts";
import { type Kernel, openKernel } from "#server/kernel/kernel.ts";
import { isOurGroup, isOurNamespace } from "#server/kernel/names.ts";
import { filesOf } from "./files.ts";
import { notPrivate } from "./private.ts";

export const netnsDir = "/run/netns";

/** What `ip -j -d link` or `addr` tells of a device: the fields that tests look at. */
export interface IpLink {
  ifname: string;
  ifindex: number;
  flags: string[];
  mtu: number;
  master?: string;
  address: string;
  ifalias?: string;
  group?: string;
  linkinfo?: { info_kind: string };
  addr_info?: { family: string; local: string; prefixlen: number; tentative?: boolean }[];
}

/** A network namespace that plays the host: the daemon's own namespace in one test. */
export class Host {
  readonly name = `host-${randomBytes(4).toString("hex")}`;
  readonly path = join(netnsDir, this.name);
  readonly etcDir = filesOf(this.path).etcDir;
  readonly #kernels: Kernel[] = [];

  constructor() {
    run("ip", "netns", "add", this.name);
    this.ip("link", "set", "lo", "up");
  }

  /** The kernel as a daemon of this host opens it; closed with the host. */
  async kernel(options: Partial<KernelOptions> = {}): Promise<Kernel> {
    const place = { rootNetns: this.path, netnsDir, ...filesOf(this.path), resolvConf: "/dev/null" };
    const kernel = await openKernel({ ...place, ...options });
    this.#kernels.push(kernel);
    return kernel;
  }

  /** ip(8) in the host's namespace. Throws what it wrote to stderr. */
  ip(...args: string[]): string {
    return run("ip", "-n", this.name, ...args);
  }

  /** `ip -j -d …` in the host's namespace. */
  links(...args: string[]): IpLink[] {
    return JSON.parse(this.ip("-j", "-d", ...args) || "[]");
  }

  /** Runs a command line (such as a rendered step) with this namespace as the host's. `ip netns exec` would hide new names. */
  shell(commandLine: string): string {
    return run("nsenter", `--net=${this.path}`, "sh", "-ec", commandLine);
  }

  async close(): Promise<void> {
    for (const kernel of this.#kernels) await kernel.close();
    run("ip", "netns", "del", this.name);
  }
}

/** Runs a program with exactly these arguments and returns its output. Throws what it wrote to stderr. */
export function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 26 });
}

/** Whether one echo request to `address` from inside the namespace is answered within a second. */
export function pings(ns: string, address: string): boolean {
  try {
    run("ip", "netns", "exec", ns, "ping", "-c1", "-W1", "-q", address);
    return true;
  } catch {
    return false;
  }
}

/** What is left of Patchbay in the host's namespace and among the names; empty is clean. */
export function leftOvers(host: Host): string[] {
  const links = host.links("link").filter(({ group }) => isOurGroup(Number(group)));
  const files = existsSync(host.etcDir) ? readdirSync(host.etcDir) : [];
  return [...links.map(({ ifname }) => ifname), ...readdirSync(netnsDir).filter(isOurNamespace), ...files];
}

/**
 * A test with a host of its own. It ends by asserting that nothing of ours is left, and is skipped, with the reason, where it
 * could touch the machine: kernel tests run in the private namespaces that scripts/test.mjs makes.
 */
export const test = base.extend<{ host: Host }>({
  host: async ({ skip }, use) => {
    const reason = notPrivate();
    if (reason) skip(reason);
    const host = new Host();
    try {
      await use(host);
      expect(leftOvers(host), "left behind").toEqual([]);
    } finally {
      await host.close();
      for (const name of readdirSync(netnsDir).filter(isOurNamespace)) run("ip", "netns", "del", name);
    }
  },
});
