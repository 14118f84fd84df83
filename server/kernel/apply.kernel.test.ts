import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { describe, expect } from "vitest";
import type { StepRecord } from "#cnm/history.ts";
import { filesOf } from "../../test/files.ts";
import { type Host, netnsDir, pings, run, test } from "../../test/netns.ts";
import type { Kernel } from "./kernel.ts";
import {
  bridge,
  bridgeObjects,
  endpointObjects,
  hostEnd,
  ipv4Of,
  sandboxNs,
  sandboxObjects,
} from "./objects.fixture.ts";
import { type KernelObject, keyOf } from "./objects.ts";

const joined = (...sandboxes: number[]): KernelObject[] => [
  ...bridgeObjects(),
  ...sandboxes.flatMap((n) => [...sandboxObjects(n), ...endpointObjects(n)]),
];

/** Makes the host what is wanted, and expects every step to be done. */
async function reconcile(kernel: Kernel, want: KernelObject[]): Promise<StepRecord[]> {
  const records = await kernel.apply(kernel.plan(want, await kernel.observe(want, true)));
  expect(records.filter(({ outcome }) => outcome !== "done")).toEqual([]);
  return records;
}

const sorted = (objects: KernelObject[]): KernelObject[] => [...objects].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
const failures = (records: StepRecord[]) =>
  records.flatMap(({ command, error }) => (error ? { command, ...error } : []));

describe("apply and observe", () => {
  test("two sandboxes on a bridge reach each other at once, with IPv4 and IPv6", async ({ host }) => {
    const kernel = await host.kernel();
    await reconcile(kernel, joined(1, 2));
    for (const address of ["172.30.0.3", "fd00:30::3", "172.30.0.1", "fd00:30::1"])
      expect(pings(sandboxNs(1), address), address).toBe(true);
    const addresses = host.links("addr", "show", "scope", "global").flatMap(({ addr_info }) => addr_info ?? []);
    const tentative = addresses.filter((address) => address.tentative);
    expect(tentative).toEqual([]);
    await reconcile(kernel, []);
  });

  test("what was applied is observed, wholly or by namespace, and leaves nothing to do", async ({ host }) => {
    const kernel = await host.kernel();
    const want = joined(1, 2);
    await reconcile(kernel, want);
    const have = await kernel.observe(want, true);
    expect(sorted(have)).toEqual(sorted(want));
    const one = [...sandboxObjects(1), ...endpointObjects(1)];
    expect(sorted(await kernel.observe(one, false))).toEqual(sorted(one));
    expect(await kernel.observe([], false)).toEqual([]);
    await reconcile(kernel, []);
  });

  test("iproute2 sees what the plan said", async ({ host }) => {
    const kernel = await host.kernel();
    await reconcile(kernel, joined(1));
    const [device] = host.links("link", "show", bridge);
    expect(device).toMatchObject({
      mtu: 1500,
      address: "02:42:ac:1e:00:01",
      ifalias: "patchbay network web",
      group: "28770",
    });
    expect(host.links("link", "show", hostEnd(1))[0]).toMatchObject({
      master: bridge,
      ifalias: "patchbay endpoint web/1",
    });
    expect(run("ip", "netns", "list")).toContain(sandboxNs(1));
    const inside = JSON.parse(run("ip", "-n", sandboxNs(1), "-j", "addr"));
    expect(inside.map(({ ifname }: { ifname: string }) => ifname)).toEqual(["lo", "eth0"]);
    expect(run("ip", "-n", sandboxNs(1), "route", "show", "default")).toBe(
      "default via 172.30.0.1 dev eth0 proto 80 \n",
    );
    await reconcile(kernel, []);
  });

  test("more sandboxes in one plan than a session keeps open", async ({ host }) => {
    const kernel = await host.kernel();
    const want = joined(...Array.from({ length: 120 }, (_, n) => n + 1));
    await reconcile(kernel, want);
    const before = readdirSync("/proc/self/fd").length;
    expect(sorted(await kernel.observe(want, true))).toEqual(sorted(want));
    expect(readdirSync("/proc/self/fd").length).toBe(before);
    expect(pings(sandboxNs(1), "172.30.0.121")).toBe(true);
    await reconcile(kernel, []);
  });

  test("a leave with its namespace, and the same join again at once", async ({ host }) => {
    const kernel = await host.kernel();
    for (let round = 0; round < 5; round++) {
      await reconcile(kernel, joined(1));
      await reconcile(kernel, bridgeObjects());
    }
    await reconcile(kernel, joined(1));
    expect(pings(sandboxNs(1), "172.30.0.1")).toBe(true);
    await reconcile(kernel, []);
  });

  test("a bridge keeps its MTU and MAC when its last port leaves", async ({ host }) => {
    const kernel = await host.kernel();
    const small = bridgeObjects({ mtu: 1400 });
    await reconcile(kernel, [...small, ...sandboxObjects(1), ...endpointObjects(1, { mtu: 1400 })]);
    await reconcile(kernel, small);
    expect(kernel.plan(small, await kernel.observe(small, true))).toEqual([]);
    await reconcile(kernel, []);
  });

  test("an address that someone took away and put back by hand is ours again", async ({ host }) => {
    const kernel = await host.kernel();
    const want = joined(1);
    await reconcile(kernel, want);
    for (const change of [["del"], ["add", "nodad"]] as const) {
      const [verb, ...flags] = change;
      run("ip", "-n", sandboxNs(1), "addr", verb, "fd00:30::2/64", "dev", "eth0", ...flags);
      run("ip", "-n", sandboxNs(1), "addr", verb, ipv4Of(1), "dev", "eth0");
    }
    await reconcile(kernel, want);
    expect(kernel.plan(want, await kernel.observe(want, true))).toEqual([]);
    await reconcile(kernel, []);
  });

  test("an address that changes keeps its default route", async ({ host }) => {
    const kernel = await host.kernel();
    await reconcile(kernel, joined(1));
    const want = joined(1).map((object) =>
      object.kind === "address" && object.address === ipv4Of(1) ? { ...object, address: "172.30.0.77/16" } : object,
    );
    await reconcile(kernel, want);
    expect(kernel.plan(want, await kernel.observe(want, true))).toEqual([]);
    await reconcile(kernel, []);
  });

  test("what someone else took away is missed, and put back", async ({ host }) => {
    const kernel = await host.kernel();
    const want = joined(1, 2);
    await reconcile(kernel, want);
    run("ip", "-n", sandboxNs(1), "addr", "flush", "dev", "eth0");
    host.ip("link", "del", hostEnd(2));
    host.ip("link", "set", bridge, "mtu", "1400");
    await reconcile(kernel, want);
    expect(kernel.plan(want, await kernel.observe(want, true))).toEqual([]);
    expect(pings(sandboxNs(1), "172.30.0.3")).toBe(true);
    await reconcile(kernel, []);
  });

  test("links that were marked to be deleted are ours, and made anew if they are wanted", async ({ host }) => {
    const kernel = await host.kernel();
    const want = joined(1, 2);
    await reconcile(kernel, want);
    const names = [bridge, hostEnd(1), hostEnd(2)];
    await kernel.apply(names.map((name) => ({ op: "link.doom", ns: "", name })));
    const marked = () => host.links("link").flatMap(({ ifname, group }) => (group === "28771" ? ifname : []));
    expect(marked().sort()).toEqual(names.sort());
    await reconcile(kernel, want);
    expect(marked()).toEqual([]);
    expect(pings(sandboxNs(1), "172.30.0.3")).toBe(true);
    await reconcile(kernel, []);
  });

  test("a peer that was moved out of sight costs its veth", async ({ host }) => {
    const kernel = await host.kernel();
    await reconcile(kernel, joined(1));
    run("ip", "-n", sandboxNs(1), "link", "set", "eth0", "netns", host.name);
    await reconcile(kernel, joined(1));
    expect(pings(sandboxNs(1), "172.30.0.1")).toBe(true);
    await reconcile(kernel, []);
  });
});

describe("failures", () => {
  test("a deletion that finds nothing is absent, and the next step runs", async ({ host }) => {
    const kernel = await host.kernel();
    await reconcile(kernel, joined(1));
    const steps = kernel.plan([], await kernel.observe([], true));
    await kernel.apply(steps);
    const [, , , ...fine] = kernel.plan([...joined(1)], joined(1).slice(0, 4));
    expect(fine.length).toBeGreaterThan(0);
    const onMissing = [
      ...steps,
      { op: "address.del", ns: "", dev: "lo", address: "10.9.9.9/32" },
      { op: "address.del", ns: sandboxNs(1), dev: "eth0", address: "10.9.9.9/32" },
      { op: "route.del", ns: "", family: 4, dst: "10.9.0.0/16", via: null, dev: "lo" },
      { op: "neighbour.del", ns: "", dev: "lo", dst: "10.9.9.9" },
    ] as const;
    const outcomes = (await kernel.apply(onMissing)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(onMissing.map(() => "absent"));
  });

  test("a foreign link of our name is refused, not touched, and not ours to delete", async ({ host }) => {
    const kernel = await host.kernel();
    host.ip("link", "add", bridge, "type", "bridge");
    const records = await kernel.apply(kernel.plan(bridgeObjects(), []));
    expect(records.map(({ outcome }) => outcome)).toEqual(["failed", "skipped", "skipped", "skipped", "skipped"]);
    expect(failures(records)[0]).toMatchObject({ errno: "EEXIST", text: "File exists" });
    expect(await kernel.observe([], true)).toEqual([]);
    const deletions = await kernel.apply([
      { op: "link.del", ns: "", name: bridge },
      { op: "link.doom", ns: "", name: bridge },
      { op: "doomed.del", ns: "" },
    ]);
    expect(deletions.map(({ outcome }) => outcome)).toEqual(["absent", "absent", "absent"]);
    expect(host.links("link", "show", bridge)).toHaveLength(1);
  });

  test("the kernel's own words come with a refusal", async ({ host }) => {
    const kernel = await host.kernel();
    const tooSmall = bridgeObjects({ mtu: 67 });
    expect(failures(await kernel.apply(kernel.plan(tooSmall, [])))).toEqual([
      {
        command: `ip link set dev ${bridge} alias 'patchbay network web' mtu 67 up`,
        errno: "EINVAL",
        text: "mtu less than device minimum",
      },
    ]);
    await reconcile(kernel, []);
    const ns = sandboxNs(1);
    const unreachable = [
      { op: "netns.add", name: ns },
      { op: "link.set", ns, name: "lo", set: { up: true } },
      { op: "route.replace", ns, family: 4, dst: "default", via: "10.1.1.1", dev: "lo" },
    ] as const;
    expect(failures(await kernel.apply(unreachable))[0]?.text).toBe("Nexthop has invalid gateway");
    await reconcile(kernel, []);
  });

  test("a bridge's 1024th port", { timeout: 120_000 }, async ({ host }) => {
    const kernel = await host.kernel();
    const [device] = bridgeObjects();
    const ns = sandboxNs(0);
    const ports = Array.from({ length: 1024 }, (_, n): KernelObject[] =>
      endpointObjects(n, { peer: { ns, name: `eth${n}`, mac: "02:42:ac:1e:00:02", mtu: 1500, up: false } }).slice(0, 2),
    );
    const want = [...(device ? [device] : []), ...sandboxObjects(0), ...ports.flat()];
    const records = await kernel.apply(kernel.plan(want, []));
    expect(failures(records)).toEqual([
      { command: expect.stringContaining(`master ${bridge}`), errno: "EXFULL", text: "Exchange full" },
    ]);
    await reconcile(kernel, []);
  });
});

describe("faults on purpose", () => {
  test("whichever step fails, the intent completes it or its absence cleans it up", async ({ host }) => {
    const want = joined(1);
    const failing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const kernel = await host.kernel({ fault: { beforeStep: failing, kind: "ENOBUFS" } });
    const steps = kernel.plan(want, []);
    for (let step = 1; step <= steps.length; step++) {
      failing[0] = step;
      const records = await kernel.apply(steps);
      expect(records.map(({ outcome }) => outcome)).toEqual(
        steps.map((_, i) => (i + 1 < step ? "done" : i + 1 === step ? "failed" : "skipped")),
      );
      expect(failures(records)[0]).toMatchObject({ errno: "ENOBUFS", text: "No buffer space available" });
      await finish(kernel, step % 2 ? want : []);
    }
  });

  test("whichever step the process dies before, the next one completes it or cleans it up", async ({ host }) => {
    const want = joined(1);
    const kernel = await host.kernel();
    const { length } = kernel.plan(want, []);
    for (let step = 1; step <= length; step++) {
      expect(dying(host, want, step)).toBe("SIGKILL");
      await finish(await host.kernel(), step % 2 ? want : []);
    }
  });
});

/** From wherever things are to `want`, and from there to nothing. */
async function finish(kernel: Kernel, want: KernelObject[]): Promise<void> {
  await reconcile(kernel, want);
  expect(kernel.plan(want, await kernel.observe(want, true))).toEqual([]);
  await reconcile(kernel, []);
}

/** Another process applies `want` and dies before the step; returns the signal that ended it. */
function dying(host: Host, want: KernelObject[], beforeStep: number): NodeJS.Signals | null {
  const options = { rootNetns: host.path, netnsDir, ...filesOf(host.path), fault: { beforeStep, kind: "kill" } };
  const program = `
    const { openKernel } = await import(${JSON.stringify(new URL("./kernel.ts", import.meta.url))});
    const kernel = await openKernel(${JSON.stringify(options)});
    await kernel.apply(kernel.plan(${JSON.stringify(want)}, []));`;
  return spawnSync(process.execPath, ["-e", program]).signal;
}
