import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Ask, Said } from "./dns-client.ts";

const client = fileURLToPath(new URL("./dns-client.ts", import.meta.url));
const server = fileURLToPath(new URL("./dns-server.ts", import.meta.url));

/** Asks the resolver from inside a sandbox, all at once. */
export function asks(ns: string, questions: readonly (Ask | string)[]): Promise<Said[]> {
  const asked = questions.map((question) => (typeof question === "string" ? { name: question } : question));
  const argv = ["netns", "exec", ns, process.execPath, client, JSON.stringify(asked)];
  return new Promise((resolve, reject) => {
    execFile("ip", argv, (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout))));
  });
}

/** The answer to one. */
export async function asksFor(ns: string, question: Ask | string): Promise<Said | undefined> {
  return (await asks(ns, [question]))[0];
}

/** A DNS server in a namespace, on port 53 of an address. */
export class Upstream {
  /** "udp example.org A 192.0.2.1": every question so far, and who asked. */
  readonly asked: string[] = [];
  readonly #process: ChildProcess;

  constructor(child: ChildProcess) {
    this.#process = child;
  }

  /** Resolves when it serves. */
  static async start(ns: string, address: string, ...manner: string[]): Promise<Upstream> {
    const argv = ["netns", "exec", ns, process.execPath, server, address, ...manner];
    const child = spawn("ip", argv, { stdio: ["ignore", "pipe", "inherit"] });
    const upstream = new Upstream(child);
    const lines = createInterface(child.stdout);
    const ended = once(child, "exit").then(() => Promise.reject(new Error(`the DNS server at ${address} has ended`)));
    ended.catch(() => {});
    await Promise.race([once(lines, "line"), ended]);
    lines.on("line", (line) => upstream.asked.push(line));
    return upstream;
  }

  close(): void {
    this.#process.kill("SIGKILL");
  }
}
