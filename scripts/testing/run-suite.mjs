// @ts-check
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { checkout, stepEnvironment, stepOptions } from "../setup/checkout.mjs";
import { privateNamespaces } from "../setup/namespaces.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { add, countExit, countRunner, none } from "./counts.mjs";
import { partsOf } from "./suites.mjs";
import { differences, endMarked, traces } from "./traces.mjs";

/** @typedef {import("./suites.mjs").Suite} Suite @typedef {import("./counts.mjs").Counts} Counts */

const limitMs = 30 * 60_000;
const graceMs = 5000;
const markName = "PATCHBAY_TEST_RUN";

/**
 * Runs a suite with its output on ours. What it leaves on the machine counts as one failure, and is ended if it is a process.
 * Throws a Refusal if a signal stops it.
 * @param {Suite} suite @param {string} temporary a folder of the tests' own @returns {Promise<Counts>}
 */
export async function runSuite(suite, temporary) {
  const before = traces(temporary);
  const mark = { name: markName, value: `${process.pid}-${suite.name}` };
  const marks = { [mark.name]: mark.value, TMPDIR: temporary };
  const parts = await Promise.all(partsOf(suite).map(async (part) => ({ part, ended: await runMarked(part, marks) })));
  const stoppedBy = parts.map(({ ended }) => ended.stoppedBy).find((by) => by !== null);
  const left = await endMarked(`${mark.name}=${mark.value}`, { graceMs: stoppedBy ? 0 : graceMs });
  if (stoppedBy === "time") console.log(`${suite.name} did not end within ${limitMs / 60_000} minutes`);
  else if (stoppedBy) throw stopped(stoppedBy);
  const rest = [
    ...differences(before, traces(temporary)),
    ...left.map(({ pid, command }) => `process ${pid} (${command.slice(0, 100)}) was left behind`),
  ];
  for (const sentence of rest) console.log(`${suite.name}: ${sentence}`);
  const counts = parts.map(({ part, ended }) => counted(part, ended.code)).reduce(add, none);
  return add(counts, rest.length > 0 ? { ...none, failed: 1 } : none);
}

/** @param {Suite} suite @param {number} code */
function counted({ report, count }, code) {
  if (!report || !count) return countExit(code);
  return countRunner({ code, report: existsSync(report) ? readFileSync(report, "utf8") : null }, count);
}

/**
 * @param {Suite} suite @param {Record<string, string>} marks
 * @returns {Promise<{ code: number, stoppedBy: NodeJS.Signals | "time" | null }>}
 */
function runMarked({ command, isolated, env, report }, marks) {
  if (report) rmSync(report, { force: true });
  const [file = "", ...args] = isolated ? privateNamespaces(command) : command;
  const options = isolated
    ? { cwd: checkout, env: stepEnvironment(process.env, { pinned: true }) }
    : stepOptions({ pinned: true });
  const child = spawn(file, args, {
    ...options,
    // Daemons and their threads are started by the hundred: what was compiled once need not be again.
    env: { ...options.env, NODE_COMPILE_CACHE: join(checkout, ".patchbay", "compile-cache"), ...env, ...marks },
    // What goes wrong belongs to the report, in its place.
    stdio: ["ignore", 1, 1],
    detached: true,
  });
  return ending(child);
}

/** @param {import("node:child_process").ChildProcess} child @returns {ReturnType<typeof runMarked>} */
function ending(child) {
  return new Promise((resolve) => {
    /** @type {NodeJS.Signals | "time" | null} */
    let stoppedBy = null;
    /** @param {NodeJS.Signals | "time"} by */
    const stop = (by) => {
      stoppedBy = by;
      child.kill("SIGTERM");
    };
    const timer = setTimeout(stop, limitMs, "time");
    const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
    for (const signal of signals) process.on(signal, stop);
    /** @param {number} code */
    const end = (code) => {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, stop);
      resolve({ code, stoppedBy });
    };
    child.once("error", (error) => {
      console.log(error.message);
      end(127);
    });
    child.once("exit", (code, signal) => end(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/** @param {NodeJS.Signals} signal */
function stopped(signal) {
  return new Refusal(`stopped by ${signal}`, { exitCode: 128 + constants.signals[signal] });
}
