import { describe, expect, test } from "vitest";
import { plan } from "./plan.ts";
import {
  endpointObjects,
  guardOf,
  hostEnd,
  linkObjects,
  sandboxNs,
  sandboxObjects,
  shapedObjects,
} from "../objects.fixture.ts";
import type { KernelObject } from "../objects.ts";
import { joined, network, script } from "./plans.fixture.ts";
import { render } from "../render.ts";

describe("golden scripts", () => {
  test("a network", () => {
    expect(script(network, [])).toMatchInlineSnapshot(`
      "ip link add name pb-b00000000001 group 28770 address 02:42:ac:1e:00:01 type bridge no_linklocal_learn 1
      sysctl -w net.ipv6.conf.pb-b00000000001.accept_ra=0
      ip addr replace 172.30.0.1/16 dev pb-b00000000001
      ip addr replace fd00:30::1/64 dev pb-b00000000001 nodad
      ip link set dev pb-b00000000001 alias 'patchbay network web' up"
    `);
  });

  test("a join that makes its sandbox", () => {
    expect(script(joined, network)).toMatchInlineSnapshot(`
      "ip netns add pb-000000000001
      ip -n pb-000000000001 link set dev lo alias 'patchbay sandbox 1' up
      ip link add name pbv0000100000 group 28770 mtu 1500 numtxqueues 1 numrxqueues 1 type veth peer name eth0 mtu 1500 address 02:42:ac:1e:00:02 numtxqueues 1 numrxqueues 1 netns pb-000000000001
      sysctl -w net.ipv6.conf.pbv0000100000.disable_ipv6=1
      ip netns exec pb-000000000001 sysctl -w net.ipv6.conf.eth0.accept_ra=0
      ip -n pb-000000000001 addr replace 172.30.0.2/16 dev eth0
      ip -n pb-000000000001 addr replace fd00:30::2/64 dev eth0 nodad
      ip link set dev pbv0000100000 alias 'patchbay endpoint web/1' master pb-b00000000001 up
      ip -n pb-000000000001 link set dev eth0 up
      ip -n pb-000000000001 route replace default via 172.30.0.1 dev eth0 proto 80
      ip -n pb-000000000001 -6 route replace default via fd00:30::1 dev eth0 proto 80"
    `);
  });

  test("what changes in place", () => {
    const want = joined.map((object) => {
      if (object.kind === "link" && object.type === "bridge") return { ...object, mtu: 1400, alias: "it's" };
      if (object.kind === "link" && object.type === "veth")
        return { ...object, master: null, peer: { ...object.peer, mac: "02:00:00:00:00:07" } };
      return object;
    });
    expect(script(want, joined)).toMatchInlineSnapshot(`
      "ip link set dev pb-b00000000001 alias 'it'\\''s' mtu 1400
      ip link set dev pbv0000100000 nomaster
      ip -n pb-000000000001 link set dev eth0 address 02:00:00:00:00:07"
    `);
  });

  test("another address: with the last of a family the kernel drops the routes, so they are set again", () => {
    const want = joined.map((object) =>
      object.kind === "address" && object.address === "172.30.0.2/16"
        ? { ...object, address: "172.30.0.9/16" }
        : object,
    );
    expect(script(want, joined)).toMatchInlineSnapshot(`
      "ip -n pb-000000000001 addr del 172.30.0.2/16 dev eth0
      ip -n pb-000000000001 addr replace 172.30.0.9/16 dev eth0
      ip -n pb-000000000001 route replace default via 172.30.0.1 dev eth0 proto 80"
    `);
  });

  test("a veth of that name with another peer is replaced with all that is on it", () => {
    const lost = (object: KernelObject) => JSON.stringify(object).includes("eth0");
    const [veth] = endpointObjects(1, { peer: { ns: "", name: "", mac: "", mtu: 0, up: false } });
    const have = [...joined.filter((object) => !lost(object)), ...(veth ? [veth] : [])];
    expect(script(joined, have)).toMatchInlineSnapshot(`
      "ip link del dev pbv0000100000
      ip link add name pbv0000100000 group 28770 mtu 1500 numtxqueues 1 numrxqueues 1 type veth peer name eth0 mtu 1500 address 02:42:ac:1e:00:02 numtxqueues 1 numrxqueues 1 netns pb-000000000001
      sysctl -w net.ipv6.conf.pbv0000100000.disable_ipv6=1
      ip netns exec pb-000000000001 sysctl -w net.ipv6.conf.eth0.accept_ra=0
      ip -n pb-000000000001 addr replace 172.30.0.2/16 dev eth0
      ip -n pb-000000000001 addr replace fd00:30::2/64 dev eth0 nodad
      ip link set dev pbv0000100000 alias 'patchbay endpoint web/1' master pb-b00000000001 up
      ip -n pb-000000000001 link set dev eth0 up
      ip -n pb-000000000001 route replace default via 172.30.0.1 dev eth0 proto 80
      ip -n pb-000000000001 -6 route replace default via fd00:30::1 dev eth0 proto 80"
    `);
  });

  test("neighbours, routes on the link, and settings of the whole namespace", () => {
    const ns = sandboxNs(1);
    const more: KernelObject[] = [
      { kind: "neighbour", ns, dev: "eth0", dst: "172.30.0.7", mac: "02:42:ac:1e:00:07" },
      { kind: "route", ns, family: 4, dst: "10.0.0.0/8", via: null, dev: "eth0" },
      { kind: "sysctl", ns, name: "net/ipv4/ip_forward", value: "0" },
    ];
    expect(script([...joined, ...more], joined)).toMatchInlineSnapshot(`
      "ip netns exec pb-000000000001 sysctl -w net.ipv4.ip_forward=0
      ip -n pb-000000000001 route replace 10.0.0.0/8 dev eth0 proto 80
      ip -n pb-000000000001 neigh replace 172.30.0.7 lladdr 02:42:ac:1e:00:07 dev eth0 nud permanent protocol 80"
    `);
    expect(script(joined, [...joined, ...more])).toMatchInlineSnapshot(`
      "ip -n pb-000000000001 neigh del 172.30.0.7 dev eth0
      ip -n pb-000000000001 route del 10.0.0.0/8 dev eth0 proto 80"
    `);
  });
});

describe("guards", () => {
  test("guards: their table before everything, they themselves before the sandbox can send", () => {
    const want = [
      { kind: "guard-table" } as const,
      ...network,
      ...sandboxObjects(1),
      ...endpointObjects(1, { isolated: true, hairpin: true }),
      guardOf(1),
      { kind: "quiet" as const, port: hostEnd(1) },
    ];
    const lines = plan(want, []).map(render);
    expect(lines[0]).toMatch(/^nft -f - <<'END'\n[\s\S]*\nEND$/);
    const veth = lines.findIndex((line) => line.includes("type veth"));
    expect(lines[veth + 1]).toMatchInlineSnapshot(
      `"nft 'add element bridge patchbay guarded { "pbv0000100000" }; add element bridge patchbay macs { "pbv0000100000" . 02:42:ac:1e:00:02 }; add element bridge patchbay ipv4 { "pbv0000100000" . 172.30.0.2 }; add element bridge patchbay ipv6 { "pbv0000100000" . fd00:30::2, "pbv0000100000" . fe80::42:acff:fe1e:2 }; add element bridge patchbay targets { "pbv0000100000" . 0xfd000030000000000000000000000002, "pbv0000100000" . 0xfe800000000000000042acfffe1e0002 }'"`,
    );
    expect(lines[veth + 2]).toMatchInlineSnapshot(`"nft 'add element bridge patchbay quiet { "pbv0000100000" }'"`);
    const up = lines.findIndex((line) => line.endsWith("eth0 up"));
    expect(lines.slice(up - 2, up + 1)).toMatchInlineSnapshot(`
      [
        "ip link set dev pbv0000100000 alias 'patchbay endpoint web/1' master pb-b00000000001 up",
        "ip link set dev pbv0000100000 type bridge_slave isolated on hairpin on",
        "ip -n pb-000000000001 link set dev eth0 up",
      ]
    `);
    expect(script([], want)).toMatchInlineSnapshot(`
      "ip link del dev pbv0000100000
      ip link del dev pb-b00000000001
      nft delete table bridge patchbay
      ip netns del pb-000000000001"
    `);
  });

  test("a guard changes in one go, a damaged table is made anew with all that is in it, a port is isolated live", () => {
    const table = { kind: "guard-table" } as const;
    const guards = [guardOf(1), guardOf(2), { kind: "quiet" as const, port: hostEnd(2) }];
    const other = { ...guardOf(1), addresses: ["172.30.0.9", ...guardOf(1).addresses.slice(1)] };
    expect(script([table, other], [table, guardOf(1)])).toMatchInlineSnapshot(
      `"nft 'delete element bridge patchbay ipv4 { "pbv0000100000" . 172.30.0.2 }; add element bridge patchbay ipv4 { "pbv0000100000" . 172.30.0.9 }'"`,
    );
    const reordered = { ...guardOf(1), addresses: ["FD00:30:0::2", "172.30.0.2"] };
    expect(plan([table, reordered], [table, guardOf(1)])).toEqual([]);
    expect(plan([table, ...guards], [{ ...table, damaged: true }, ...guards]).map(({ op }) => op)).toEqual([
      "guard-table.del",
      "guard-table.add",
      "guard.add",
      "guard.add",
      "quiet.add",
    ]);
    expect(plan([table], [table, ...guards]).map(({ op }) => op)).toEqual(["guard.del", "guard.del", "quiet.del"]);
    expect(plan([], [table, ...guards]).map(({ op }) => op)).toEqual(["guard-table.del"]);
    expect(script(endpointObjects(1, { isolated: true }), endpointObjects(1))).toMatchInlineSnapshot(
      `"ip link set dev pbv0000100000 type bridge_slave isolated on"`,
    );
    expect(script(endpointObjects(1, { hairpin: true }), endpointObjects(1, { isolated: true }))).toMatchInlineSnapshot(
      `"ip link set dev pbv0000100000 type bridge_slave isolated off hairpin on"`,
    );
    expect(script(endpointObjects(1), endpointObjects(1, { isolated: true }))).toMatchInlineSnapshot(
      `"ip link set dev pbv0000100000 type bridge_slave isolated off"`,
    );
  });
});

describe("bandwidth", () => {
  const shaped = [...joined, ...shapedObjects(1, { ingress: 10_000_000, egress: 1_000_000 })];

  test("is limited on a link that stays as it is: what the sandbox sends goes through an ifb", () => {
    expect(script(shaped, joined)).toMatchInlineSnapshot(`
      "ip link add name pbi0000100000 group 28770 mtu 1500 numtxqueues 1 numrxqueues 1 type ifb
      sysctl -w net.ipv6.conf.pbi0000100000.disable_ipv6=1
      tc qdisc replace dev pbv0000100000 root handle 7062: tbf rate 10000000bit burst 5000 limit 70000
      ip link set dev pbi0000100000 alias 'patchbay endpoint web/1' up
      tc qdisc replace dev pbi0000100000 root handle 7062: tbf rate 1000000bit burst 5000 limit 70000
      tc qdisc add dev pbv0000100000 ingress
      tc filter add dev pbv0000100000 ingress protocol all pref 1 u32 match u32 0 0 action mirred egress redirect dev pbi0000100000"
    `);
    expect(script(joined, shaped)).toMatchInlineSnapshot(`
      "tc qdisc del dev pbv0000100000 ingress
      tc qdisc del dev pbv0000100000 root handle 7062:
      ip link del dev pbi0000100000"
    `);
  });

  test("changes in place", () => {
    const faster = [...joined, ...shapedObjects(1, { ingress: 10_000_000, egress: 2_000_000 })];
    expect(script(faster, shaped)).toMatchInlineSnapshot(
      `"tc qdisc replace dev pbi0000100000 root handle 7062: tbf rate 2000000bit burst 5000 limit 70000"`,
    );
  });

  test("a burst is as the kernel rounds it", () => {
    const rounded = shaped.map((object) =>
      object.kind === "shaper" ? { ...object, burst: object.burst + 1 } : object,
    );
    expect(plan(shaped, rounded)).toEqual([]);
    const other = shaped.map((object) => (object.kind === "shaper" ? { ...object, burst: 6000 } : object));
    expect(plan(shaped, other).map(({ op }) => op)).toEqual(["shaper.replace", "shaper.replace"]);
  });
});

describe("a link between two sandboxes", () => {
  const [a, b] = [sandboxObjects(1), sandboxObjects(2)];
  const linked = [...a, ...b, ...linkObjects(1, 2)];

  test("is born with an end in either", () => {
    expect(script(linked, [...a, ...b])).toMatchInlineSnapshot(`
      "ip -n pb-000000000001 link add name link0 group 28770 mtu 1500 address 02:42:0a:01:01:01 numtxqueues 1 numrxqueues 1 type veth peer name link0 mtu 1500 address 02:42:0a:01:01:02 numtxqueues 1 numrxqueues 1 netns pb-000000000002
      ip netns exec pb-000000000001 sysctl -w net.ipv6.conf.link0.disable_ipv6=1
      ip netns exec pb-000000000002 sysctl -w net.ipv6.conf.link0.disable_ipv6=1
      ip -n pb-000000000001 addr replace 10.1.1.1/32 dev link0
      ip -n pb-000000000002 addr replace 10.1.1.2/32 dev link0
      ip -n pb-000000000001 link set dev link0 alias 'patchbay link 1-2' up
      ip -n pb-000000000002 link set dev link0 up
      ip -n pb-000000000001 route replace 10.1.1.2/32 dev link0 proto 80
      ip -n pb-000000000002 route replace 10.1.1.1/32 dev link0 proto 80"
    `);
  });

  test("keeps its MAC addresses and its MTU", () => {
    const mac = "02:00:00:00:00:09";
    const [veth] = linkObjects(1, 2, { mac, mtu: 1400 });
    const have = linked.map((object) => (object.kind === "link" && object.type === "veth" && veth ? veth : object));
    expect(script(linked, have)).toMatchInlineSnapshot(
      `"ip -n pb-000000000001 link set dev link0 address 02:42:0a:01:01:01 mtu 1500"`,
    );
  });
});

describe("resolvers", () => {
  const resolver: KernelObject = { kind: "resolver", ns: sandboxNs(1) };

  test("open when all the rest is there", () => {
    expect(plan([...joined, resolver], []).at(-1)).toEqual({ op: "resolver.open", ns: sandboxNs(1) });
    expect(script([resolver], [])).toMatchInlineSnapshot(
      `"# open resolver at 127.0.0.11:53 in pb-000000000001 (a UDP and a TCP socket of patchbayd, and in "table ip patchbay" of nft: ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:PORT; ip daddr 127.0.0.11 tcp dport 53 dnat to 127.0.0.11:PORT)"`,
    );
  });

  test("that are damaged open anew, or close if nobody wants them", () => {
    const damaged: KernelObject = { ...resolver, damaged: true };
    expect(plan([resolver], [damaged])).toEqual([{ op: "resolver.open", ns: sandboxNs(1) }]);
    expect(plan([], [damaged])).toEqual([{ op: "resolver.close", ns: sandboxNs(1), table: true }]);
  });
});
