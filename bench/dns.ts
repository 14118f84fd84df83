/**
 * The resolver from inside a sandbox beside dnsmasq in the same namespace and the same run, one after the other and in turns: questions
 * per second and their times, 1 and 50 in flight, 10 and 1,000 names. And 1,000 sandboxes with a resolver each: memory, and the time
 * until all of them answer. Only in private namespaces: `node scripts/bench.mjs` makes them.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { HostRecord } from "#cnm/dns.ts";
import { openDns } from "#server/dns/dns.ts";
import { openKernel } from "#server/kernel/kernel.ts";
import { namespaceName } from "#server/kernel/names.ts";
import type { KernelObject } from "#server/kernel/objects.ts";
import { filesOf } from "../test/files.ts";
import { notPrivate } from "../test/private.ts";

const rounds = 3;
const seconds = 2;
const most = 1000;
const load = fileURLToPath(new URL("./dns-load.ts", import.meta.url));

const reason = notPrivate();
if (reason) throw new Error(`not here: ${reason}; use npm run bench`);
const directory = mkdtempSync(join(tmpdir(), "patchbay-bench-"));
const options = { rootNetns: "/proc/self/ns/net" };
const dns = await openDns(options);
const kernel = await openKernel({ ...options, netnsDir: "/run/netns", ...filesOf(null), resolvers: dns.sockets });
const all = Array.from({ length: most }, (_, n) => sandbox(n));
try {
  const [first] = all;
  if (!first) throw new Error("no sandbox");
  await make([first]);
  await compare(first);
  await crowd(all.slice(1));
} finally {
  await kernel.apply(
    kernel.plan(
      [],
      all.flatMap(({ objects }) => objects),
    ),
  );
  await kernel.close();
  await dns.close();
  rmSync(directory, { recursive: true });
}

interface Load {
  qps: number;
  p50: number;
  p99: number;
  wrong: number;
}

function idOf(n: number): string {
  return n.toString(16).padStart(12, "0").padEnd(64, "0");
}

function sandbox(n: number) {
  const ns = namespaceName(idOf(n));
  const objects: KernelObject[] = [
    { kind: "netns", name: ns },
    { kind: "link", type: "loopback", ns, name: "lo", up: true, alias: "patchbay bench" },
    { kind: "resolver", ns },
  ];
  const record: HostRecord = {
    endpointId: idOf(n),
    networkId: idOf(0),
    names: [`n${n}`],
    ipv4: `10.8.${n >> 8}.${n & 255}`,
    ipv6: null,
    services: [],
  };
  return { ns, objects, record };
}

type Sandbox = ReturnType<typeof sandbox>;

async function make(sandboxes: readonly Sandbox[]): Promise<void> {
  const steps = await kernel.apply(
    kernel.plan(
      sandboxes.flatMap(({ objects }) => objects),
      [],
    ),
  );
  const failed = steps.find(({ outcome }) => outcome === "failed");
  if (failed) throw new Error(`${failed.command}: ${failed.error?.text}`);
  await dns.update({
    records: all.map(({ record }) => ({ endpointId: record.endpointId, record })),
    views: sandboxes.map(({ ns }) => ({ ns, view: viewOf(ns) })),
  });
}

function viewOf(ns: string) {
  const networks = [{ id: idOf(0), name: "web" }];
  return { sandboxId: ns, networks, servers: null, internal: false, dotless: "forward" as const };
}

async function compare({ ns }: Sandbox): Promise<void> {
  const peer = await dnsmasq(ns);
  if (!peer) console.log("dnsmasq is not installed (apt install dnsmasq-base): nothing to compare with");
  console.log("in flight  names   patchbay q/s   p50   p99   dnsmasq q/s   p50   p99   ratio");
  for (const inFlight of [1, 50])
    for (const names of [10, most]) {
      const ours: Load[] = [];
      const theirs: Load[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await measure(ns, "127.0.0.11", { inFlight, names }));
        if (peer) theirs.push(await measure(ns, "127.0.0.1", { inFlight, names }));
      }
      const [mine, other] = [median(ours), median(theirs)];
      const ratio = mine && other ? (mine.qps / other.qps).toFixed(2) : "-";
      console.log(`${cell(inFlight, 9)} ${cell(names, 6)} ${row(mine, 14)} ${row(other, 13)} ${cell(ratio, 7)}`);
    }
  peer?.kill();
}

function cell(text: unknown, width: number): string {
  return String(text).padStart(width);
}

function row(load: Load | undefined, width: number): string {
  return `${cell(load?.qps ?? "-", width)} ${cell(load?.p50 ?? "-", 5)} ${cell(load?.p99 ?? "-", 5)}`;
}

function median(loads: Load[]): Load | undefined {
  return loads.toSorted((a, b) => a.qps - b.qps)[loads.length >> 1];
}

async function measure(ns: string, address: string, { inFlight, names }: { inFlight: number; names: number }) {
  const argv = [process.execPath, load, address, inFlight, seconds, names].map(String);
  const { stdout } = await promisify(execFile)("ip", ["netns", "exec", ns, ...argv]);
  const result: Load = JSON.parse(stdout);
  if (result.wrong > 0) throw new Error(`${address} answered ${result.wrong} questions wrongly`);
  return result;
}

/** Null if it is not installed. */
async function dnsmasq(ns: string): Promise<ChildProcess | null> {
  const hosts = join(directory, "hosts");
  writeFileSync(hosts, all.map(({ record }) => `${record.ipv4} ${record.names[0]}\n`).join(""));
  try {
    execFileSync("dnsmasq", ["--version"]);
  } catch {
    return null;
  }
  const flags = [
    "--no-resolv",
    "--no-hosts",
    `--addn-hosts=${hosts}`,
    "--listen-address=127.0.0.1",
    "--bind-interfaces",
  ];
  const child = spawn(
    "ip",
    [
      "netns",
      "exec",
      ns,
      "dnsmasq",
      "--keep-in-foreground",
      "--log-facility=-",
      "--conf-file=/dev/null",
      "--user=root",
      ...flags,
      `--cache-size=${most}`,
    ],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  // It says so when it has read the names.
  await Promise.race([once(child.stderr, "data"), once(child, "exit")]);
  return child;
}

async function crowd(sandboxes: readonly Sandbox[]): Promise<void> {
  const before = process.memoryUsage.rss();
  const began = performance.now();
  await make(sandboxes);
  const elapsed = performance.now() - began;
  const grown = (process.memoryUsage.rss() - before) / 1024;
  const last = sandboxes.at(-1);
  if (last) await measure(last.ns, "127.0.0.11", { inFlight: 1, names: most });
  console.log(
    `${sandboxes.length} more sandboxes with a resolver each: ready in ${elapsed.toFixed(0)} ms, ${(grown / sandboxes.length).toFixed(1)} KiB of memory each`,
  );
}
