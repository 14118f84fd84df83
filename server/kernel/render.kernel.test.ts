import { expect } from "vitest";
import { Host, leftOvers, run, test } from "../../test/netns.ts";
import { plan } from "./plan/plan.ts";
import {
  bridgeObjects,
  endpointObjects,
  guardOf,
  hostEnd,
  linkObjects,
  sandboxNs,
  sandboxObjects,
  shapedObjects,
} from "./objects.fixture.ts";
import type { KernelObject } from "./objects.ts";
import { render } from "./render.ts";

/** More veths in the sandbox, so that links are also deleted together. */
const more = [2, 3, 4, 5].flatMap((n) =>
  endpointObjects(n, {
    peer: { ns: sandboxNs(1), name: `eth${n}`, mac: `02:42:ac:1e:00:0${n}`, mtu: 1500, up: true },
  }).slice(0, 2),
);
const before: KernelObject[] = [
  { kind: "guard-table" },
  ...bridgeObjects(),
  ...sandboxObjects(1),
  ...endpointObjects(1),
  ...shapedObjects(1, { ingress: 10_000_000, egress: 8_000_000 }),
  ...more,
  ...shapedObjects(2, { ingress: 10_000_000, egress: 8_000_000 }),
  ...sandboxObjects(2),
  ...linkObjects(1, 2),
  guardOf(1),
  guardOf(2),
  guardOf(4),
  { kind: "quiet", port: hostEnd(1) },
  { kind: "quiet", port: hostEnd(2) },
];
const ns = sandboxNs(1);
const after: KernelObject[] = [
  { kind: "guard-table" },
  { kind: "quiet", port: hostEnd(2) },
  { kind: "quiet", port: hostEnd(3) },
  ...endpointObjects(2, {
    isolated: true,
    hairpin: true,
    peer: { ns, name: "eth2", mac: "02:42:ac:1e:00:02", mtu: 1500, up: true },
  }).slice(0, 2),
  guardOf(1),
  { ...guardOf(2), mac: "02:42:ac:1e:00:77", addresses: ["172.30.0.77"] },
  guardOf(3),
  ...bridgeObjects({ mtu: 1400, alias: "it's $(here)" }),
  ...sandboxObjects(1),
  ...shapedObjects(1, { ingress: 2_000_000_000, egress: 1_000_000 }),
  ...endpointObjects(1, {
    master: null,
    up: false,
    peer: { ns, name: "eth0", mac: "02:00:00:00:00:09", mtu: 1400, up: true },
  })
    .filter((object) => object.kind !== "route")
    .map((object) =>
      object.kind === "address" && object.address.endsWith("/16") ? { ...object, address: "172.30.0.9/16" } : object,
    ),
  { kind: "route", ns, family: 4, dst: "10.0.0.0/8", via: null, dev: "eth0" },
  { kind: "neighbour", ns, dev: "eth0", dst: "172.30.0.7", mac: "02:42:ac:1e:00:07" },
  { kind: "sysctl", ns, name: "net/ipv4/ip_forward", value: "1" },
];

/** Everything iproute2 can tell, without what differs from run to run: indexes, random addresses, counters, timers. */
function dump(host: Host): unknown {
  const veths = host.links("link").filter(({ linkinfo }) => ["veth", "ifb"].includes(linkinfo?.info_kind ?? ""));
  const random = new Set<unknown>(veths.map(({ address }) => address));
  const steady = (key: string, value: unknown) => {
    if (volatile.test(key)) return undefined;
    if (Array.isArray(value)) return value.filter((item) => !settles(item));
    return random.has(value) ? "random" : value;
  };
  const links = [host.name, ns].map((name) =>
    ["addr", "route", "-6 route", "neigh show nud permanent"].map((what) =>
      JSON.parse(run("ip", "-n", name, "-j", "-d", ...what.split(" ")) || "[]", steady),
    ),
  );
  return [...links, shaping(host), guards(host)];
}

/** Queueing disciplines of the host's devices, and what is redirected at each. */
function shaping(host: Host): unknown {
  const devices = host.links("link").map(({ ifname }) => ifname);
  const filters = devices.map((dev) => JSON.parse(host.shell(`tc -j filter show dev ${dev} ingress`) || "[]"));
  const steady = (key: string, value: unknown) =>
    ["index", "refcnt", "ref", "bind"].includes(key) ? undefined : value;
  return JSON.parse(JSON.stringify([JSON.parse(host.shell("tc -j qdisc show")), filters]), steady);
}

/** The rules, and the elements of the sets in one order. */
function guards(host: Host): unknown {
  const { nftables } = JSON.parse(host.shell("nft -j list ruleset"));
  return JSON.parse(JSON.stringify(nftables), (key, value) => {
    if (key === "handle") return undefined;
    return key === "elem" && Array.isArray(value)
      ? value.map((item) => JSON.stringify(item.elem?.val ?? item)).sort()
      : value;
  });
}

const volatile = /^(ifindex|link_index|link_netnsid|bridge_id|root_id|.*_timer|rx_.*|tx_.*|designated_.*|operstate)$/;

/** What follows some time after a link is up: its carrier, and the link-local addresses and routes made of its MAC. */
function settles(item: unknown): boolean {
  if (typeof item === "string") return ["NO-CARRIER", "LOWER_UP", "linkdown"].includes(item);
  if (typeof item !== "object" || item === null) return false;
  return [Reflect.get(item, "local"), Reflect.get(item, "dst")].some((text) => String(text).startsWith("fe80"));
}

test("the rendered command lines do what apply does", async ({ host }) => {
  const kernel = await host.kernel();
  const other = new Host();
  const stages = [plan(before, []), plan(after, before), plan(before, after)];
  expect(stages.flat().map(({ op }) => op)).toContain("doomed.del");
  try {
    const applied: unknown[] = [];
    for (const steps of stages) {
      expect((await kernel.apply(steps)).filter(({ outcome }) => outcome !== "done")).toEqual([]);
      applied.push(dump(host));
    }
    await kernel.apply(plan([], before));

    for (const [i, steps] of stages.entries()) {
      for (const step of steps) other.shell(render(step));
      expect(dump(other)).toEqual(applied[i]);
    }
    for (const step of plan([], before)) other.shell(render(step));
    expect(leftOvers(other)).toEqual([]);
  } finally {
    await other.close();
  }
});
