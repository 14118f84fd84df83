import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { FaultRun } from "./fault-child.ts";

const script = fileURLToPath(new URL("./fault-child.ts", import.meta.url));

/** Daemons to be killed, one after the other: while the traces of one are looked at, the next loads what it is made of. */
export class FaultDaemons {
  #next: Waiting | null = null;

  async run(run: FaultRun): Promise<"killed" | "lived"> {
    const { child, ended, said } = this.#next ?? start();
    child.stdin?.end(JSON.stringify(run));
    const [status, signal] = await ended;
    this.#next = start();
    if (signal === "SIGKILL") return "killed";
    if (status !== 0) throw new Error(`the child failed: ${await said}`);
    return "lived";
  }

  /** Told nothing, the one that waits ends by itself. */
  async close(): Promise<void> {
    this.#next?.child.stdin?.end();
    await this.#next?.ended;
    this.#next = null;
  }
}

interface Waiting {
  child: ChildProcess;
  ended: Promise<[status: number | null, signal: NodeJS.Signals | null]>;
  said: Promise<string>;
}

function start(): Waiting {
  const child = spawn(process.execPath, [script], { stdio: ["pipe", "ignore", "pipe"] });
  const ended = once(child, "exit").then(([status, signal]): [number | null, NodeJS.Signals | null] => [
    status,
    signal,
  ]);
  return { child, ended, said: text(child.stderr) };
}
