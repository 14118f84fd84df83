/**
 * Publishing one port on a live endpoint, and taking it back, when 10 and when 900 endpoints publish one each; 1,000 ports as
 * one range; and how long a connection from outside takes through 1,000 published ports beside none. Only in private
 * namespaces: `node scripts/bench.mjs` makes them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HistorySummary } from "#cnm/history.ts";
import { Daemon } from "../test/daemon.ts";
import { notPrivate } from "../test/private.ts";

const levels = [10, 900];
const rounds = 40;
const connections = 400;

const reason = notPrivate();
if (reason) throw new Error(`not here: ${reason}; use npm run bench`);
const stateDir = mkdtempSync(join(tmpdir(), "patchbay-bench-"));
const daemon = await Daemon.start({ rootNetns: "/proc/self/ns/net", netnsDir: "/run/netns", stateDir });
try {
  await daemon.admin("mutation", "network.create", { name: "web" });
  const direct = await throughput(await ownServer());
  let count = 0;
  let first = 0;
  console.log(`${"endpoints".padStart(9)}  publish p50    p95  unpublish p50    p95  against the first`);
  for (const level of levels) {
    for (; count < level; count++) await endpoint(count);
    const publish: number[] = [];
    const unpublish: number[] = [];
    for (let round = 0; round < rounds; round++) {
      publish.push(await timed(() => update(0, ["10000:80", `${30_000 + round}:81`])));
      unpublish.push(await timed(() => update(0, ["10000:80"])));
    }
    first ||= percentile(publish, 50);
    const cells = [
      ms(publish, 50).padStart(12),
      ms(publish, 95).padStart(6),
      ms(unpublish, 50).padStart(14),
      ms(unpublish, 95).padStart(6),
    ];
    console.log(
      `${String(count).padStart(9)}  ${cells.join(" ")} ${(percentile(publish, 50) / first).toFixed(2).padStart(18)}`,
    );
  }
  const range = await timed(() => update(1, ["10001:80", "40000-40999:9000-9999"]));
  const rules = execFileSync("iptables-save", { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("40000:40999")).length;
  console.log(`1,000 ports as a range: ${range.toFixed(1)} ms, ${rules} rule`);
  const published = await throughput(await ownServer());
  console.log(
    `connections to the host itself, a port that is not published: ${Math.round(direct)}/s with none published, ${Math.round(published)}/s with ${count} publications (${(published / direct).toFixed(2)})`,
  );
} finally {
  await daemon.stop();
  rmSync(stateDir, { recursive: true });
}

async function endpoint(n: number): Promise<void> {
  const commands = [
    { type: "sandbox.create", name: `box-${n}` },
    { type: "endpoint.create", network: "web", name: `box-${n}`, publish: [`${10_000 + n}:80`] },
    { type: "endpoint.join", endpoint: `web/box-${n}`, sandbox: `box-${n}` },
  ];
  await daemon.admin("mutation", "topology.change", { commands });
}

async function update(n: number, publish: string[]): Promise<void> {
  await daemon.admin<{ entry: HistorySummary }>("mutation", "endpoint.update", { endpoint: `web/box-${n}`, publish });
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** A server of the host's own: every connection to it passes all the rules of the publications. */
function ownServer(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.end());
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
    server.unref();
  });
}

/** Connections per second, one after the other. */
async function throughput(port: number): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < connections; i++)
    await new Promise((resolve) => dial({ host: "127.0.0.1", port }).on("close", resolve).resume());
  return (connections / (performance.now() - began)) * 1000;
}

function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

function ms(values: number[], percent: number): string {
  return `${percentile(values, percent).toFixed(2)}`;
}
