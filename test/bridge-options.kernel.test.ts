import { describe, expect, vi } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import type { Topology } from "#cnm/topology.ts";
import { namespaceName } from "#server/kernel/names.ts";
import { FaultDaemons } from "./fault-daemons.ts";
import { type Host, netnsDir, pings, run, test } from "./netns.ts";
import { inTemporaryDirectory, Patchbay, type Place } from "./patchbay.ts";

const connect: CommandDraft[] = [
  { type: "endpoint.create", network: "web", name: "box" },
  { type: "endpoint.join", endpoint: "web/box", sandbox: "box", createSandbox: true },
];
const removal: CommandDraft[] = [
  { type: "endpoint.leave", endpoint: "web/box" },
  { type: "endpoint.delete", endpoint: "web/box" },
  { type: "network.delete", network: "web" },
];
const network = (rest: object, name = "web"): CommandDraft => ({ type: "network.create", name, ...rest });
const subnet = (rest: object = {}) => ({ pools: [{ subnet: "192.168.5.0/24", ...rest }] });

interface Look {
  /** Names and addresses of the bridge. */
  bridge: string;
  /** Inside the sandbox. */
  addresses: string;
  routes: string;
}

const cases: { name: string; create: object; dev?: string; want: Look }[] = [
  {
    name: "a custom bridge",
    create: { ...subnet({ gateway: "192.168.5.1" }), options: { "com.docker.network.bridge.name": "mybridge" } },
    want: {
      bridge: "mybridge 192.168.5.1/24",
      addresses: "192.168.5.2/24",
      routes: "default via 192.168.5.1 dev eth0 proto 80",
    },
  },
  {
    name: "inhibit_ipv4: no address on the bridge and nobody to lead out",
    create: { ...subnet(), options: { name: "quiet", inhibit_ipv4: "true" } },
    want: { bridge: "quiet", addresses: "192.168.5.1/24", routes: "" },
  },
  {
    name: "inhibit_ipv4 with a gateway that somebody else is",
    create: { ...subnet({ gateway: "192.168.5.1" }), options: { name: "quiet", inhibit_ipv4: "true" } },
    want: { bridge: "quiet", addresses: "192.168.5.2/24", routes: "default via 192.168.5.1 dev eth0 proto 80" },
  },
  {
    name: "inhibit_ipv4 with another default gateway",
    create: {
      ...subnet({ auxAddresses: { DefaultGatewayIPv4: "192.168.5.254" } }),
      options: { name: "quiet", inhibit_ipv4: "true" },
    },
    want: { bridge: "quiet", addresses: "192.168.5.1/24", routes: "default via 192.168.5.254 dev eth0 proto 80" },
  },
  {
    name: "a default gateway besides the bridge's address",
    create: { ...subnet({ auxAddresses: { DefaultGatewayIPv4: "192.168.5.254" } }), options: { name: "br5" } },
    want: {
      bridge: "br5 192.168.5.1/24",
      addresses: "192.168.5.2/24",
      routes: "default via 192.168.5.254 dev eth0 proto 80",
    },
  },
  {
    name: "gateway mode isolated",
    create: { ...subnet(), internal: true, options: { name: "lonely", gateway_mode_ipv4: "isolated" } },
    want: { bridge: "lonely", addresses: "192.168.5.2/24", routes: "" },
  },
  {
    name: "internal",
    create: { ...subnet(), internal: true, options: { name: "inside" } },
    want: { bridge: "inside 192.168.5.1/24", addresses: "192.168.5.2/24", routes: "" },
  },
  {
    name: "an interface prefix",
    create: { ...subnet(), options: { name: "br5", container_iface_prefix: "lan" } },
    dev: "lan0",
    want: {
      bridge: "br5 192.168.5.1/24",
      addresses: "192.168.5.2/24",
      routes: "default via 192.168.5.1 dev lan0 proto 80",
    },
  },
];

test.for(cases)("$name", async ({ create, dev = "eth0", want }, { host }) => {
  await inScene(host, async ({ patchbay }) => {
    await patchbay.apply(network(create), ...connect);
    const device = want.bridge.split(" ")[0] ?? "";
    const ns = sandboxNs(patchbay.controller.topology);
    expect({
      bridge: [device, ...addresses(host.ip("-j", "-4", "addr", "show", device))].join(" "),
      addresses: addresses(run("ip", "-n", ns, "-j", "-4", "addr", "show", dev)).join(" "),
      routes: run("ip", "-n", ns, "route", "show", "default").trim(),
    }).toEqual(want);
    expect(await patchbay.missing()).toEqual([]);
    await patchbay.apply(...removal);
    expect(host.links("link").map(({ ifname }) => ifname)).toEqual(["lo"]);
  });
});

test("the MTU follows the uplink, and a change of it reaches the sandboxes", async ({ host }) => {
  host.ip("link", "add", "uplink", "mtu", "1420", "type", "veth", "peer", "name", "router");
  host.ip("addr", "add", "10.99.0.2/24", "dev", "uplink");
  for (const end of ["uplink", "router"]) host.ip("link", "set", end, "up");
  host.ip("route", "add", "default", "via", "10.99.0.1");
  await inScene(host, async ({ patchbay }) => {
    await patchbay.apply(network({ options: { name: "br5" } }), ...connect);
    const mtus = () => [
      host.links("link", "show", "br5")[0]?.mtu,
      JSON.parse(run("ip", "-n", sandboxNs(patchbay.controller.topology), "-j", "link", "show", "eth0"))[0].mtu,
    ];
    expect(mtus()).toEqual([1420, 1420]);
    await patchbay.apply({ type: "network.update", network: "web", options: { mtu: "9000" } });
    expect(mtus()).toEqual([9000, 9000]);
    expect(await patchbay.missing()).toEqual([]);
    await patchbay.apply({ type: "network.update", network: "web", internal: true });
    expect(await patchbay.missing()).toEqual([]);
    await patchbay.apply(...removal);
  });
});

test("an MTU that the kernel refuses leaves nothing behind, and is told in the kernel's words", async ({ host }) => {
  await inScene(host, async ({ patchbay }) => {
    const { kernel } = patchbay;
    const link = { kind: "link", type: "bridge", ns: "", name: "br5", mac: "02:00:00:00:00:05" } as const;
    const want = [{ ...link, mtu: 65_536, up: true, alias: "" }];
    expect((await kernel.apply(kernel.plan(want, []))).at(-1)).toMatchObject({
      outcome: "failed",
      error: { errno: "EINVAL", text: "mtu greater than device maximum" },
    });
    await patchbay.restart();
    expect(host.links("link").map(({ ifname }) => ifname)).toEqual(["lo"]);
    await expect(patchbay.apply(network({ options: { mtu: "65536" } }))).rejects.toMatchObject({
      message: "options.mtu: must be at most 65535",
    });
  });
});

test("a name that somebody else's device has is refused, and so is one twice", async ({ host }) => {
  host.ip("link", "add", "theirs", "type", "veth", "peer", "name", "other");
  await inScene(host, async ({ patchbay }) => {
    await expect(patchbay.apply(network({ options: { name: "theirs" } }))).rejects.toMatchObject({
      code: "CONFLICT",
      message: "the host's device theirs is a veth, not a bridge",
    });
    await patchbay.apply(network({ options: { name: "br5" } }));
    await expect(patchbay.apply(network({ options: { name: "br5" } }, "two"))).rejects.toMatchObject({
      code: "CONFLICT",
      message: "network web has the bridge br5 already",
    });
    await patchbay.apply({ type: "network.delete", network: "web" });
  });
});

describe("a bridge that a person made", () => {
  test("stays exactly as it was through restarts, and is given back", async ({ host }) => {
    const before = makeBridge(host);
    await inScene(host, async ({ patchbay }) => {
      await patchbay.apply(network({ options: { name: "br0" } }), ...connect);
      const ns = sandboxNs(patchbay.controller.topology);
      expect(pings(ns, "10.7.0.254")).toBe(true);
      expect(run("ip", "-n", ns, "route", "show", "default").trim()).toBe("default via 10.7.0.254 dev eth0 proto 80");
      expect(snapshot(host)).toEqual(before);
      expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
      await patchbay.apply(...removal);
      expect(snapshot(host)).toEqual(before);
    });
  });

  test("gets our address where it has another, and loses it with the network; ours is never one of theirs", async ({
    host,
  }) => {
    const before = makeBridge(host);
    await inScene(host, async ({ patchbay }) => {
      await patchbay.apply(network({ ...subnet(), options: { name: "br0" } }), ...connect);
      expect(addresses(host.ip("-j", "-4", "addr", "show", "br0"))).toEqual(["10.7.0.254/24", "192.168.5.1/24"]);
      await patchbay.apply(...removal);
      expect(snapshot(host)).toEqual(before);
      await patchbay.apply(
        network({ pools: [{ subnet: "10.7.0.0/24", gateway: "10.7.0.254" }], options: { name: "br0" } }),
      );
      expect(snapshot(host)).toEqual(before);
      await patchbay.apply({ type: "network.delete", network: "web" });
      expect(snapshot(host)).toEqual(before);
    });
  });

  test("is brought up if it is down", async ({ host }) => {
    host.ip("link", "add", "br0", "type", "bridge");
    await inScene(host, async ({ patchbay }) => {
      await patchbay.apply(network({ options: { name: "br0" } }));
      expect(host.links("link", "show", "br0")[0]?.flags).toContain("UP");
      await patchbay.apply({ type: "network.delete", network: "web" });
      expect(host.links("link", "show", "br0")[0]?.flags).toContain("UP");
    });
  });

  test("survives a daemon that is killed before any step of a creation or a deletion", async ({ host }) => {
    const before = makeBridge(host);
    const daemons = new FaultDaemons();
    await inScene(host, async ({ place, patchbay }) => {
      await patchbay.close();
      const kernel = await host.kernel();
      const create = [network({ ...subnet(), options: { name: "br0" } }), ...connect];
      for (const commands of [create, removal]) {
        // With a sandbox there a start makes the sockets of its resolver anew, which is no part of the change.
        let beforeStep = commands === create ? 1 : 2;
        while ((await daemons.run({ place, commands, fault: { beforeStep } })) === "killed") {
          beforeStep += 1;
          const next = await Patchbay.open(place, { kernel });
          expect(await next.missing()).toEqual([]);
          expect(snapshot(host)).toMatchObject({ ...before, addr_info: expect.arrayContaining(before.addr_info) });
          await next.apply(...(commands === create ? removal : create));
          await next.close();
        }
        expect(beforeStep).toBeGreaterThan(3);
      }
      expect(snapshot(host)).toEqual(before);
    }).finally(() => daemons.close());
  });

  test("that vanishes is a problem of its network, until the person has made it again", async ({ host }) => {
    makeBridge(host);
    await inScene(host, async ({ patchbay }) => {
      await patchbay.apply(network({ options: { name: "br0" } }), ...connect);
      host.ip("link", "del", "br0");
      const next = patchbay.next();
      await next.start();
      const [web] = Object.values(next.topology.networks).filter(({ name }) => name === "web");
      expect(next.state().problems[web?.id ?? ""]?.message).toContain("ip link set dev br0 up");
      makeBridge(host);
      await vi.waitFor(() => expect(next.state().problems).toEqual({}), 10_000);
      expect(await patchbay.missing()).toEqual([]);
      expect(pings(sandboxNs(next.topology), "10.7.0.254")).toBe(true);
      await next.stop();
      await patchbay.apply(...removal);
    });
  });
});

interface Scene {
  place: Place;
  patchbay: Patchbay;
}

async function inScene(host: Host, use: (scene: Scene) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const place = { rootNetns: host.path, netnsDir, stateDir };
    const patchbay = await Patchbay.open(place);
    await use({ place, patchbay });
    await patchbay.close();
  });
}

function sandboxNs({ sandboxes }: Topology): string {
  return namespaceName(Object.keys(sandboxes)[0] ?? "");
}

function addresses(json: string): string[] {
  const found: { addr_info: { local: string; prefixlen: number }[] }[] = JSON.parse(json);
  return found.flatMap(({ addr_info }) => addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`));
}

/** A bridge br0 with all of it said: MAC, MTU, alias, group, address. */
function makeBridge(host: Host) {
  host.ip("link", "add", "br0", "address", "02:00:00:00:00:07", "type", "bridge");
  host.ip("link", "set", "br0", "mtu", "1400", "alias", "mine", "group", "77", "up");
  host.ip("addr", "add", "10.7.0.254/24", "dev", "br0");
  return snapshot(host);
}

/** What a person can set on br0. */
function snapshot(host: Host) {
  const [link] = host.links("-4", "addr", "show", "br0");
  if (!link) throw new Error("br0 has gone");
  const {
    ifindex,
    mtu,
    address,
    ifalias,
    group,
    linkinfo,
    addr_info = [],
  } = { ...host.links("link", "show", "br0")[0], ...link };
  return { ifindex, mtu, address, ifalias, group, kind: linkinfo?.info_kind, addr_info };
}
