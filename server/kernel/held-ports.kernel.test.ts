import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { describe, expect } from "vitest";
import { type Host, test } from "../../test/netns.ts";
import type { Kernel } from "./kernel.ts";
import type { HeldPort } from "./objects.ts";

const port = (change: Partial<HeldPort> = {}): HeldPort => ({
  kind: "port",
  protocol: "tcp",
  address: "0.0.0.0",
  port: 8080,
  count: 1,
  to: { address: "172.30.0.2", port: 80 },
  ...change,
});

/** Makes the ports held those that are wanted; returns the words of what failed. */
async function reconcile(kernel: Kernel, want: HeldPort[]): Promise<string[]> {
  const records = await kernel.apply(kernel.plan(want, await kernel.observe(want, true)));
  return records.flatMap(({ error }) => (error ? `${error.errno}: ${error.text}` : []));
}

/** What a program in the host's namespace gets that wants a port: "listening", or the errno's name. */
const attempts = {
  tcp: `const s = require("net").createServer(); s.on("error", (e) => { console.log(e.code); process.exit(); });
    s.listen({ host: process.argv[1], port: Number(process.argv[2]), ipv6Only: true }, () => console.log("listening"));`,
  udp: `const v6 = process.argv[1].includes(":");
    const s = require("dgram").createSocket({ type: v6 ? "udp6" : "udp4", reuseAddr: true, ipv6Only: v6 });
    s.on("error", (e) => { console.log(e.code); process.exit(); });
    s.bind(Number(process.argv[2]), process.argv[1], () => console.log("listening"));`,
};

interface Wish {
  protocol: "tcp" | "udp";
  address: string;
  port: number;
}

const command = (host: Host, { protocol, address, port }: Wish): string[] => {
  return [`--net=${host.path}`, process.execPath, "-e", attempts[protocol], address, String(port)];
};

async function program(host: Host, wish: Wish): Promise<ChildProcess> {
  const child = spawn("nsenter", command(host, wish), { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout!, "data");
  expect(String(said)).toBe("listening\n");
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill();
  await once(child, "exit");
}

function outcome(host: Host, wish: Wish): string {
  const stop = `;setTimeout(() => process.exit(), 200);`;
  const args = command(host, wish).map((arg) => (arg === attempts[wish.protocol] ? arg + stop : arg));
  return spawnSync("nsenter", args, { encoding: "utf8" }).stdout.trim();
}

const descriptors = (): number => readdirSync("/proc/self/fd").length;

describe("a held port", () => {
  test.for(["tcp", "udp"] as const)("is nobody else's until it is released: %s", async (protocol, { host }) => {
    const kernel = await host.kernel();
    const before = descriptors();
    for (const address of ["0.0.0.0", "::"]) {
      expect(await reconcile(kernel, [port({ protocol, address })])).toEqual([]);
      expect(outcome(host, { protocol, address, port: 8080 })).toBe("EADDRINUSE");
      const specific = address === "::" ? "::1" : "127.0.0.1";
      expect(outcome(host, { protocol, address: specific, port: 8080 })).toBe("EADDRINUSE");
      expect(outcome(host, { protocol, address: specific, port: 8081 })).toBe("listening");
      expect(await reconcile(kernel, [])).toEqual([]);
      expect(outcome(host, { protocol, address, port: 8080 })).toBe("listening");
    }
    expect(descriptors()).toBe(before);
  });

  test("one address leaves the others free", async ({ host }) => {
    const kernel = await host.kernel();
    await reconcile(kernel, [port({ address: "127.0.0.1" })]);
    expect(outcome(host, { protocol: "tcp", address: "127.0.0.2", port: 8080 })).toBe("listening");
    expect(outcome(host, { protocol: "tcp", address: "::", port: 8080 })).toBe("listening");
  });

  test("the same number for both families and both protocols", async ({ host }) => {
    const kernel = await host.kernel();
    const want = (["tcp", "udp"] as const).flatMap((protocol) => [
      port({ protocol }),
      port({ protocol, address: "::", to: { address: "fd00:30::2", port: 80 } }),
    ]);
    expect(await reconcile(kernel, want)).toEqual([]);
    expect(await kernel.observe([], true)).toEqual(want);
    expect(await kernel.observe([{ kind: "netns", name: "pb-000000000001" }], false)).toEqual([]);
    expect(kernel.plan(want, await kernel.observe(want, false))).toEqual([]);
  });

  test("a protocol that this kernel has not is held in name", async ({ host }) => {
    const kernel = await host.kernel();
    const want = [port({ protocol: "sctp" })];
    expect(await reconcile(kernel, want)).toEqual([]);
    expect(kernel.plan(want, await kernel.observe(want, false))).toEqual([]);
  });

  test("what is no longer held is absent when it is released", async ({ host }) => {
    const kernel = await host.kernel();
    const records = await kernel.apply(kernel.plan([], [port()]));
    expect(records.map(({ outcome }) => outcome)).toEqual(["absent", "done"]);
  });

  test("a daemon that starts again holds nothing, and holds again what is wanted", async ({ host }) => {
    const first = await host.kernel();
    const want = [port(), port({ protocol: "udp", count: 10 })];
    await reconcile(first, want);
    await first.close();
    expect(outcome(host, { protocol: "tcp", address: "0.0.0.0", port: 8080 })).toBe("listening");
    const second = await host.kernel();
    expect(await second.observe([], true)).toEqual([]);
    expect(await reconcile(second, want)).toEqual([]);
    expect(outcome(host, { protocol: "tcp", address: "0.0.0.0", port: 8080 })).toBe("EADDRINUSE");
  });
});

describe("a range", () => {
  test("of a thousand ports", async ({ host }) => {
    const kernel = await host.kernel();
    const before = descriptors();
    expect(await reconcile(kernel, [port({ port: 20_000, count: 1000 })])).toEqual([]);
    expect(descriptors()).toBe(before + 1000);
    expect(outcome(host, { protocol: "tcp", address: "127.0.0.1", port: 20_999 })).toBe("EADDRINUSE");
    expect(await reconcile(kernel, [])).toEqual([]);
    expect(descriptors()).toBe(before);
  });

  test("is held wholly or not at all", async ({ host }) => {
    const kernel = await host.kernel();
    const wish = { protocol: "udp", address: "127.0.0.1", port: 8085 } as const;
    const child = await program(host, wish);
    const before = descriptors();
    const want = [port({ protocol: "udp", count: 10 })];
    expect(await reconcile(kernel, want)).toEqual([expect.stringMatching(/^EADDRINUSE: udp 0\.0\.0\.0:8085 /)]);
    expect(descriptors()).toBe(before);
    expect(await kernel.observe(want, false)).toEqual([]);
    await end(child);
    expect(await reconcile(kernel, want)).toEqual([]);
  });

  test.for(["tcp", "udp"] as const)("that grows, shrinks or moves keeps what stays: %s", async (protocol, { host }) => {
    const kernel = await host.kernel();
    const stages = [
      port({ protocol, count: 2 }),
      port({ protocol, count: 4 }),
      port({ protocol, address: "127.0.0.1" }),
      port({ protocol }),
    ];
    const before = descriptors();
    for (const want of stages) {
      const all = kernel.plan([want], await kernel.observe([want], true));
      expect((await kernel.apply(all)).map(({ outcome }) => outcome)).toEqual(all.map(() => "done"));
      expect(await kernel.observe([want], true)).toEqual([want]);
      expect(descriptors()).toBe(before + want.count);
      expect(outcome(host, { protocol, address: "127.0.0.1", port: 8080 })).toBe("EADDRINUSE");
    }
  });
});

describe("what is refused", () => {
  test.for([
    { theirs: "0.0.0.0", ours: "0.0.0.0", said: "0.0.0.0" },
    { theirs: "127.0.0.1", ours: "0.0.0.0", said: "0.0.0.0" },
    { theirs: "0.0.0.0", ours: "127.0.0.1", said: "127.0.0.1" },
    { theirs: "::1", ours: "::", said: "[::]" },
  ])("names the program that listens at $theirs where $ours is wanted", async ({ theirs, ours, said }, { host }) => {
    const kernel = await host.kernel();
    for (const protocol of ["tcp", "udp"] as const) {
      const child = await program(host, { protocol, address: theirs, port: 8080 });
      const [failure] = await reconcile(kernel, [port({ protocol, address: ours })]);
      expect(failure).toMatch(/ is in use by \S+ \(pid \d+\)$/);
      expect(failure?.startsWith(`EADDRINUSE: ${protocol} ${said}:8080 is in use by `)).toBe(true);
      expect(failure?.endsWith(` (pid ${child.pid})`)).toBe(true);
      await end(child);
    }
  });

  test("another daemon is another program", async ({ host }) => {
    const [one, other] = [await host.kernel(), await host.kernel()];
    await reconcile(one, [port({ protocol: "udp" })]);
    expect(await reconcile(other, [port({ protocol: "udp" })])).toEqual([
      expect.stringMatching(`^EADDRINUSE: udp 0.0.0.0:8080 is in use by .+ \\(pid ${process.pid}\\)$`),
    ]);
  });

  test("an address that the host has not", async ({ host }) => {
    const kernel = await host.kernel();
    expect(await reconcile(kernel, [port({ address: "10.9.8.7" })])).toEqual([
      "EADDRNOTAVAIL: no interface of this host has the address 10.9.8.7",
    ]);
  });
});

test("facts: listeners and UDP sockets of others, not what the daemon holds", async ({ host }) => {
  const kernel = await host.kernel();
  const children = [
    await program(host, { protocol: "tcp", address: "127.0.0.1", port: 8081 }),
    await program(host, { protocol: "udp", address: "::1", port: 8082 }),
  ];
  await reconcile(kernel, [port(), port({ protocol: "udp" })]);
  expect((await kernel.facts()).portsInUse).toEqual([
    { protocol: "tcp", address: "127.0.0.1", port: 8081 },
    { protocol: "udp", address: "::1", port: 8082 },
  ]);
  for (const child of children) await end(child);
});
