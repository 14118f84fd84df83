import { describe, expect, vi } from "vitest";
import { broadcast, frame, icmpv6, syn, udp, Wire } from "./frames.ts";
import { type Host, run, test } from "./netns.ts";
import { probe, wire } from "./outside.ts";
import { joined, network, play, type Scene } from "./scene.ts";
import type { Probe } from "./talk.ts";

const subnets = ["10.1.0.0/24", "fd00:1::/64", "10.2.0.0/24", "fd00:2::/64", "10.3.0.0/24", "fd00:3::/64"];
const services = { tcp: [80, 81], udp: [53] };
test("two networks, an internal one, no network at all: silent in every direction, in IPv4 and IPv6", async ({
  host,
}) => {
  const commands = [
    network("one", 1),
    network("two", 2),
    network("inside", 3, { internal: true }),
    ...["a1", "a2"].flatMap((name) => joined("one", name)),
    ...joined("two", "b1"),
    ...["i1", "i2"].flatMap((name) => joined("inside", name)),
    { type: "sandbox.create" as const, name: "none" },
  ];
  await play(host, { commands, subnets }, async (scene) => {
    await scene.serve(["a1", "a2", "b1", "i1", "i2", "none"], services);
    await scene.outside.serve(scene.outside.name, "outside", services);
    const addresses: Record<string, string[]> = {
      a1: ["10.1.0.2", "fd00:1::2"],
      a2: ["10.1.0.3", "fd00:1::3"],
      b1: ["10.2.0.2", "fd00:2::2"],
      i1: ["10.3.0.2", "fd00:3::2"],
      i2: ["10.3.0.3", "fd00:3::3"],
      outside: [wire.outside[4], wire.outside[6]],
    };
    const reached = (from: string) =>
      reachedFrom(from === "outside" ? from : scene.ns(from), { from, addresses, scene });
    const all = [...Object.keys(addresses), "none"];
    expect(
      Object.fromEntries(await Promise.all(all.map(async (from) => [from, await reached(from)] as const))),
    ).toEqual({
      a1: ["a2", "outside"],
      a2: ["a1", "outside"],
      b1: ["outside"],
      i1: ["i2"],
      i2: ["i1"],
      outside: [],
      none: [],
    });
    expect(run("ip", "-n", scene.ns("none"), "-o", "addr")).toMatch(/^(1: lo .*\n)+$/);
    expect(run("ip", "-n", scene.ns("none"), "route")).toBe("");
  });
});

/** Whom every one of ping, TCP and UDP reaches under both addresses; a name with what is open alone if it is not all. */
async function reachedFrom(
  ns: string,
  { from, addresses, scene }: { from: string; addresses: Record<string, string[]>; scene: Scene },
): Promise<string[]> {
  const others = Object.entries(addresses).filter(([name]) => name !== from);
  const asked = others.flatMap(([name, both]) =>
    both.flatMap((address): { name: string; ask: Probe }[] => [
      { name, ask: { kind: "ping", address } },
      { name, ask: { kind: "tcp", address, port: 80 } },
      { name, ask: { kind: "udp", address, port: 53 } },
    ]),
  );
  const answers = await probe(
    ns === "outside" ? scene.outside.name : ns,
    asked.map(({ ask }) => ask),
  );
  return others.flatMap(([name]) => {
    const open = asked.filter((each, i) => each.name === name && answers[i] !== null);
    if (open.length === 0) return [];
    return open.length === 6 ? [name] : [`${name}: ${open.map(({ ask }) => `${ask.kind} ${ask.address}`).join(", ")}`];
  });
}

describe("a sandbox that plays the router and the DHCP server", () => {
  test.for([true, false])("is believed by nobody (anti_spoofing %s)", async (guarded, { host }) => {
    const commands = [
      network("net", 1, { options: { anti_spoofing: String(guarded), name: "br1" } }),
      ...["a", "b"].flatMap((name) => joined("net", name)),
    ];
    await play(host, { commands }, async ({ ns }) => {
      const [link] = JSON.parse(run("ip", "-n", ns("a"), "-j", "addr", "show", "eth0"));
      const own: { family: string; scope: string; local: string }[] = link.addr_info;
      const linkLocal = own.find(({ family, scope }) => family === "inet6" && scope === "link")?.local ?? "";
      const lie = routerAdvertisement(linkLocal);
      const rogue = [
        frame("33:33:00:00:00:01", link.address, lie),
        frame(broadcast, link.address, udp({ from: "10.1.0.2", to: "255.255.255.255" }, { from: 67, to: 68 })),
      ];
      const honest = frame(broadcast, link.address, udp({ from: "10.1.0.2", to: "10.1.0.3" }, { from: 9, to: 9 }));
      const before = [believed(host.name), believed(ns("b"))];
      const [mouth, ear] = [new Wire(ns("a"), "eth0"), new Wire(ns("b"), "eth0")];
      try {
        mouth.send(...rogue, honest);
        await vi.waitFor(() => expect(ear.saw(honest)).toBe(true), 5000);
        expect(rogue.map((each) => ear.saw(each))).toEqual(guarded ? [false, false] : [true, true]);
        expect([believed(host.name), believed(ns("b"))]).toEqual(before);
        if (guarded) return;
        // Who listens to routers would have believed it.
        host.shell("sysctl -qw net.ipv6.conf.br1.accept_ra=2");
        mouth.send(rogue[0]!);
        await vi.waitFor(() => expect(believed(host.name)).toContain("2001:db8:bad::/64"), 5000);
      } finally {
        mouth.close();
        ear.close();
      }
    });
  });
});

/** RFC 4861 section 4.2 and 4.6.2: a router for half an hour, and a prefix to make addresses of. */
function routerAdvertisement(from: string) {
  const body = Buffer.alloc(12 + 32);
  body.writeUInt8(64, 0);
  body.writeUInt16BE(1800, 2);
  body.set([3, 4, 64, 0xc0, 0, 0, 0x0e, 0x10, 0, 0, 0x0e, 0x10], 12);
  body.set([0x20, 0x01, 0x0d, 0xb8, 0x0b, 0xad], 12 + 16);
  return icmpv6({ from, to: "ff02::1" }, 134, body);
}

/** Addresses and routes, but for those that interfaces give themselves when they have looked around (RFC 4862). */
const believed = (ns: string): string =>
  ["addr", "route"]
    .map((what) => run("ip", "-n", ns, "-6", "-o", what, "show"))
    .join("")
    .replace(/^.*\bfe80::(?!.*\bvia\b).*\n/gm, "")
    .replace(/ expires \d+sec|valid_lft.*/g, "");

test("twenty thousand half-open connections of one sandbox leave the others theirs", async ({ host }) => {
  const commands = [
    network("net", 1),
    ...["a", "b"].flatMap((name) => joined("net", name, name === "b" ? { publish: ["8080:80"] } : {})),
  ];
  await play(host, { commands }, async ({ outside, ns, serve, patchbay }) => {
    outside.ip("route", "add", "blackhole", "198.51.100.0/24");
    await serve(["b"], services);
    await outside.serve(outside.name, "outside", services);
    const flood = floodOf(host, ns("a"));
    const mouth = new Wire(ns("a"), "eth0");
    try {
      mouth.send(...flood);
    } finally {
      mouth.close();
    }
    const { kernel } = patchbay;
    await vi.waitFor(
      async () => expect((await kernel.firewallCounters()).conntrack?.count).toBeGreaterThan(15_000),
      5000,
    );
    expect(
      await probe(ns("b"), [
        { kind: "tcp", address: wire.outside[4], port: 80 },
        { kind: "udp", address: wire.outside[4], port: 53 },
      ]),
    ).toEqual(["outside 192.0.2.1", "outside 192.0.2.1"]);
    expect(await probe(outside.name, [{ kind: "tcp", address: wire.host[4], port: 8080 }])).toEqual(["b 192.0.2.2"]);
  });
});

const macOf = (links: { address: string }[]): string => links[0]?.address ?? "";

function floodOf(host: Host, ns: string): Buffer[] {
  const [from, to] = [
    macOf(JSON.parse(run("ip", "-n", ns, "-j", "link", "show", "eth0"))),
    macOf(host.links("link", "show", "type", "bridge")),
  ];
  return Array.from({ length: 20_000 }, (_, i) =>
    frame(
      to,
      from,
      syn({ from: "10.1.0.2", to: `198.51.100.${1 + (i % 200)}` }, { from: 10_000 + Math.floor(i / 200), to: 80 }),
    ),
  );
}

test("names of the host's devices are names: none of them opens or shuts more than itself", async ({ host }) => {
  const names = ["$(reboot)", "br*", "eth+", "up+"];
  for (const [i, name] of names.entries()) {
    host.ip("link", "add", name, "type", "bridge");
    host.ip("link", "set", name, "up");
    host.ip("-6", "route", "add", `2001:db8:9${i}::/64`, "dev", name, "proto", "ra");
  }
  const commands = [network("net", 1), ...joined("net", "a")];
  await play(host, { commands, subnets, options: { host: { raDevices: names } } }, async (scene) => {
    const { patchbay } = scene;
    expect((await patchbay.kernel.facts()).raDevices.toSorted()).toEqual(names);
    const listensToRouters = (name: string) => host.shell(`cat '/proc/sys/net/ipv6/conf/${name}/accept_ra'`).trim();
    expect(names.map(listensToRouters)).toEqual(["2", "2", "2", "2"]);
    expect(listensToRouters("up0")).toBe("1");
    for (const name of names)
      await expect(patchbay.apply(network("bad", 2, { options: { name } }))).rejects.toMatchObject({
        message: expect.stringContaining("must be 1 to 15 letters, digits, '_', '.' or '-'"),
      });
    expect(host.shell("iptables-save; ip6tables-save; nft list table bridge patchbay")).not.toMatch(
      /eth\+|reboot|br\*|up\+/,
    );
    await scene.serve(["a"], services);
    expect(await probe(scene.outside.name, [{ kind: "tcp", address: "10.1.0.2", port: 80 }])).toEqual([null]);
    expect(await patchbay.missing()).toEqual([]);
  });
});
