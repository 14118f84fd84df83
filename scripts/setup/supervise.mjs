// @ts-check
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { accepts } from "./holders.mjs";

/** How a process ended, in words. @param {{ code: number | null, signal: NodeJS.Signals | null }} how */
export function endingWords({ code, signal }) {
  return signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
}

/**
 * A child in a session of its own: the terminal's Ctrl-C reaches only us, and we tell the child once.
 * `ended` never rejects.
 * @typedef {{ name: string, process: import("node:child_process").ChildProcess, ended: Promise<string> }} Child
 */

/**
 * Starts a child whose stdout can be read and whose stderr is ours.
 * @param {string} name @param {import("./places.mjs").Launch} launch
 * @returns {Child}
 */
export function launch(name, { command: [file = "", ...args], cwd, env }) {
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  child.stdout?.resume();
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(`could not be started (${error.message})`));
    child.once("exit", (code, signal) => resolve(endingWords({ code, signal })));
  });
  return { name, process: child, ended };
}

/** The first line a child prints; the rest is read and dropped. Never resolves if it prints none. @param {Child} child @returns {Promise<string>} */
export function firstLine({ process: { stdout } }) {
  return new Promise((resolve) => stdout && createInterface(stdout).on("line", resolve));
}

/** Resolves when somebody accepts connections on a port of 127.0.0.1. @param {number} port @param {AbortSignal} signal */
export async function answering(port, signal) {
  while (!(await accepts({ port, host: "127.0.0.1" }))) await wait(20, undefined, { signal });
}

/**
 * Stops children and waits until they have ended: first politely, after `graceMs` for good. Returns the names of those that
 * had to be killed.
 * @param {Child[]} children @param {number} graceMs
 */
export async function stopAll(children, graceMs) {
  /** @type {string[]} */
  const killed = [];
  for (const child of children) child.process.kill("SIGTERM");
  await Promise.all(
    children.map(async (child) => {
      const timer = setTimeout(() => {
        killed.push(child.name);
        child.process.kill("SIGKILL");
      }, graceMs);
      await child.ended;
      clearTimeout(timer);
    }),
  );
  return killed;
}
