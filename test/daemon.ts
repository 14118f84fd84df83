import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { DefaultNetworkOptions } from "#cnm/default-network.ts";
import { daemonNodeOptions } from "../scripts/setup/daemon-options.mjs";
import { filesOf } from "./files.ts";
import type { Place } from "./patchbay.ts";

const main = fileURLToPath(new URL("../server/main.ts", import.meta.url));
const origin = "http://127.0.0.1:4700";

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface Request {
  path: string;
  method?: "GET" | "POST";
  body?: unknown;
  headers?: Record<string, string>;
}

const environmentName = (flag: string): string => `PATCHBAY_${flag.toUpperCase().replaceAll("-", "_")}`;

/** The whole daemon in a process of its own, as `up` starts it. */
export class Daemon {
  readonly setupToken: string | null;
  readonly runDir: string;
  readonly #process: ChildProcess;

  constructor(child: ChildProcess, ready: { setupToken: string | null }, runDir: string) {
    this.#process = child;
    this.setupToken = ready.setupToken;
    this.runDir = runDir;
  }

  /** Without a default network unless it is told how it is to be. Resolves when the daemon says that it is ready; rejects with what it wrote to stderr when it ends before. */
  static async start(
    { rootNetns, netnsDir, stateDir }: Place,
    runDir = join(stateDir, "run"),
    defaultNetwork: DefaultNetworkOptions = { bridge: "none" },
  ): Promise<Daemon> {
    const told = Object.entries(defaultNetwork).map(([flag, value]) => [environmentName(flag), value]);
    const env = {
      ...process.env,
      ...Object.fromEntries(told),
      PATCHBAY_STATE_DIR: stateDir,
      PATCHBAY_RUN_DIR: runDir,
      PATCHBAY_NETNS: rootNetns,
      PATCHBAY_NETNS_DIR: netnsDir,
      PATCHBAY_ETC_NETNS_DIR: filesOf(rootNetns).etcDir,
      PATCHBAY_ORIGIN: origin,
      PATCHBAY_LOG: "error",
    };
    const child = spawn(process.execPath, [...daemonNodeOptions, main], { env, stdio: ["ignore", "pipe", "pipe"] });
    let complaints = "";
    child.stderr.on("data", (text) => {
      complaints += text;
    });
    const line = await Promise.race([once(createInterface(child.stdout), "line"), once(child, "exit")]);
    if (typeof line[0] !== "string") throw new Error(`the daemon did not start: ${complaints}`);
    return new Daemon(child, JSON.parse(line[0]), runDir);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** A request as the web process forwards it. */
  web({ path, method = "GET", body, headers = {} }: Request): Promise<Answer> {
    return send(join(this.runDir, "web.sock"), {
      path,
      method,
      body,
      headers: { host: new URL(origin).host, origin, ...headers },
    });
  }

  /** A request to the administrator's socket, as it is. */
  raw(call: Request): Promise<Answer> {
    return send(join(this.runDir, "admin.sock"), call);
  }

  /** Calls a procedure over the administrator's socket and returns its data; throws `CnmErrorData`. */
  async admin<T = unknown>(kind: "query" | "mutation", procedure: string, input?: unknown): Promise<T> {
    const query = kind === "query" && input !== undefined ? `?input=${encodeURIComponent(JSON.stringify(input))}` : "";
    const path = `/api/trpc/${procedure}${query}`;
    const answer = await send(
      join(this.runDir, "admin.sock"),
      kind === "query" ? { path } : { path, method: "POST", body: input ?? {} },
    );
    const parsed = JSON.parse(answer.body);
    if (parsed.error) throw parsed.error.data.cnm;
    return parsed.result.data;
  }

  /** Ends the daemon and returns its exit code, or the signal that ended it. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    if (this.#process.exitCode !== null) return this.#process.exitCode;
    const exited = once(this.#process, "exit");
    this.#process.kill(signal);
    const [code, ended] = await exited;
    return code ?? ended;
  }
}

function send(socketPath: string, { path, method = "GET", body, headers = {} }: Request): Promise<Answer> {
  const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  const sized =
    text === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) };
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method, headers: { ...sized, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    call.on("error", reject).end(text);
  });
}
