/**
 * The kernel's part of a join (namespace, lo, veth, two sysctls, address, bridge port, default route), three ways in the same
 * run: `apply` through the kernel worker, the same system calls in a tight loop without it, and the rendered plan as a shell
 * script of ip commands. With 10, 100, 500 and 1000 endpoints already there, on two bridges.
 *
 * Only in private namespaces: `node scripts/bench.mjs` makes them.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { type Kernel, openKernel } from "#server/kernel/kernel.ts";
import { linkGroup, protocol } from "#server/kernel/names.ts";
import { replaceAddress } from "#server/kernel/netlink/address.ts";
import { addVeth, decodeLink, getLink, setLink } from "#server/kernel/netlink/link.ts";
import { replaceRoute } from "#server/kernel/netlink/route.ts";
import { NetlinkSocket } from "#server/kernel/netlink/socket.ts";
import { addNamespace } from "#server/kernel/netns.ts";
import {
  bridge,
  bridgeObjects,
  endpointObjects,
  hostEnd,
  sandboxNs,
  sandboxObjects,
} from "#server/kernel/objects.fixture.ts";
import type { KernelObject } from "#server/kernel/objects.ts";
import { close, inNamespace } from "#server/kernel/sys.ts";
import { filesOf } from "../test/files.ts";
import { notPrivate } from "../test/private.ts";

const netnsDir = "/run/netns";
const bridges = [bridge, `${bridge.slice(0, -1)}2`];
const levels = [10, 100, 500, 1000];
const rounds = 40;
const shellRounds = 5;

/** In pairs, so that ways that take turns fill both bridges alike. */
const bridgeOf = (n: number): string => bridges[(n >> 1) % bridges.length] ?? bridge;
const mac = "02:42:ac:1e:00:02";

/** An IPv4 endpoint: IPv6 is off at both ends, as the bridge driver has it. */
function joinObjects(n: number): KernelObject[] {
  const peer = { ns: sandboxNs(n), name: "eth0", mac, mtu: 1500, up: true };
  const only4 = endpointObjects(n, { master: bridgeOf(n), peer }).filter((object) => !isIpv6(object));
  const off = { kind: "sysctl", ns: sandboxNs(n), name: "net/ipv6/conf/eth0/disable_ipv6", value: "1" } as const;
  return [...sandboxObjects(n), ...only4, off];
}

function isIpv6(object: KernelObject): boolean {
  if (object.kind === "route") return object.family === 6;
  return object.kind === "address" ? object.address.includes(":") : object.kind === "sysctl" && object.ns !== "";
}

async function apply(kernel: Kernel, want: KernelObject[], have: KernelObject[]): Promise<void> {
  const failed = (await kernel.apply(kernel.plan(want, have))).find(({ outcome }) => outcome !== "done");
  if (failed) throw new Error(`${failed.command}: ${failed.error?.text ?? failed.outcome}`);
}

/** The same calls in the same order, everything known beforehand. */
function rawJoin(n: number, host: NetlinkSocket, master: number): void {
  const fd = addNamespace(`${netnsDir}/${sandboxNs(n)}`);
  const socket = inNamespace(fd, () => new NetlinkSocket());
  socket.request(setLink("lo", { up: true, alias: `patchbay sandbox ${n}` }));
  const own = { name: hostEnd(n), group: linkGroup, mtu: 1500 };
  const [echo] = host.request(addVeth({ ...own, peer: { name: "eth0", mac, mtu: 1500, netnsFd: fd } }));
  if (!echo) throw new Error("no echo");
  const { index } = decodeLink(echo).peer;
  writeFileSync(`/proc/sys/net/ipv6/conf/${hostEnd(n)}/disable_ipv6`, "1");
  inNamespace(fd, () => writeFileSync("/proc/sys/net/ipv6/conf/eth0/disable_ipv6", "1"));
  socket.request(replaceAddress(index, `172.30.${(n + 1) >> 8}.${(n + 1) & 255}/16`, protocol));
  host.request(setLink(hostEnd(n), { alias: `patchbay endpoint web/${n}`, master, up: true }));
  socket.request(setLink("eth0", { up: true }));
  socket.request(replaceRoute({ family: 4, dst: "default", via: "172.30.0.1", index }, protocol));
  socket.close();
  close(fd);
}

function indexOf(host: NetlinkSocket, name: string): number {
  const [payload] = host.request(getLink(name));
  if (!payload) throw new Error(`no ${name}`);
  return decodeLink(payload).index;
}

async function timed(work: () => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function quantile(times: number[], q: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * q)] ?? 0;
}

/** The next endpoints after `level`, made with and without the worker in turn, so that a busy moment hits both alike. */
async function measure(kernel: Kernel, host: NetlinkSocket, level: number): Promise<number> {
  const masters = new Map(bridges.map((name) => [name, indexOf(host, name)]));
  const join = {
    raw: (n: number) => rawJoin(n, host, masters.get(bridgeOf(n)) ?? 0),
    worker: (n: number) => apply(kernel, joinObjects(n), []),
    shell: (n: number) => execFileSync("sh", ["-ec", kernel.plan(joinObjects(n), []).map(kernel.render).join("\n")]),
  };
  const times: Record<keyof typeof join, number[]> = { raw: [], worker: [], shell: [] };
  let next = level;
  const run = async (way: keyof typeof join) => {
    const n = next++;
    times[way].push(await timed(() => join[way](n)));
  };
  for (let round = 0; round < rounds; round++) {
    await run("raw");
    await run("worker");
  }
  for (let round = 0; round < shellRounds; round++) await run("shell");
  const base = quantile(times.raw, 0.5);
  for (const way of ["raw", "worker", "shell"] as const) {
    const [p50, p95] = [quantile(times[way], 0.5), quantile(times[way], 0.95)];
    const cells = [String(level), way, p50.toFixed(2), p95.toFixed(2), (p50 / base).toFixed(2)];
    console.log(cells.map((cell) => cell.padStart(10)).join(""));
  }
  return next;
}

const reason = notPrivate();
if (reason) throw new Error(`the benchmark makes and deletes links: ${reason}`);

const kernel = await openKernel({ rootNetns: null, netnsDir, ...filesOf(null) });
const host = new NetlinkSocket();
for (const name of bridges) await apply(kernel, bridgeObjects({ name }).slice(0, 3), []);
console.log(["endpoints", "way", "p50 ms", "p95 ms", "x raw"].map((cell) => cell.padStart(10)).join(""));
let count = 1;
for (const level of levels) {
  for (; count < level; count++) await apply(kernel, joinObjects(count), []);
  count = await measure(kernel, host, level);
}
console.log(
  `memory of this process with ${count - 1} endpoints: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`,
);
host.close();
await kernel.close();
