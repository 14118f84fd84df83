import { expect } from "vitest";
import { run, test } from "./netns.ts";
import { probe, wire } from "./outside.ts";
import { joined, network, play, type Scene } from "./scene.ts";

/** What ip-route(8) says of a sandbox's way to an address. */
const way = (ns: string, address: string): string =>
  run("ip", "-n", ns, "-o", "route", "get", address)
    .replace(/ uid.*| +cache.*|\\.*/gs, "")
    .trim();

const linkOf = (ns: string): string => run("ip", "-n", ns, "-o", "link", "show", "eth0").split(":")[0] ?? "";

async function update({ patchbay }: Scene, endpoint: string, rest: object): Promise<string[]> {
  const { entry } = await patchbay.apply({ type: "endpoint.update", endpoint, ...rest });
  const row = await patchbay.store.showHistory(entry.seq);
  return (row?.steps ?? []).map(({ command }) => command);
}

test("the default route moves to the network with the highest priority, live, and nothing else does", async ({
  host,
}) => {
  const commands = [
    network("a", 1),
    network("b", 2),
    ...joined("a", "box"),
    { type: "endpoint.create" as const, network: "b", name: "box" },
    { type: "endpoint.join" as const, endpoint: "b/box", sandbox: "box" },
  ];
  await play(host, { commands }, async (scene) => {
    const { ns, patchbay } = scene;
    const box = ns("box");
    const seen = () => [way(box, wire.outside[4]), way(box, wire.outside[6])];
    await scene.outside.serve(scene.outside.name, "outside", { tcp: [80], udp: [] });
    const before = linkOf(box);
    const byA = [
      "192.0.2.2 via 10.1.0.1 dev eth0 src 10.1.0.2",
      "2001:db8:1::2 from :: via fd00:1::1 dev eth0 src fd00:1::2",
    ];
    const byB = [
      "192.0.2.2 via 10.2.0.1 dev eth1 src 10.2.0.2",
      "2001:db8:1::2 from :: via fd00:2::1 dev eth1 src fd00:2::2",
    ];
    expect(seen().map(withoutMetric)).toEqual(byA);
    expect(await update(scene, "b/box", { gatewayPriority: 1 })).toEqual([
      `ip -n ${box} route replace default via 10.2.0.1 dev eth1 proto 80`,
      `ip -n ${box} -6 route replace default via fd00:2::1 dev eth1 proto 80`,
    ]);
    expect(seen().map(withoutMetric)).toEqual(byB);
    expect(await probe(box, [{ kind: "tcp", address: wire.outside[4], port: 80 }])).toEqual(["outside 192.0.2.1"]);
    await update(scene, "a/box", { gatewayPriority: 2 });
    expect(seen().map(withoutMetric)).toEqual(byA);
    await patchbay.apply({ type: "endpoint.leave", endpoint: "a/box" });
    expect(seen().map(withoutMetric)).toEqual(byB);
    await patchbay.apply({ type: "endpoint.join", endpoint: "a/box", sandbox: "box" });
    expect(seen().map(withoutMetric)).toEqual(byA);
    expect(before).not.toBe("");
    expect(await patchbay.missing()).toEqual([]);
  });
});

const withoutMetric = (text: string): string => text.replace(/ (proto|metric|pref) \S+/g, "");

test("a route leads past the gateway, and goes when it is taken back", async ({ host }) => {
  const commands = [
    network("net", 1, { options: { anti_spoofing: "false" } }),
    ...joined("net", "router"),
    ...joined("net", "box"),
  ];
  await play(host, { commands }, async (scene) => {
    const { ns, outside } = scene;
    const far = { 4: "10.9.0.1", 6: "fd00:9::1" };
    for (const address of Object.values(far)) run("ip", "-n", ns("router"), "addr", "add", address, "dev", "lo");
    await outside.serve(ns("router"), "router", { tcp: [80], udp: [] });
    const asked = Object.values(far).map((address) => ({ kind: "tcp" as const, address, port: 80 }));
    expect(await probe(ns("box"), asked)).toEqual([null, null]);
    const index = linkOf(ns("box"));
    const routes = ["10.9.0.0/16 via 10.1.0.2", "fd00:9::/64 via fd00:1::2"];
    await update(scene, "net/box", { routes });
    expect(await probe(ns("box"), asked)).toEqual(["router 10.1.0.3", "router fd00:1::3"]);
    expect(linkOf(ns("box"))).toBe(index);
    expect(await update(scene, "net/box", { routes: routes.slice(1) })).toEqual([
      `ip -n ${ns("box")} route del 10.9.0.0/16 via 10.1.0.2 dev eth0 proto 80`,
    ]);
    expect(await probe(ns("box"), asked)).toEqual([null, "router fd00:1::3"]);
    expect(await scene.patchbay.missing()).toEqual([]);
  });
});

test("settings are those of the interface, wherever it comes up; one that does not exist is refused and undone", async ({
  host,
}) => {
  const sysctls = ["net.ipv4.conf.IFNAME.forwarding=1", "net.ipv6.neigh.IFNAME.app_solicit=2"];
  await play(host, { commands: [network("net", 1), ...joined("net", "box", { sysctls })] }, async (scene) => {
    const { ns, patchbay } = scene;
    expect(settings(ns("box"))).toEqual(["1", "2"]);
    const refused = patchbay.apply({
      type: "endpoint.update",
      endpoint: "net/box",
      gatewayPriority: 7,
      sysctls: [...sysctls, "net.ipv4.conf.IFNAME.no_such_thing=1"],
    });
    await expect(refused).rejects.toMatchObject({ code: "KERNEL", message: expect.stringContaining("no_such_thing") });
    expect(Object.values(patchbay.controller.topology.endpoints)[0]?.options.gatewayPriority).toBe(0);
    await patchbay.apply({ type: "endpoint.leave", endpoint: "net/box" });
    await patchbay.apply({ type: "endpoint.join", endpoint: "net/box", sandbox: "other", createSandbox: true });
    expect(settings(ns("other"))).toEqual(["1", "2"]);
    expect(await patchbay.missing()).toEqual([]);
  });
});

test("a setting that the kernel would round is refused with what it would keep, and nothing is changed", async ({
  host,
}) => {
  const time = (value: number) => `net.ipv4.neigh.IFNAME.retrans_time_ms=${value}`;
  const endpoint = { type: "endpoint.create" as const, network: "net", name: "box" };
  await play(
    host,
    { commands: [network("net", 1), ...joined("net", "box", { sysctls: [time(500)] })] },
    async (scene) => {
      const { ns, patchbay } = scene;
      const kept = () =>
        run("ip", "netns", "exec", ns("box"), "sysctl", "-n", "net.ipv4.neigh.eth0.retrans_time_ms").trim();
      const refused = { code: "KERNEL", message: expect.stringMatching(/the kernel keeps \d+ in place of 1: /) };
      const change = { sysctls: [time(1)], gatewayPriority: 3 };
      await expect(update(scene, "net/box", change)).rejects.toMatchObject(refused);
      expect(kept()).toBe("500");
      expect(Object.values(patchbay.controller.topology.endpoints)[0]?.options.gatewayPriority).toBe(0);
      expect(await patchbay.missing()).toEqual([]);
      await patchbay.apply(
        { type: "network.create", name: "back" },
        { ...endpoint, network: "back", sysctls: [time(1)] },
      );
      const join = { type: "endpoint.join" as const, endpoint: "back/box", sandbox: "box" };
      await expect(patchbay.apply(join)).rejects.toMatchObject(refused);
      expect(await patchbay.missing()).toEqual([]);
      const [, next = ""] = /keeps (\d+)/.exec(await patchbay.apply(join).then(() => "", String)) ?? [];
      await update(scene, "back/box", { sysctls: [time(Number(next))] });
      await patchbay.apply(join);
      expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
      expect(await patchbay.missing()).toEqual([]);
    },
  );
});

const settings = (ns: string): string[] =>
  ["ipv4.conf.eth0.forwarding", "ipv6.neigh.eth0.app_solicit"].map((name) =>
    run("ip", "netns", "exec", ns, "sysctl", "-n", `net.${name}`).trim(),
  );
