import { expect } from "vitest";
import type { TopologyState } from "#cnm/events.ts";
import { Daemon } from "./daemon.ts";
import { leftOvers, netnsDir, test } from "./netns.ts";
import { inTemporaryDirectory } from "./patchbay.ts";

/** Texts that some program somewhere takes for more than a text. None is a name, an address, an option or an object here. */
const hostile = [
  "",
  " ",
  "$(touch /tmp/x)",
  "`id`",
  ";id",
  "a;b",
  '"quoted"',
  "'; DROP TABLE Network; --",
  "line\nline",
  "carriage\rreturn",
  "nul\0",
  "\u001b[2J",
  "\u202egnp.exe",
  "zero\u200bwidth",
  "😀",
  "é",
  "é",
  "-rf",
  "--help",
  "%d",
  "..",
  "../../etc/cron.d/x",
  "/etc/passwd",
  "trailing ",
  "\ud800",
  "x".repeat(64),
  "x".repeat(256),
  "x".repeat(100_000),
];
/** For names that go into files: an empty one means the usual one. */
const hostileNames = hostile.filter((text) => text !== "");
const wrongTypes: unknown[] = [null, 0, -1, 1e308, true, [], {}, ["x"], { toString: "x" }, [[[["x"]]]]];
/** Where a list, or an object without fields, is right. */
const withoutEmpty = wrongTypes.filter((value) => !["[]", "{}"].includes(JSON.stringify(value)));
const numbers = ["0", "-1", "67", "70000", "1e3", "0x50", " 1400", "1400.5", "NaN", "１４００"];

/** Every field of every procedure that changes something, with the rest of its input as it should be. */
const fields: { procedure: string; good: Record<string, unknown>; bad: Record<string, unknown[]> }[] = [
  {
    procedure: "network.create",
    good: { name: "fresh" },
    bad: {
      name: [...hostile, ...wrongTypes],
      driver: [...hostile, ...wrongTypes, "constructor", "__proto__", "null", "host"],
      pools: [
        ...[...hostile.slice(1), ...wrongTypes, "10.8.0.0/33", "10.8.0.1/24", "10.8.0.0"].map((subnet) => [{ subnet }]),
        ...[...hostile, "10.9.0.1", "10.8.0.0/24"].map((gateway) => [{ subnet: "10.8.0.0/24", gateway }]),
        ...[...hostile, "10.9.0.0/25"].map((ipRange) => [{ subnet: "10.8.0.0/24", ipRange }]),
        ...[...hostile, "10.9.0.1"].map((a) => [{ subnet: "10.8.0.0/24", auxAddresses: { a } }]),
        ...wrongTypes.slice(0, 5),
        Array(3).fill({}),
      ],
      options: [...hostile.map((key) => ({ [key]: "1" })), ...numbers.map((mtu) => ({ mtu })), { constructor: "x" }],
      labels: [{ "": "x" }, { key: "x".repeat(1025) }, { key: 1 }, "x", ["x"]],
      enableIpv6: ["yes", 1, null],
      internal: ["yes", 1, null],
      type: ["network.delete"],
      unknown: ["x"],
    },
  },
  {
    procedure: "sandbox.create",
    good: { name: "fresh" },
    bad: { name: [...hostile, ...wrongTypes], mode: [...hostile, "root"], labels: [{ "": "x" }, "x"], managed: [true] },
  },
  { procedure: "sandbox.create", good: { name: "fresh" }, bad: { hostname: wrongTypes, dns: withoutEmpty } },
  {
    procedure: "sandbox.update",
    good: { sandbox: "box" },
    bad: {
      hostname: [...hostileNames, ...wrongTypes],
      domainname: [...hostileNames, ...wrongTypes],
      extraHosts: [
        ...hostileNames.map((name) => [`${name}:10.0.0.7`]),
        ...hostile.map((address) => [`db:${address}`]),
        ...withoutEmpty,
        Array(257).fill("db:10.0.0.7"),
      ],
      dns: [
        ...hostile.flatMap((text) => [{ servers: [text] }, { options: [text] }]),
        ...hostileNames.map((text) => ({ search: [text] })),
        { servers: Array(4).fill("10.0.0.53") },
        { search: Array(33).fill("example.com") },
        { search: [".", "example.com"] },
        { server: ["10.0.0.53"] },
        ...withoutEmpty,
      ],
    },
  },
  {
    procedure: "endpoint.create",
    good: { network: "base", name: "fresh" },
    bad: {
      network: [...hostile, ...wrongTypes],
      name: [...hostile, ...wrongTypes],
      ipv4: [...hostile, ...wrongTypes, "10.77.0.0", "10.77.0.255", "10.78.0.2", "0x0a4d0002", "fd00::1"],
      ipv6: [...hostile, ...wrongTypes, "10.77.0.2", "fd00::1"],
      mac: [...hostile, ...wrongTypes, "00:00:00:00:00:00", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff"],
      aliases: [...[...hostile, ...wrongTypes].map((alias) => [alias]), "x", Array(33).fill("x")],
    },
  },
  {
    procedure: "endpoint.join",
    good: { endpoint: "base/there", sandbox: "box" },
    bad: { endpoint: [...hostile, ...wrongTypes], sandbox: [...hostile, ...wrongTypes], createSandbox: ["yes", null] },
  },
  { procedure: "endpoint.join", good: { endpoint: "base/there", createSandbox: true }, bad: { sandbox: hostile } },
  { procedure: "endpoint.leave", good: {}, bad: { endpoint: [...hostile, ...wrongTypes] } },
  { procedure: "endpoint.delete", good: {}, bad: { endpoint: [...hostile, ...wrongTypes] } },
  { procedure: "network.delete", good: {}, bad: { network: [...hostile, ...wrongTypes] } },
  { procedure: "sandbox.delete", good: {}, bad: { sandbox: [...hostile, ...wrongTypes] } },
  { procedure: "sandbox.exec", good: { program: "true" }, bad: { ref: [...hostile, ...wrongTypes] } },
  {
    procedure: "user.create",
    good: { username: "grace", password: "correct horse battery", role: "viewer" },
    bad: {
      username: [...hostile, ...wrongTypes, "ab", "x".repeat(33)],
      password: ["short", "x".repeat(129), ...wrongTypes],
      role: [...hostile, ...wrongTypes, "root"],
      banned: [false],
    },
  },
  {
    procedure: "topology.layout",
    good: {},
    bad: { positions: [...wrongTypes.slice(0, 5), { x: { x: 0, y: 0 } }, { ["a".repeat(64)]: { x: 1e9, y: 0 } }] },
  },
  {
    procedure: "topology.change",
    good: {},
    bad: {
      commands: [...wrongTypes, [null], ["x"], [{}], [{ type: "topology.apply" }], Array(5001).fill({})],
    },
  },
];

const bodies: [what: string, body: string, headers: Record<string, string>][] = [
  ["nothing", "", {}],
  ["truncated JSON", '{"name":"fre', {}],
  ["two values", '{"name":"fresh"}{"name":"more"}', {}],
  ["a deep list", "[".repeat(400_000) + "]".repeat(400_000), {}],
  ["a deep label", `{"name":"fresh","labels":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`, {}],
  ["a polluting key", '{"name":"fresh","__proto__":{"internal":true}}', {}],
  ["a polluting label", '{"name":"fresh","labels":{"__proto__":"x"}}', {}],
  ["a polluting constructor", '{"name":"fresh","constructor":{"prototype":{"internal":true}}}', {}],
  ["a form", "name=fresh", { "content-type": "application/x-www-form-urlencoded" }],
  ["plain text", '{"name":"fresh"}', { "content-type": "text/plain" }],
  ["no type", '{"name":"fresh"}', { "content-type": "" }],
  ["a broken multipart", "--x\r\nname=fresh", { "content-type": "multipart/form-data; boundary=x" }],
  ["bytes", "fresh", { "content-type": "application/octet-stream" }],
  ["a compressed body", "\u001f\u008b", { "content-encoding": "gzip" }],
];

test("whatever is wrong with an input is refused in words, and changes neither history nor kernel", {
  timeout: 120_000,
}, async ({ host }) => {
  await withDaemon(host.path, async (daemon) => {
    const before = await stateOf(daemon);
    const kernel = leftOvers(host);
    for (const { procedure, good, bad } of fields)
      for (const [field, values] of Object.entries(bad))
        for (const value of values) {
          const body = { ...good, [field]: value };
          const answer = await daemon.raw({ path: `/api/trpc/${procedure}`, method: "POST", body });
          const what = `${procedure} ${JSON.stringify(body).slice(0, 200)}: ${answer.body.slice(0, 300)}`;
          expect([400, 403, 404], what).toContain(answer.status);
          const { code, message } = JSON.parse(answer.body).error.data.cnm;
          expect(["INVALID_PARAMETER", "NOT_FOUND", "FORBIDDEN"], what).toContain(code);
          expect(message, what).toMatch(/\w+ \w+/);
        }
    const { revision, ...after } = await stateOf(daemon);
    const { entries } = await daemon.admin<{ entries: { verb: string }[] }>("query", "history.list", { limit: 50 });
    // The drivers there is only one network of are refused by a rule, and that is recorded; wrong input is not.
    const recorded = entries.slice(0, revision - before.revision).map(({ verb }) => verb);
    expect(recorded).toEqual(["network.create", "network.create"]);
    expect(after).toEqual({ topology: before.topology, layout: before.layout });
    expect(leftOvers(host)).toEqual(kernel);
  });
});

test("bodies that are none are refused, and the daemon goes on", { timeout: 120_000 }, async ({ host }) => {
  await withDaemon(host.path, async (daemon) => {
    const before = await stateOf(daemon);
    for (const [what, body, headers] of bodies) {
      const answer = await daemon.raw({ path: "/api/trpc/network.create", method: "POST", body, headers });
      expect(answer.status, `${what}: ${answer.body.slice(0, 300)}`).toBeGreaterThanOrEqual(400);
      expect(answer.status, `${what}: ${answer.body.slice(0, 300)}`).toBeLessThan(500);
    }
    const names = Array(10_000).fill("network.create").join(",");
    const batch = { path: `/api/trpc/${names}?batch=1`, method: "POST", body: {} } as const;
    expect((await daemon.raw(batch).catch(() => ({ status: 431 }))).status).toBe(431);
    const get = `/api/trpc/network.create?input=${encodeURIComponent('{"name":"fresh"}')}`;
    expect((await daemon.raw({ path: get })).status).toBe(405);
    expect(await stateOf(daemon)).toEqual(before);
  });
});

test("hostile labels are kept as they are, and a name of the prototype is only a name", async ({ host }) => {
  await withDaemon(host.path, async (daemon) => {
    const labels = Object.fromEntries(
      hostile.filter((text) => text !== "" && text.length < 128 && text !== "\ud800").map((text) => [text, text]),
    );
    for (const name of ["constructor", "toString", "hasOwnProperty"]) {
      await daemon.admin("mutation", "sandbox.create", { name, labels });
      const { sandbox } = await daemon.admin<{ sandbox: object }>("query", "sandbox.inspect", { ref: name });
      expect(sandbox).toMatchObject({ name, labels });
      await daemon.admin("mutation", "sandbox.delete", { sandbox: name });
    }
    expect(await daemon.admin("query", "history.verify")).toMatchObject({ ok: true });
  });
});

async function stateOf(daemon: Daemon) {
  const { revision, topology, layout } = await daemon.admin<TopologyState>("query", "topology.get");
  return { revision, topology, layout };
}

/** A daemon with network base, its endpoint there, and sandbox box. */
async function withDaemon(rootNetns: string, use: (daemon: Daemon) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const daemon = await Daemon.start({ rootNetns, netnsDir, stateDir });
    try {
      await daemon.admin("mutation", "network.create", { name: "base", pools: [{ subnet: "10.77.0.0/24" }] });
      await daemon.admin("mutation", "sandbox.create", { name: "box" });
      await daemon.admin("mutation", "endpoint.create", { network: "base", name: "there" });
      await use(daemon);
      await daemon.admin("mutation", "endpoint.delete", { endpoint: "base/there" });
      await daemon.admin("mutation", "sandbox.delete", { sandbox: "box" });
      await daemon.admin("mutation", "network.delete", { network: "base" });
    } finally {
      await daemon.stop();
    }
  });
}
