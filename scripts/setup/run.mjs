// @ts-check
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { checkout, stepOptions, systemPath } from "./checkout.mjs";
import { Refusal } from "./refusal.mjs";

const stopSignals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * How a step runs. `as`: "owner" of the checkout (default), or "caller" (root, for what concerns the machine). `pinned`:
 * whether programs find the pinned Node first (default). `explain`: the sentence for a failure, from its output.
 * @typedef {{ as?: "owner" | "caller", pinned?: boolean, explain?: (output: string) => string | null }} StepOptions
 */

/** One line that a person can follow: what is done, then how long it took. @param {string} title @param {() => Promise<void>} work */
export async function stage(title, work) {
  const startedAt = performance.now();
  process.stdout.write(`${title} … `);
  try {
    await work();
  } catch (error) {
    process.stdout.write("\n");
    throw error;
  }
  process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

/**
 * A stage that is one program. Its output is shown only if it fails; then throws a Refusal.
 * @param {string} title @param {string[]} command @param {StepOptions} [options]
 */
export function step(title, command, options) {
  return stage(title, () => runStep(command, options));
}

/** The same without a line of its own. @param {string[]} command @param {StepOptions} [options] */
export async function runStep(command, { as = "owner", pinned = true, explain = () => null } = {}) {
  const options = as === "owner" ? stepOptions({ pinned }) : { cwd: checkout, env: callerEnvironment() };
  const { code, output } = await run(command, options);
  if (code === 0) return;
  const sentence = explain(output) ?? `${command.slice(0, 2).join(" ")} failed (exit code ${code}), see above`;
  throw new Refusal(sentence, { output });
}

const callerEnvironment = () => ({
  ...process.env,
  PATH: systemPath(process.env.PATH),
  DEBIAN_FRONTEND: "noninteractive",
  LC_ALL: "C.UTF-8",
});

/**
 * Runs a program to its end in a process group of its own; a signal that should stop us stops the group first and is then
 * thrown as a Refusal.
 * @param {string[]} command @param {import("node:child_process").SpawnOptions} options
 * @returns {Promise<{ code: number, output: string }>} `code` 127 if there is no such program
 */
export function run([file = "", ...args], options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    /** @type {NodeJS.Signals | null} */
    let stoppedBy = null;
    /** @param {NodeJS.Signals} signal */
    const onSignal = (signal) => {
      stoppedBy = signal;
      if (child.pid) killGroup(child.pid, signal === "SIGHUP" ? "SIGTERM" : signal);
    };
    for (const signal of stopSignals) process.on(signal, onSignal);
    /** @param {number} code */
    const end = (code) => {
      for (const signal of stopSignals) process.off(signal, onSignal);
      if (stoppedBy) reject(new Refusal(`stopped by ${stoppedBy}`, { exitCode: 128 + constants.signals[stoppedBy] }));
      else resolve({ code, output });
    };
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (output += text));
    child.once("error", (error) => {
      output += `${error.message}\n`;
      end(127);
    });
    child.once("close", (code) => child.pid && end(code ?? 1));
  });
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {} // It has ended meanwhile.
}
