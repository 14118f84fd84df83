import { expect } from "vitest";
import { Host, leftOvers, run, test } from "../../test/netns.ts";
import { plan } from "./diff.ts";
import { bridge, bridgeObjects, endpointObjects, sandboxNs, sandboxObjects } from "./objects.fixture.ts";
import type { KernelObject } from "./objects.ts";
import { render } from "./render.ts";

const before: KernelObject[] = [...bridgeObjects(), ...sandboxObjects(1), ...endpointObjects(1)];
const ns = sandboxNs(1);
const after: KernelObject[] = [
  ...bridgeObjects({ mtu: 1400, alias: "it's $(here)" }),
  ...sandboxObjects(1),
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
function dump(host: Host, namespaces: string[]): unknown {
  const volatile =
    /^(ifindex|link_index|link_netnsid|bridge_id|root_id|.*_timer|rx_.*|tx_.*|designated_.*|operstate|flags_)$/;
  const drop = (key: string, value: unknown) => (volatile.test(key) ? undefined : value);
  const random = new Set(
    host
      .links("link")
      .filter(({ linkinfo }) => linkinfo?.info_kind === "veth")
      .map(({ address }) => address),
  );
  return [host.name, ...namespaces].map((name) =>
    ["addr", "route", "-6 route", "neigh show nud permanent"].map((what) =>
      JSON.parse(run("ip", "-n", name, "-j", "-d", ...what.split(" ")) || "[]", (key, value) =>
        random.has(value) ? "random" : isLinkLocal(value) ? undefined : drop(key, value),
      ),
    ),
  );
}

/** Made of the random address, some time after the link is up. */
const isLinkLocal = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  [Reflect.get(value, "local"), Reflect.get(value, "dst")].some((text) => `${text}`.startsWith("fe80"));

test("the rendered command lines do what apply does", async ({ host }) => {
  const kernel = await host.kernel();
  const other = new Host();
  try {
    const stages = [
      { steps: plan(before, []), namespaces: [ns] },
      { steps: plan(after, before), namespaces: [ns] },
      { steps: plan(before, after), namespaces: [ns] },
    ];
    const applied = [];
    for (const { steps, namespaces } of stages) {
      expect((await kernel.apply(steps)).filter(({ outcome }) => outcome !== "done")).toEqual([]);
      applied.push(dump(host, namespaces));
    }
    await kernel.apply(plan([], before));

    for (const [i, { steps, namespaces }] of stages.entries()) {
      for (const step of steps) other.shell(render(step));
      expect(dump(other, namespaces)).toEqual(applied[i]);
    }
    for (const step of plan([], before)) other.shell(render(step));
    expect(leftOvers(other)).toEqual([]);
  } finally {
    await other.close();
  }
  expect(JSON.stringify(before)).toContain(bridge);
});
