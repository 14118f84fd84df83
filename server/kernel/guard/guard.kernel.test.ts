import { expect, vi } from "vitest";
import {
  arp,
  broadcast,
  ETHERTYPE,
  frame,
  icmp,
  icmpv6,
  neighbourDiscovery,
  noise,
  tagged,
  udp,
  Wire,
} from "../../../test/frames.ts";
import { type Host, pings, run, test } from "../../../test/netns.ts";
import { exchanges } from "../../../test/sandbox-traffic.ts";
import type { Kernel } from "../kernel.ts";
import {
  bridge,
  bridgeObjects,
  endpointObjects,
  guardOf,
  hostEnd,
  sandboxNs,
  sandboxObjects,
} from "../objects.fixture.ts";
import { type KernelObject, keyOf } from "../objects.ts";

const table = { kind: "guard-table" } as const;
const members = [1, 2, 3];
const sandboxes = (change: { isolated?: boolean; hairpin?: boolean } = {}): KernelObject[] => [
  ...bridgeObjects(),
  ...members.flatMap((n) => [...sandboxObjects(n), ...endpointObjects(n, change)]),
];
const guarded: KernelObject[] = [table, ...sandboxes(), ...members.map(guardOf)];

async function reconcile(kernel: Kernel, want: KernelObject[]): Promise<void> {
  const records = await kernel.apply(kernel.plan(want, await kernel.observe(want, true)));
  expect(records.filter(({ outcome }) => outcome !== "done")).toEqual([]);
}

const [me, victim] = [1, 2].map((n) => {
  const { mac, addresses } = guardOf(n);
  const [ipv4 = "", ipv6 = ""] = addresses;
  return { mac, ipv4, ipv6, linkLocal: `fe80::42:acff:fe1e:${n + 1}` };
}) as [Identity, Identity];
interface Identity {
  mac: string;
  ipv4: string;
  ipv6: string;
  linkLocal: string;
}
const gateway = { mac: "02:42:ac:1e:00:01", ipv4: "172.30.0.1", ipv6: "fd00:30::1" };
const nobody = "02:00:00:00:00:99";
const allNodes = { mac: "33:33:00:00:00:01", ip: "ff02::1" };
const ports = { from: 5000, to: 5000 };

/** Every frame is sent by sandbox 1. `to` is the victim where a bridge would take it there. */
const foreign: { name: string; frame: () => Buffer }[] = [
  {
    name: "ARP reply: the gateway is me",
    frame: () =>
      frame(
        victim.mac,
        me.mac,
        arp({
          operation: "reply",
          sender: { mac: me.mac, ip: gateway.ipv4 },
          target: { mac: victim.mac, ip: victim.ipv4 },
        }),
      ),
  },
  {
    name: "gratuitous ARP for the victim's address",
    frame: () =>
      frame(
        broadcast,
        me.mac,
        arp({
          operation: "request",
          sender: { mac: me.mac, ip: victim.ipv4 },
          target: { mac: broadcast, ip: victim.ipv4 },
        }),
      ),
  },
  {
    name: "ARP with another sender MAC than the frame's",
    frame: () =>
      frame(
        broadcast,
        me.mac,
        arp({ operation: "request", sender: { mac: nobody, ip: me.ipv4 }, target: { mac: broadcast, ip: me.ipv4 } }),
      ),
  },
  {
    name: "ARP reply from no address",
    frame: () =>
      frame(
        broadcast,
        me.mac,
        arp({
          operation: "reply",
          sender: { mac: me.mac, ip: "0.0.0.0" },
          target: { mac: victim.mac, ip: victim.ipv4 },
        }),
      ),
  },
  { name: "an unknown ethertype", frame: () => frame(victim.mac, me.mac, noise(ETHERTYPE.experiment)) },
  { name: "an unknown ethertype to all", frame: () => frame(broadcast, me.mac, noise(ETHERTYPE.experiment)) },
  { name: "an 802.3 frame with a length", frame: () => frame(broadcast, me.mac, noise(46)) },
  { name: "an unknown MAC", frame: () => frame(broadcast, nobody, udp({ from: me.ipv4, to: victim.ipv4 }, ports)) },
  {
    name: "a foreign IPv4 source",
    frame: () => frame(victim.mac, me.mac, udp({ from: "172.30.0.4", to: victim.ipv4 }, ports)),
  },
  {
    name: "an IPv4 source outside",
    frame: () => frame(victim.mac, me.mac, udp({ from: "8.8.8.8", to: victim.ipv4 }, ports)),
  },
  {
    name: "a foreign IPv6 source",
    frame: () => frame(victim.mac, me.mac, udp({ from: "fd00:30::4", to: victim.ipv6 }, ports)),
  },
  {
    name: "a foreign link-local source",
    frame: () => frame(victim.mac, me.mac, udp({ from: "fe80::1", to: victim.ipv6 }, ports)),
  },
  {
    name: "UDP from the unspecified address",
    frame: () => frame(victim.mac, me.mac, udp({ from: "::", to: victim.ipv6 }, ports)),
  },
  {
    name: "neighbour advertisement for the gateway",
    frame: () =>
      frame(
        victim.mac,
        me.mac,
        neighbourDiscovery(
          { from: me.ipv6, to: victim.ipv6 },
          { type: "advertisement", target: gateway.ipv6, mac: me.mac },
        ),
      ),
  },
  {
    name: "neighbour advertisement for another's link-local address",
    frame: () =>
      frame(
        allNodes.mac,
        me.mac,
        neighbourDiscovery(
          { from: me.linkLocal, to: allNodes.ip },
          { type: "advertisement", target: victim.linkLocal, mac: me.mac },
        ),
      ),
  },
  {
    name: "neighbour solicitation from the gateway's address",
    frame: () =>
      frame(
        victim.mac,
        me.mac,
        neighbourDiscovery(
          { from: gateway.ipv6, to: victim.ipv6 },
          { type: "solicitation", target: victim.ipv6, mac: me.mac },
        ),
      ),
  },
  {
    name: "duplicate address detection of a foreign address",
    frame: () =>
      frame(
        allNodes.mac,
        me.mac,
        neighbourDiscovery({ from: "::", to: allNodes.ip }, { type: "solicitation", target: victim.ipv6, mac: null }),
      ),
  },
  {
    name: "router advertisement",
    frame: () => frame(allNodes.mac, me.mac, icmpv6({ from: me.linkLocal, to: allNodes.ip }, 134, Buffer.alloc(12))),
  },
  {
    name: "IPv6 redirect",
    frame: () => frame(victim.mac, me.mac, icmpv6({ from: me.linkLocal, to: victim.ipv6 }, 137, Buffer.alloc(36))),
  },
  { name: "IPv4 redirect", frame: () => frame(victim.mac, me.mac, icmp({ from: me.ipv4, to: victim.ipv4 }, 5)) },
  {
    name: "DHCP offer",
    frame: () => frame(broadcast, me.mac, udp({ from: me.ipv4, to: "255.255.255.255" }, { from: 67, to: 68 })),
  },
  {
    name: "DHCPv6 advertise",
    frame: () => frame(victim.mac, me.mac, udp({ from: me.ipv6, to: victim.ipv6 }, { from: 547, to: 546 })),
  },
  {
    name: "a VLAN tag before what would be allowed",
    frame: () => frame(broadcast, me.mac, tagged(5, udp({ from: me.ipv4, to: victim.ipv4 }, ports))),
  },
  {
    name: "a priority tag",
    frame: () => frame(broadcast, me.mac, tagged(0, udp({ from: me.ipv4, to: victim.ipv4 }, ports))),
  },
  { name: "a foreign MAC", frame: () => frame(broadcast, victim.mac, udp({ from: me.ipv4, to: victim.ipv4 }, ports)) },
];

const own: { name: string; frame: () => Buffer }[] = [
  { name: "UDP", frame: () => frame(broadcast, me.mac, udp({ from: me.ipv4, to: victim.ipv4 }, ports)) },
  { name: "UDP over IPv6", frame: () => frame(victim.mac, me.mac, udp({ from: me.ipv6, to: victim.ipv6 }, ports)) },
  {
    name: "UDP from the own link-local address",
    frame: () => frame(victim.mac, me.mac, udp({ from: me.linkLocal, to: victim.linkLocal }, ports)),
  },
  {
    name: "a multicast",
    frame: () => frame("01:00:5e:00:00:fb", me.mac, udp({ from: me.ipv4, to: "224.0.0.251" }, ports)),
  },
  {
    name: "gratuitous ARP for the own address",
    frame: () =>
      frame(
        broadcast,
        me.mac,
        arp({ operation: "request", sender: { mac: me.mac, ip: me.ipv4 }, target: { mac: broadcast, ip: me.ipv4 } }),
      ),
  },
  {
    name: "ARP probe",
    frame: () =>
      frame(
        broadcast,
        me.mac,
        arp({
          operation: "request",
          sender: { mac: me.mac, ip: "0.0.0.0" },
          target: { mac: "00:00:00:00:00:00", ip: victim.ipv4 },
        }),
      ),
  },
  {
    name: "duplicate address detection of the own address",
    frame: () =>
      frame(
        allNodes.mac,
        me.mac,
        neighbourDiscovery({ from: "::", to: allNodes.ip }, { type: "solicitation", target: me.ipv6, mac: null }),
      ),
  },
  {
    name: "neighbour solicitation",
    frame: () =>
      frame(
        allNodes.mac,
        me.mac,
        neighbourDiscovery(
          { from: me.ipv6, to: allNodes.ip },
          { type: "solicitation", target: victim.ipv6, mac: me.mac },
        ),
      ),
  },
  {
    name: "unsolicited neighbour advertisement of the own address",
    frame: () =>
      frame(
        allNodes.mac,
        me.mac,
        neighbourDiscovery({ from: me.ipv6, to: allNodes.ip }, { type: "advertisement", target: me.ipv6, mac: me.mac }),
      ),
  },
];

/** What of the frames sent by sandbox 1 arrives at the others: those before have passed or never will when the last one is there. */
async function arriving(sent: { name: string; frame: () => Buffer }[]): Promise<string[]> {
  const [from, ...others] = members.map((n) => new Wire(sandboxNs(n), "eth0")) as [Wire, Wire, Wire];
  try {
    const frames = sent.map(({ name, frame }) => ({ name, bytes: frame() }));
    const last = own[0]!.frame();
    from.send(...frames.map(({ bytes }) => bytes), last);
    await vi.waitFor(() => expect(others.every((wire) => wire.saw(last))).toBe(true), 5000);
    return frames.filter(({ bytes }) => others.some((wire) => wire.saw(bytes))).map(({ name }) => name);
  } finally {
    for (const wire of [from, ...others]) wire.close();
  }
}

const portOf = (host: Host, mac: string): string[] =>
  JSON.parse(run("bridge", "-n", host.name, "-j", "fdb", "show", "br", bridge)).flatMap(
    (entry: { mac: string; ifname: string }) => (entry.mac === mac ? [entry.ifname] : []),
  );
const names = (frames: { name: string }[]) => frames.map(({ name }) => name);

test("without a guard, everything that a sandbox makes up arrives", async ({ host }) => {
  const kernel = await host.kernel();
  await reconcile(kernel, sandboxes());
  expect(await arriving([...own, ...foreign])).toEqual(names([...own, ...foreign]));
  expect(portOf(host, nobody)).toEqual([hostEnd(1)]);
  await reconcile(kernel, []);
});

test("with its guard, nothing that is not the sandbox's own arrives, and all of that is counted", async ({ host }) => {
  const kernel = await host.kernel();
  await reconcile(kernel, guarded);
  const counted = async () => (await kernel.guardCounters())[hostEnd(1)];
  for (const forged of foreign) {
    const before = await counted();
    expect(await arriving([forged])).toEqual([]);
    expect((await counted())?.packets, forged.name).toBe((before?.packets ?? 0) + 1);
  }
  expect((await counted())?.bytes).toBeGreaterThan(foreign.length * 14);
  expect((await kernel.guardCounters())[hostEnd(2)]).toEqual({ packets: 0, bytes: 0 });
  expect(portOf(host, nobody)).toEqual([]);
  await reconcile(kernel, []);
});

test("with its guard, all that is its own arrives, and nothing is counted", async ({ host }) => {
  const kernel = await host.kernel();
  await reconcile(kernel, guarded);
  expect(await arriving(own)).toEqual(names(own));
  for (const address of [victim.ipv4, victim.ipv6, `${victim.linkLocal}%eth0`, gateway.ipv4, gateway.ipv6]) {
    run("ip", "-n", sandboxNs(1), "neigh", "flush", "dev", "eth0");
    await vi.waitFor(() => expect(pings(sandboxNs(1), address), address).toBe(true), 5000);
    run("ip", "-n", sandboxNs(2), "neigh", "flush", "dev", "eth0");
  }
  for (const address of [victim.ipv4, victim.ipv6])
    expect(await exchanges(sandboxNs(1), sandboxNs(2), address)).toBe("tcp udp");
  expect(await kernel.guardCounters()).toEqual(
    Object.fromEntries(members.map((n) => [hostEnd(n), { packets: 0, bytes: 0 }])),
  );
  await reconcile(kernel, []);
});

test("frames to the groups of 802.1D teach the bridge no foreign MAC, and are dropped where netfilter sees them", async ({
  host,
}) => {
  const kernel = await host.kernel();
  await reconcile(kernel, guarded);
  for (const group of Array.from({ length: 16 }, (_, i) => `01:80:c2:00:00:0${i.toString(16)}`))
    expect(await arriving([{ name: group, frame: () => frame(group, nobody, noise(ETHERTYPE.lldp)) }])).toEqual([]);
  expect(portOf(host, nobody)).toEqual([]);
  // The bridge itself drops pause frames (01), and takes LLDP (0e) for the host's port.
  expect((await kernel.guardCounters())[hostEnd(1)]?.packets).toBe(14);
  await reconcile(kernel, []);
});

test("a guard takes another MAC and other addresses and keeps its count", async ({ host }) => {
  const kernel = await host.kernel();
  await reconcile(kernel, guarded);
  expect(await arriving([foreign[0]!])).toEqual([]);
  const other = {
    ...guardOf(1),
    mac: nobody,
    addresses: [guardOf(1).addresses[0]!, "172.30.0.77", ...guardOf(1).addresses.slice(1)],
  };
  const want = [...guarded.filter((object) => object.kind !== "guard" || object.port !== other.port), other];
  await reconcile(kernel, want);
  expect(kernel.plan(want, await kernel.observe(want, true))).toEqual([]);
  // What the sandbox itself sends by its old MAC counts as well.
  expect((await kernel.guardCounters())[other.port]?.packets).toBeGreaterThan(0);
  expect(await kernel.observe([other], false)).toEqual([other]);
  await reconcile(kernel, guarded);
  await reconcile(kernel, []);
});

test.for([
  "flush ruleset",
  "flush chain bridge patchbay from-ipv4",
  "flush chain bridge patchbay forward",
  "add chain bridge patchbay more",
  "flush set bridge patchbay ipv6",
  "add table bridge patchbay { flags dormant; }",
])("after nft %s everything is made anew", async (command, { host }) => {
  const kernel = await host.kernel();
  await reconcile(kernel, guarded);
  expect(kernel.plan(guarded, await kernel.observe(guarded, true))).toEqual([]);
  host.shell(`nft '${command}'`);
  const steps = kernel.plan(guarded, await kernel.observe(guarded, true)).map(({ op }) => op);
  expect(steps.filter((op) => op !== "guard-table.del")).toEqual([
    "guard-table.add",
    ...members.map(() => "guard.add"),
  ]);
  await reconcile(kernel, guarded);
  expect(kernel.plan(guarded, await kernel.observe(guarded, true))).toEqual([]);
  await reconcile(kernel, []);
  expect(host.shell("nft list ruleset")).toBe("");
});

test("a guard without its table fails in the kernel's words, and none is deleted where there is none", async ({
  host,
}) => {
  const kernel = await host.kernel();
  const { kind: _, ...guard } = guardOf(1);
  expect(await kernel.apply([{ op: "guard.add", ...guard }])).toMatchObject([
    { outcome: "failed", error: { errno: "ENOENT" } },
  ]);
  expect(await kernel.apply([{ op: "guard.del", ...guard }, { op: "guard-table.del" }])).toMatchObject([
    { outcome: "absent" },
    { outcome: "absent" },
  ]);
  expect(await kernel.guardCounters()).toEqual({});
  expect(await kernel.guardUnsupported()).toBe(null);
  expect(host.shell("nft list ruleset")).toBe("");
});

test("isolated ports reach the bridge and not each other, on any layer, and change live", async ({ host }) => {
  const kernel = await host.kernel();
  const apart = sandboxes({ isolated: true });
  await reconcile(kernel, apart);
  expect(kernel.plan(apart, await kernel.observe(apart, true))).toEqual([]);
  const frames = [...foreign, ...own];
  const [from, ...others] = members.map((n) => new Wire(sandboxNs(n), "eth0")) as [Wire, Wire, Wire];
  const sent = frames.map(({ frame }) => frame());
  from.send(...sent);
  for (const address of [gateway.ipv4, gateway.ipv6]) expect(pings(sandboxNs(1), address), address).toBe(true);
  expect(pings(sandboxNs(1), victim.ipv4)).toBe(false);
  expect(sent.filter((bytes) => others.some((wire) => wire.saw(bytes)))).toEqual([]);
  for (const wire of [from, ...others]) wire.close();
  await reconcile(kernel, sandboxes());
  // The kernel asks for a neighbour again some time after it had no answer.
  for (const address of [victim.ipv4, victim.ipv6])
    await vi.waitFor(() => expect(pings(sandboxNs(1), address), address).toBe(true), 5000);
  await reconcile(kernel, apart);
  for (const address of [victim.ipv4, victim.ipv6]) expect(pings(sandboxNs(1), address), address).toBe(false);
  await reconcile(kernel, []);
});

test.for([0, 1])(
  "quiet ports reach the bridge and not each other, on any layer, with br_netfilter %i",
  async (on, { host }) => {
    host.shell(["", "6"].map((ip) => `sysctl -e -q -w net.bridge.bridge-nf-call-ip${ip}tables=${on}`).join("; "));
    const kernel = await host.kernel();
    const quiet = members.map((n) => ({ kind: "quiet", port: hostEnd(n) }) as const);
    // The third one publishes nothing.
    const ports = [...sandboxes({ hairpin: true }).filter(isNotTheThird), ...endpointObjects(3, { isolated: true })];
    const want = [table, ...ports, ...quiet];
    await reconcile(kernel, want);
    expect(kernel.plan(want, await kernel.observe(want, true))).toEqual([]);
    const frames = [...foreign, ...own];
    for (const n of members) {
      const wires = members.map((n) => new Wire(sandboxNs(n), "eth0"));
      const sent = frames.map(({ frame }) => frame());
      wires[n - 1]!.send(...sent);
      for (const address of [gateway.ipv4, gateway.ipv6]) expect(pings(sandboxNs(n), address), address).toBe(true);
      expect(
        sent.filter((bytes) => wires.some((wire) => wire.saw(bytes))),
        `from ${n}`,
      ).toEqual([]);
      for (const wire of wires) wire.close();
    }
    for (const address of [victim.ipv4, victim.ipv6]) expect(pings(sandboxNs(1), address)).toBe(false);
    await reconcile(kernel, [table, ...ports]);
    // The kernel asks for a neighbour again some time after it had no answer.
    for (const address of [victim.ipv4, victim.ipv6])
      await vi.waitFor(() => expect(pings(sandboxNs(1), address), address).toBe(true), 5000);
    await reconcile(kernel, []);
  },
);

const isNotTheThird = (object: KernelObject): boolean =>
  !endpointObjects(3).some((own) => keyOf(own) === keyOf(object));
