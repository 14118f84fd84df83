// @ts-check
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** What tests could leave on the machine they run on: devices, named namespaces, files for temporary use. */

/** @param {string} temporary the folder that the tests have for temporary files @returns {string[]} */
export function traces(temporary) {
  return [
    ...devices(readFileSync("/proc/self/net/dev", "utf8")).map((name) => `network device ${name}`),
    ...entries("/run/netns").map((name) => `network namespace ${name}`),
    ...entries(temporary)
      .filter((name) => name.startsWith("patchbay"))
      .map((name) => `temporary files ${name}`),
  ];
}

/** The names in proc_net_dev(5). @param {string} text */
export function devices(text) {
  const lines = text.split("\n").slice(2, -1);
  return lines.map((line) => line.slice(0, line.lastIndexOf(":")).trim());
}

/**
 * What was not there before and what is not there any more, as sentences.
 * @param {string[]} before @param {string[]} after
 */
export function differences(before, after) {
  const more = after.filter((trace) => !before.includes(trace)).map((trace) => `${trace} was left behind`);
  const less = before.filter((trace) => !after.includes(trace)).map((trace) => `${trace} has gone`);
  return [...more, ...less];
}

/**
 * Processes that inherited the mark in their environment (proc_pid_environ(5)); this one does not have it. A process that
 * has ended and was not waited for has no environment any more.
 * @param {string} mark "NAME=value" @returns {{ pid: number, command: string }[]}
 */
export function markedProcesses(mark) {
  return entries("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => textOf(`/proc/${pid}/environ`).split("\0").includes(mark))
    .map((pid) => ({ pid: Number(pid), command: textOf(`/proc/${pid}/cmdline`).split("\0").join(" ").trim() }));
}

/**
 * Ends what is left of a suite and returns what did not end by itself within the time it takes a process to.
 * @param {string} mark @param {{ graceMs: number }} options
 */
export async function endMarked(mark, { graceMs }) {
  const deadline = performance.now() + graceMs;
  while (markedProcesses(mark).length > 0 && performance.now() < deadline) await setTimeout(50);
  const left = markedProcesses(mark);
  for (const { pid } of left) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {} // It has ended meanwhile.
  }
  return left;
}

/** @param {string} folder */
function entries(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** @param {string} path */
function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
