import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { KernelOptions } from "../calls.ts";
import { asSysError, SysError } from "../sys.ts";

const systemDirectories = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];
const defaultTimeoutMs = 10_000;
/** A rule takes some 200 bytes: enough for 300,000 of them. */
const mostOutput = 64 * 1024 * 1024;

/** Runs programs without a shell, in the namespace of the calling thread, and waits for them. */
export class Programs {
  readonly #directories: readonly string[];
  readonly #timeoutMs: number;

  constructor({ directories = systemDirectories, timeoutMs = defaultTimeoutMs }: KernelOptions["programs"] = {}) {
    this.#directories = directories;
    this.#timeoutMs = timeoutMs;
  }

  has(program: string): boolean {
    return this.#find(program) !== null;
  }

  /** Returns what the program prints. Throws SysError: ENOENT, ETIMEDOUT (it is killed), or EINVAL in the program's words. */
  run(program: string, args: readonly string[], input = ""): string {
    const path = this.#find(program);
    if (path === null) throw notInstalled(program);
    const { error, status, stdout, stderr } = spawnSync(path, args, {
      input,
      encoding: "utf8",
      env: { PATH: systemDirectories.join(":"), LC_ALL: "C" },
      timeout: this.#timeoutMs,
      killSignal: "SIGKILL",
      maxBuffer: mostOutput,
    });
    // A program that fails early leaves the input unread: its status and words tell more than that.
    const unread = error && "code" in error && error.code === "EPIPE";
    if (error && !(unread && status !== 0)) throw this.#startError(program, error);
    if (status !== 0) throw new SysError(program, "EINVAL", saidBy(program, stderr, input));
    return stdout;
  }

  #find(program: string): string | null {
    return this.#directories.map((directory) => join(directory, program)).find(isExecutable) ?? null;
  }

  #startError(program: string, error: NodeJS.ErrnoException): SysError {
    if (error.code === "ETIMEDOUT")
      return new SysError(program, "ETIMEDOUT", `${program} did not end within ${this.#timeoutMs} ms and was killed`);
    if (error.code === "ENOBUFS")
      return new SysError(program, "ENOBUFS", `${program} printed more than ${mostOutput} bytes and was killed`);
    return asSysError(error);
  }
}

export const notInstalled = (program: string): SysError =>
  new SysError(program, "ENOENT", `${program} is not installed: apt install iptables, or start with --no-iptables`);

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const mostWords = 300;

/** The first line of stderr that says something, without the program's name and version, and the line of the input it is about. Pure. */
export function saidBy(program: string, stderr: string, input: string): string {
  const lines = stderr.split("\n").map((line) => line.replace(/^ip6?tables[\w-]*(?: v[\d.]+ \(\w+\))?: ?/, "").trim());
  const said = lines.find((line) => line !== "" && !/^(#|Error occurred at|Try `)/.test(line));
  const number = /\bline:? (\d+)/.exec(stderr)?.[1];
  const about = number === undefined ? undefined : input.split("\n")[Number(number) - 1];
  const words = said ?? (lines.some((line) => line !== "") ? lines.join(" ") : "it failed and did not say why");
  const text = [`${program}: ${words}`, ...(about ? [about] : [])].join(": ");
  return text.replace(/\p{Cc}/gu, " ").slice(0, mostWords);
}
