/**
 * "sandbox + endpoint + join" as one command through the whole daemon, with durable history, one at a time and eight at a
 * time, up to 1,000 endpoints over two networks; beside it, in the same run, a shell script of the ip commands that history
 * says were run. Only in private namespaces: `node scripts/bench.mjs` makes them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HistoryEntry, HistorySummary } from "#cnm/history.ts";
import { Daemon } from "../test/daemon.ts";
import { notPrivate } from "../test/private.ts";

const levels = [10, 100, 500, 1000];
const rounds = 40;
const shellRounds = 5;
const inFlight = 8;

const reason = notPrivate();
if (reason) throw new Error(`not here: ${reason}; use npm run bench`);
const stateDir = mkdtempSync(join(tmpdir(), "patchbay-bench-"));
const daemon = await Daemon.start({ rootNetns: "/proc/self/ns/net", netnsDir: "/run/netns", stateDir });
try {
  const idle = await memory();
  for (const name of ["left", "right"]) await daemon.admin("mutation", "network.create", { name });
  let count = 0;
  let first = 0;
  console.log(
    `${"endpoints".padStart(9)}  command p50    p95  kernel p50  script p50  command/script  against the first`,
  );
  for (const level of levels) {
    await together(count, level - rounds - count);
    count = Math.max(count, level - rounds);
    const took: number[] = [];
    const seqs: number[] = [];
    for (; count < level || took.length < 10; count++) {
      const began = performance.now();
      seqs.push((await connect(count)).seq);
      took.push(performance.now() - began);
    }
    const kernel = await Promise.all(seqs.map(kernelMs));
    const script = await shellScript(seqs.at(-1) ?? 0);
    first ||= percentile(took, 50);
    const cells = [
      `${ms(took, 50)}`.padStart(11),
      ms(took, 95).padStart(6),
      ms(kernel, 50).padStart(11),
      ms(script, 50).padStart(11),
    ];
    const ratios = [
      (percentile(took, 50) / percentile(script, 50)).toFixed(2).padStart(15),
      (percentile(took, 50) / first).toFixed(2).padStart(18),
    ];
    console.log(`${String(count).padStart(9)}  ${[...cells, ...ratios].join(" ")}`);
  }
  const began = performance.now();
  await together(count, 200);
  console.log(`${inFlight} in flight: ${Math.round((200 / (performance.now() - began)) * 1000)} commands/s`);
  console.log(`daemon memory: ${idle} MB idle, ${await memory()} MB with ${count + 200} endpoints`);
} finally {
  await daemon.stop();
  rmSync(stateDir, { recursive: true });
}

/** One atomic command of three verbs; the two networks fill up alike. */
async function connect(n: number): Promise<HistorySummary> {
  const network = n % 2 === 0 ? "left" : "right";
  const commands = [
    { type: "sandbox.create", name: `box-${n}` },
    { type: "endpoint.create", network, name: `box-${n}` },
    { type: "endpoint.join", endpoint: `${network}/box-${n}`, sandbox: `box-${n}` },
  ];
  return (await daemon.admin<{ entry: HistorySummary }>("mutation", "topology.change", { commands })).entry;
}

async function together(from: number, count: number): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < from + count) await connect(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

async function kernelMs(seq: number): Promise<number> {
  const { steps } = await daemon.admin<HistoryEntry>("query", "history.show", { seq });
  return steps.reduce((sum, step) => sum + step.durationUs, 0) / 1000;
}

/** The same join by hand: what history recorded of the last one, under other names, run by a shell. */
async function shellScript(seq: number): Promise<number[]> {
  const { steps } = await daemon.admin<HistoryEntry>("query", "history.show", { seq });
  const [, namespace = ""] = /ip netns add (\S+)/.exec(steps.map((step) => step.command).join("\n")) ?? [];
  const [, veth = ""] = /ip link add name (pbv\S+)/.exec(steps.map((step) => step.command).join("\n")) ?? [];
  return Array.from({ length: shellRounds }, (_, round) => {
    const script = steps
      .map(({ command }) => command.replaceAll(namespace, `bench-${round}`).replaceAll(veth, `bench${round}`))
      .join("\n");
    const began = performance.now();
    execFileSync("sh", ["-ec", script], { stdio: ["ignore", "ignore", "inherit"] });
    const took = performance.now() - began;
    execFileSync("ip", ["link", "del", `bench${round}`]);
    execFileSync("ip", ["netns", "del", `bench-${round}`]);
    return took;
  });
}

async function memory(): Promise<number> {
  const { rssBytes } = await daemon.admin<{ rssBytes: number }>("query", "system.status");
  return Math.round(rssBytes / 1e6);
}

function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

function ms(values: number[], percent: number): string {
  return `${percentile(values, percent).toFixed(2)}`;
}
