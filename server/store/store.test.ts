import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Change } from "#cnm/topology.ts";
import { type OpenStore, openStore } from "./open.ts";
import { applied, created, endpoint, entry, failed, idOf, network, sandbox } from "./store-samples.ts";

let folder: string;
let store: OpenStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "patchbay-store-"));
  store = await openStore(join(folder, "patchbay.db"));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

async function reopen(): Promise<void> {
  await store.close();
  store = await openStore(join(folder, "patchbay.db"));
}

async function change(changes: Change[]): Promise<void> {
  const { seq } = await store.begin(entry(changes));
  await store.finish(seq, applied);
}

const base = [created(network(1)), created(sandbox(2)), created(endpoint(1002))];

test("a new store is empty", async () => {
  expect(await store.loadTopology()).toEqual({ networks: {}, sandboxes: {}, endpoints: {} });
  expect(await store.lastSeq()).toBe(0);
  expect(await store.verifyHistory()).toEqual({ ok: true, rows: 0, firstBad: null, reason: null });
});

test("every kind of object comes back as it was stored", async () => {
  const networks = [
    network(1),
    network(3, { driver: "null", options: {}, pools: [], predefined: true }),
    network(4, { driver: "host", options: {}, pools: [] }),
  ];
  const loose = endpoint(1009, { ipv4: null, ipv6: null, mac: null, aliases: [], attachment: null });
  const hostSide = [1010, 1011].map((number) =>
    endpoint(number, { ipv4: null, ipv6: null, mac: null, attachment: { sandboxId: idOf(2), interfaceName: "" } }),
  );
  const adopted = { source: { kind: "path" as const, path: "/run/netns/x" }, cookie: "4711", bootId: "b" };
  const sandboxes = [
    sandbox(2),
    sandbox(5, { mode: "host", managed: false, labels: { a: "b" } }),
    sandbox(6, { mode: "adopted", origin: { ...adopted, foreign: { interfaces: ["lo"], routes: ["0.0.0.0/0"] } } }),
  ];
  await change([...networks, ...sandboxes, endpoint(1002), loose, ...hostSide].map(created));
  await reopen();
  const topology = await store.loadTopology();
  expect(Object.values(topology.networks)).toEqual(networks);
  expect(Object.values(topology.sandboxes)).toEqual(sandboxes);
  expect(Object.values(topology.endpoints)).toEqual([endpoint(1002), loose, ...hostSide]);
});

test("begin stores the intent and a pending row, finish adds the outcome", async () => {
  const begun = await store.begin(entry(base, { requestId: "r1" }));
  expect(begun).toMatchObject({ seq: 1, outcome: "pending", durationMs: null, error: null });
  await reopen();
  expect(await store.pendingEntries()).toMatchObject([{ seq: 1, changes: base, steps: [] }]);
  expect(await store.finish(1, applied)).toMatchObject({ seq: 1, outcome: "applied", durationMs: 1.25 });
  expect(await store.pendingEntries()).toEqual([]);
  const shown = await store.showHistory(1);
  expect(shown).toMatchObject({ ...entry(base), steps: applied.steps, outcome: "applied" });
  expect(shown?.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await store.findByRequestId("r1")).toMatchObject({ seq: 1 });
  expect(await store.showHistory(2)).toBeNull();
  await expect(store.finish(1, applied)).rejects.toMatchObject({ code: "CONFLICT" });
});

test("finish with revert takes the changes back, of creations, updates and deletions", async () => {
  await change(base);
  const before = await store.loadTopology();
  const joined = endpoint(1002);
  const { seq } = await store.begin(
    entry([
      { kind: "endpoint", id: joined.id, before: joined, after: null },
      { kind: "sandbox", id: idOf(2), before: sandbox(2), after: sandbox(2, { name: "renamed" }) },
      created(sandbox(7)),
    ]),
  );
  expect(Object.keys((await store.loadTopology()).endpoints)).toEqual([]);
  expect(await store.finish(seq, failed, { revert: true })).toMatchObject({ outcome: "failed", error: failed.error });
  expect(await store.loadTopology()).toEqual(before);
  expect(await store.showHistory(seq)).toMatchObject({
    undoSteps: failed.undoSteps,
    errorDetails: failed.errorDetails,
  });
});

test("a network that endpoints refer to can be updated", async () => {
  await change(base);
  const after = network(1, { labels: {} });
  await change([{ kind: "network", id: idOf(1), before: network(1), after } as Change]);
  expect((await store.loadTopology()).networks[idOf(1)]).toEqual(after);
});

test("one change may hand a name and an address on", async () => {
  await change(base);
  const successor = endpoint(1003, { name: "EP-1002", ipv4: endpoint(1002).ipv4, attachment: null });
  await change([
    created(successor),
    { kind: "endpoint", id: idOf(1002), before: endpoint(1002), after: null },
    { kind: "sandbox", id: idOf(2), before: sandbox(2), after: sandbox(2, { name: "box-3" }) },
    created(sandbox(3, { name: "box-2" })),
  ]);
  expect(Object.values((await store.loadTopology()).endpoints)).toEqual([successor]);
});

const twins = {
  "network name": created(network(3, { name: "NET-1" })),
  "sandbox name": created(sandbox(3, { name: "Box-2" })),
  "endpoint name": created(endpoint(1003, { name: "EP-1002", attachment: null })),
  "IPv4 address": created(endpoint(1003, { ipv4: endpoint(1002).ipv4, attachment: null })),
  "IPv6 address": created(endpoint(1003, { ipv6: endpoint(1002).ipv6, attachment: null })),
  "MAC address": created(endpoint(1003, { mac: endpoint(1002).mac, attachment: null })),
  "interface name": created(endpoint(1003, { attachment: { sandboxId: idOf(2), interfaceName: "eth0" } })),
  "missing sandbox": created(endpoint(1003)),
};
test.each(Object.entries(twins))("a second %s is a conflict and changes nothing", async (_, twin) => {
  await change(base);
  const before = await store.loadTopology();
  await expect(store.begin(entry([twin]))).rejects.toMatchObject({ name: "CnmError", code: "CONFLICT" });
  expect(await store.loadTopology()).toEqual(before);
  expect(await store.lastSeq()).toBe(1);
  await change([created(sandbox(9))]);
  expect(await store.verifyHistory()).toMatchObject({ ok: true, rows: 2 });
});

test("a request id is taken once", async () => {
  await store.begin(entry([], { requestId: "again" }));
  await expect(store.record(entry([], { requestId: "again" }), applied)).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await store.findByRequestId("never")).toBeNull();
});

test("many at once: every row gets its own number and the chain holds", async () => {
  const rows = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      index % 2 ? store.record(entry([]), applied) : store.begin(entry([created(sandbox(100 + index))])),
    ),
  );
  expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  await Promise.all((await store.pendingEntries()).map((row) => store.finish(row.seq, applied)));
  expect(await store.verifyHistory()).toMatchObject({ ok: true, rows: 40 });
});

test("hostile texts are kept as they are", async () => {
  const text = "'; DROP TABLE HistoryEntry; --\n\u0000\u001b[31m\u202e<img src=x onerror=alert(1)> 😀";
  await store.record(entry([], { summary: text, source: `${text}\ud800` }), { ...failed, error: text });
  await reopen();
  expect(await store.showHistory(1)).toMatchObject({ summary: text, source: `${text}\ufffd`, error: text });
  expect(await store.verifyHistory()).toMatchObject({ ok: true });
});

test("cards move, and others stay where they are", async () => {
  await store.saveLayout({ [idOf(1)]: { x: 1.5, y: -2 }, [idOf(2)]: { x: 0, y: 0 } });
  await store.saveLayout({ [idOf(2)]: { x: 7, y: 8 } });
  await store.saveLayout({});
  expect(await store.loadLayout()).toEqual({ [idOf(1)]: { x: 1.5, y: -2 }, [idOf(2)]: { x: 7, y: 8 } });
});

test("health tells how durable the file is", async () => {
  expect(await store.health()).toMatchObject({ journalMode: "wal", synchronous: 2 });
  expect((await store.health()).sizeBytes).toBeGreaterThan(4096);
});
