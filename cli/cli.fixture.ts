import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { TopologyState } from "#cnm/events.ts";
import { Daemon } from "../test/daemon.ts";
import { type Host, netnsDir } from "../test/netns.ts";
import { inTemporaryDirectory } from "../test/patchbay.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** The command line of a host with a running daemon; every program it could mistake for a shell tells when it runs. */
export interface CommandLine {
  host: Host;
  daemon: Daemon;
  socket: string;
  /** Exists as soon as a shell has run. */
  shellRan: string;
  run(args: readonly string[], input?: string): Promise<Ended>;
  /** The same for what must succeed; gives its output without the last line's end. */
  done(...args: string[]): Promise<string>;
}

/** Starts the daemon, and stops it with nothing left in its topology. */
export async function withCommandLine(host: Host, use: (line: CommandLine) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (directory) => {
    const shellRan = join(directory, "shell-ran");
    const path = `${fakeShells(directory, shellRan)}:${process.env.PATH}`;
    const daemon = await Daemon.start({ rootNetns: host.path, netnsDir, stateDir: directory });
    const socket = join(daemon.runDir, "admin.sock");
    const compiled = { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(directory, "cache") };
    const env = { ...process.env, ...compiled, PATCHBAY_SOCKET: socket, PATH: path };
    const run = async (args: readonly string[], input = "") => {
      const child = spawn(process.execPath, [main, ...args], { env, stdio: "pipe" });
      child.stdin.end(input);
      const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
      const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
      return { code, out, err };
    };
    const done = async (...args: string[]) => {
      const ended = await run(args);
      expect(ended, args.join(" ")).toMatchObject({ code: 0, err: "" });
      return ended.out.trimEnd();
    };
    try {
      await use({ host, daemon, socket, shellRan, run, done });
    } finally {
      await daemon.admin("query", "topology.get").then((state) => empty(daemon, state as TopologyState));
      await daemon.stop();
    }
  });
}

function fakeShells(directory: string, shellRan: string): string {
  const folder = join(directory, "bin");
  mkdirSync(folder, { recursive: true });
  for (const name of ["sh", "bash", "dash"]) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho ran >> ${shellRan}\nexec /bin/${name} "$@"\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** What a test has left, so that a failed assertion is told and not what it left behind. */
async function empty(daemon: Daemon, { topology }: TopologyState): Promise<void> {
  for (const { id, attachment } of Object.values(topology.endpoints)) {
    if (attachment) await daemon.admin("mutation", "endpoint.leave", { endpoint: id });
    await daemon.admin("mutation", "endpoint.delete", { endpoint: id });
  }
  const left = await daemon.admin<TopologyState>("query", "topology.get");
  for (const id of Object.keys(left.topology.sandboxes))
    await daemon.admin("mutation", "sandbox.delete", { sandbox: id });
  for (const { id, predefined } of Object.values(left.topology.networks))
    if (!predefined) await daemon.admin("mutation", "network.delete", { network: id });
}
