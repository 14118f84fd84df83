import { expect } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { findEndpoint, findSandbox } from "#cnm/lookup.ts";
import { namespaceName, vethName } from "#server/kernel/names.ts";
import { pings, run, test } from "./netns.ts";
import { type Patchbay, withPatchbay } from "./with-patchbay.ts";
import { exchanges } from "./sandbox-traffic.ts";

const wire: CommandDraft = {
  type: "network.create",
  name: "wire",
  driver: "ptp",
  pools: [{ subnet: "10.1.1.0/30" }, { subnet: "fd00:1::/64" }],
};
const end = (sandbox: string, network = "wire"): CommandDraft[] => [
  { type: "endpoint.create", network, name: sandbox },
  { type: "endpoint.join", endpoint: `${network}/${sandbox}`, sandbox },
];
const sandboxes: CommandDraft[] = ["a", "b"].map((name) => ({ type: "sandbox.create", name }));
const hostSandbox: CommandDraft = { type: "sandbox.create", name: "machine", mode: "host" };

const nsOf = ({ controller }: Patchbay, name: string) => namespaceName(findSandbox(controller.topology, name).id);
/** What ip(8) says without what differs from run to run. */
const shown = (...args: string[]): string[] =>
  run("ip", ...args)
    .split("\n")
    .map((line) => line.replace(/ (linkdown|pref medium)/g, "").trim())
    .filter((line) => line !== "");

test("the recipe: two sandboxes, one address each, a route to the other's, and no bridge", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    await patchbay.apply(wire, ...sandboxes, ...end("a"), ...end("b"));
    expect(await patchbay.missing()).toEqual([]);
    const [a, b] = [nsOf(patchbay, "a"), nsOf(patchbay, "b")];
    expect(shown("-n", a, "-br", "addr", "show", "dev", "eth0")[0]).toMatch(
      /^eth0@if\d+ +UP +10\.1\.1\.1\/32 fd00:1::1\/128 fe80:/,
    );
    expect(shown("-n", a, "route")).toEqual(["10.1.1.2 dev eth0 proto 80 scope link"]);
    expect(shown("-n", b, "route")).toEqual(["10.1.1.1 dev eth0 proto 80 scope link"]);
    expect(shown("-n", a, "-6", "route", "show", "proto", "80")).toEqual(["fd00:1::2 dev eth0 metric 1024"]);
    expect(shown("-n", b, "-6", "route", "show", "proto", "80")).toEqual(["fd00:1::1 dev eth0 metric 1024"]);
    expect(host.links("link").map(({ ifname }) => ifname)).toEqual(["lo"]);
    for (const [ns, other] of [
      [a, 2],
      [b, 1],
    ] as const)
      for (const address of [`10.1.1.${other}`, `fd00:1::${other}`]) expect(pings(ns, address)).toBe(true);
    expect(await exchanges(a, b, "10.1.1.2")).toBe("tcp udp");
    expect(await exchanges(b, a, "fd00:1::1")).toBe("tcp udp");
    expect(pings(host.name, "10.1.1.1")).toBe(false);
  });
});

test("a sandbox and the host, beside a bridge whose default route stays", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    const web: CommandDraft = { type: "network.create", name: "web", pools: [{ subnet: "10.2.0.0/24" }] };
    await patchbay.apply(wire, web, ...sandboxes, hostSandbox, ...end("a", "web"), ...end("b", "web"));
    const a = nsOf(patchbay, "a");
    const before = shown("-n", a, "route");
    expect(before[0]).toBe("default via 10.2.0.1 dev eth0 proto 80");
    await patchbay.apply(...end("a"), ...end("machine"));
    const { topology } = patchbay.controller;
    const dev = vethName(findEndpoint(topology, "wire/machine").id);
    expect(findEndpoint(topology, "wire/machine").attachment?.interfaceName).toBe(dev);
    expect(findEndpoint(topology, "wire/a").attachment?.interfaceName).toBe("eth1");
    expect(shown("-n", a, "route")).toEqual([before[0], "10.1.1.2 dev eth1 proto 80 scope link", ...before.slice(1)]);
    expect(shown("-n", host.name, "route", "show", "dev", dev)).toEqual(["10.1.1.1 proto 80 scope link"]);
    for (const address of ["10.1.1.2", "fd00:1::2", "10.2.0.1"]) expect(pings(a, address)).toBe(true);
    for (const address of ["10.1.1.1", "fd00:1::1"]) expect(pings(host.name, address)).toBe(true);
    expect(await patchbay.missing()).toEqual([]);
    expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
    await patchbay.apply({ type: "endpoint.leave", endpoint: "wire/machine" });
    expect(shown("-n", a, "route")).toEqual(before);
    expect(host.links("link").map(({ ifname }) => ifname)).not.toContain(dev);
  });
});

test("a route may lead through the other end, as soon as it is there", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    await patchbay.apply(wire, ...sandboxes, ...end("a"));
    await patchbay.apply({ type: "endpoint.update", endpoint: "wire/a", routes: ["10.9.0.0/16 via 10.1.1.2"] });
    const a = nsOf(patchbay, "a");
    expect(shown("-n", a, "route")).toEqual([]);
    await patchbay.apply(...end("b"));
    expect(shown("-n", a, "route")).toEqual([
      "10.1.1.2 dev eth0 proto 80 scope link",
      "10.9.0.0/16 via 10.1.1.2 dev eth0 proto 80",
    ]);
    expect(await patchbay.missing()).toEqual([]);
  });
});

test("an end waits for the other, comes back after it, and moves", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    await patchbay.apply(wire, ...sandboxes, { type: "sandbox.create", name: "c" }, ...end("a"));
    const a = nsOf(patchbay, "a");
    expect(shown("-n", a, "-br", "link")).toHaveLength(1);
    await patchbay.apply(...end("b"));
    expect(pings(a, "10.1.1.2")).toBe(true);
    await patchbay.apply(
      { type: "endpoint.leave", endpoint: "wire/b" },
      { type: "endpoint.join", endpoint: "wire/b", sandbox: "c" },
    );
    expect(pings(a, "10.1.1.2")).toBe(true);
    expect(shown("-n", nsOf(patchbay, "b"), "-br", "link")).toHaveLength(1);
    await patchbay.apply({ type: "endpoint.leave", endpoint: "wire/a" });
    expect(shown("-n", nsOf(patchbay, "c"), "-br", "link")).toHaveLength(1);
    await patchbay.apply({ type: "endpoint.join", endpoint: "wire/a", sandbox: "b" });
    expect(pings(nsOf(patchbay, "b"), "10.1.1.2")).toBe(true);
    await patchbay.apply({ type: "network.update", network: "wire", options: { mtu: "1400" } });
    expect(shown("-n", nsOf(patchbay, "c"), "link", "show", "eth0")[0]).toContain("mtu 1400");
    expect(await patchbay.missing()).toEqual([]);
  });
});

test("what somebody else does to a link between sandboxes is found and put right", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    await patchbay.apply(wire, ...sandboxes, ...end("a"), ...end("b"));
    const [a, b] = [nsOf(patchbay, "a"), nsOf(patchbay, "b")];
    const damages = [
      () => run("ip", "-n", a, "link", "del", "eth0"),
      () => run("ip", "-n", b, "link", "del", "eth0"),
      () => run("ip", "-n", b, "link", "set", "eth0", "down"),
      () => run("ip", "-n", a, "addr", "flush", "dev", "eth0"),
      () => run("ip", "-n", b, "link", "set", "eth0", "netns", host.name, "name", "stolen"),
      () => {
        run("ip", "-n", b, "link", "set", "eth0", "address", "02:00:00:00:00:01");
        run("ip", "-n", a, "link", "set", "eth0", "address", "02:00:00:00:00:02");
      },
    ];
    for (const damage of damages) {
      damage();
      expect(await patchbay.missing()).not.toEqual([]);
      expect((await patchbay.restart()).repaired).toBeGreaterThan(0);
      expect(await patchbay.missing()).toEqual([]);
      expect(pings(a, "10.1.1.2") && pings(b, "fd00:1::1"), String(damage)).toBe(true);
    }
  });
});

test("a link to the host is no way for other sandboxes to its other end", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    const web: CommandDraft = { type: "network.create", name: "web", pools: [{ subnet: "10.2.0.0/24" }] };
    const back: CommandDraft = { type: "network.create", name: "back", pools: [{ subnet: "10.3.0.0/24" }] };
    await patchbay.apply(wire, web, back, ...sandboxes, hostSandbox, ...end("a", "web"), ...end("b", "back"));
    await patchbay.apply(...end("b"), ...end("machine"));
    const [a, b] = [nsOf(patchbay, "a"), nsOf(patchbay, "b")];
    expect(pings(host.name, "10.1.1.1")).toBe(true);
    expect(pings(b, "10.1.1.2")).toBe(true);
    // Both would know the way: a by its default route to the host, b back by its own.
    expect(pings(a, "10.1.1.1")).toBe(false);
    host.shell("iptables -F PATCHBAY-FORWARD");
    expect(pings(a, "10.1.1.1")).toBe(true);
    expect((await patchbay.restart()).repaired).toBeGreaterThan(0);
    expect(pings(a, "10.1.1.1")).toBe(false);
  });
});
