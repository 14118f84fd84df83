import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { devices, differences, endMarked, markedProcesses, traces } from "./traces.mjs";

test("devices are read from the kernel's table", () => {
  const table = "Inter-|   Receive\n face |bytes\n    lo: 10 2\n  eth0:11 3\npb-a1:b: 0 0\n";
  expect(devices(table)).toEqual(["lo", "eth0", "pb-a1:b"]);
});

test("what came and what went is told", () => {
  expect(differences(["network device lo", "network device a"], ["network device lo", "network device b"])).toEqual([
    "network device b was left behind",
    "network device a has gone",
  ]);
  expect(differences(["x"], ["x"])).toEqual([]);
});

test("files for temporary use are traces", () => {
  const folder = mkdtempSync(join(tmpdir(), "pb-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const before = traces(folder);
  writeFileSync(join(folder, "patchbay-test-1"), "");
  expect(differences(before, traces(folder))).toEqual(["temporary files patchbay-test-1 was left behind"]);
});

test("a process that outlives its suite is found and ended, and nothing else", async () => {
  const value = randomUUID();
  const mark = `PATCHBAY_TRACE_TEST=${value}`;
  const start = (env: NodeJS.ProcessEnv): ChildProcess => {
    const child = spawn("sleep", ["60"], { env: { ...process.env, ...env }, stdio: "ignore" });
    onTestFinished(() => void child.kill());
    return child;
  };
  const [marked, other] = [start({ PATCHBAY_TRACE_TEST: value }), start({ PATCHBAY_TRACE_TEST: `${value}0` })];
  const ended = once(marked, "exit");
  expect(await endMarked(mark, { graceMs: 0 })).toEqual([{ pid: marked.pid, command: "sleep 60" }]);
  await ended;
  expect(markedProcesses(mark)).toEqual([]);
  expect(other.exitCode ?? other.signalCode).toBeNull();
});
