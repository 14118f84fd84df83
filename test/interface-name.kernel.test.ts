import { expect } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { Stranger } from "./adopted.ts";
import { leftOvers, pings, run, test } from "./netns.ts";
import { joined, network, play, type Scene } from "./scene.ts";

/** What ip(8) calls the interfaces of a namespace. */
const interfaces = (ns: string): string[] =>
  JSON.parse(run("ip", "-n", ns, "-j", "link"))
    .map(({ ifname }: { ifname: string }) => ifname)
    .sort();

const setting = (ns: string, path: string): string =>
  run("ip", "netns", "exec", ns, "cat", `/proc/sys/net/${path}`).trim();

async function apply({ patchbay }: Scene, ...commands: CommandDraft[]) {
  const { entry } = await patchbay.apply(...commands);
  const row = await patchbay.store.showHistory(entry.seq);
  return { summary: entry.summary, steps: (row?.steps ?? []).map(({ command }) => command) };
}

const asked = {
  interfaceName: "wan.100",
  sysctls: ["net.ipv4.conf.IFNAME.forwarding=1", "net.ipv6.neigh.IFNAME.app_solicit=2"],
  routes: ["10.9.0.0/16 via 10.1.0.1"],
};

test("an interface has the name that was asked for, a dot in it too, with its settings, addresses and routes", async ({
  host,
}) => {
  const commands = [network("net", 1), network("back", 2), ...joined("back", "box")];
  await play(host, { commands }, async (scene) => {
    const { ns, patchbay } = scene;
    const { summary, steps } = await apply(scene, ...joined("net", "box", asked));
    expect(summary).toContain("joined box to net as wan.100");
    expect(steps.find((step) => step.includes("type veth"))).toContain(" peer name wan.100 ");
    expect(steps).toContain(`ip netns exec ${ns("box")} sysctl -w net.ipv4.conf.wan/100.forwarding=1`);
    expect(interfaces(ns("box"))).toEqual(["eth0", "lo", "wan.100"]);
    expect(setting(ns("box"), "ipv4/conf/wan.100/forwarding")).toBe("1");
    expect(setting(ns("box"), "ipv6/neigh/wan.100/app_solicit")).toBe("2");
    expect(run("ip", "-n", ns("box"), "route", "get", "10.9.0.1")).toContain("via 10.1.0.1 dev wan.100");
    expect(pings(ns("box"), "10.1.0.1")).toBe(true);
    expect(await patchbay.missing()).toEqual([]);
    expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
    run("ip", "-n", ns("box"), "link", "del", "wan.100");
    await patchbay.restart();
    expect(interfaces(ns("box"))).toEqual(["eth0", "lo", "wan.100"]);
    expect(setting(ns("box"), "ipv4/conf/wan.100/forwarding")).toBe("1");
    run("ip", "-n", ns("box"), "link", "set", "wan.100", "down");
    run("ip", "-n", ns("box"), "link", "set", "wan.100", "name", "theirs");
    await patchbay.restart();
    expect(interfaces(ns("box"))).toEqual(["eth0", "lo", "wan.100"]);
    expect(await patchbay.missing()).toEqual([]);
  });
});

test("an interface gets another name where its endpoint joins anew, and the others keep theirs", async ({ host }) => {
  const commands = [network("net", 1), network("back", 2), ...joined("net", "box"), ...joined("back", "box")];
  await play(host, { commands }, async (scene) => {
    const { ns, patchbay } = scene;
    const again: CommandDraft = { type: "endpoint.join", endpoint: "net/box", sandbox: "box" };
    const leave: CommandDraft = { type: "endpoint.leave", endpoint: "net/box" };
    await expect(patchbay.apply(leave, { ...again, interfaceName: "eth1" })).rejects.toMatchObject({
      code: "CONFLICT",
      message: "sandbox box has an interface eth1 already, that of endpoint back/box",
    });
    expect(interfaces(ns("box"))).toEqual(["eth0", "eth1", "lo"]);
    await apply(scene, leave, { ...again, interfaceName: "uplink" });
    expect(interfaces(ns("box"))).toEqual(["eth1", "lo", "uplink"]);
    expect(pings(ns("box"), "10.1.0.1")).toBe(true);
    await apply(scene, leave, { ...again, interfaceName: "" });
    expect(interfaces(ns("box"))).toEqual(["eth0", "eth1", "lo"]);
    expect(await patchbay.missing()).toEqual([]);
  });
});

test("both ends of a link have the names that were asked for", async ({ host }) => {
  const commands: CommandDraft[] = [
    { type: "network.create", name: "wire", driver: "ptp", pools: [{ subnet: "10.3.0.0/30" }], enableIpv6: true },
    ...joined("wire", "a", { interfaceName: "to-b" }),
    ...joined("wire", "b", { interfaceName: "to-a" }),
  ];
  await play(host, { commands }, async ({ ns, patchbay }) => {
    expect(interfaces(ns("a"))).toEqual(["lo", "to-b"]);
    expect(interfaces(ns("b"))).toEqual(["lo", "to-a"]);
    expect(pings(ns("a"), "10.3.0.2")).toBe(true);
    expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
    run("ip", "-n", ns("b"), "link", "del", "to-a");
    await patchbay.restart();
    expect(pings(ns("b"), "10.3.0.1")).toBe(true);
    expect(await patchbay.missing()).toEqual([]);
  });
});

test("in an adopted namespace a name stays its owner's, also one that came later", async ({ host }) => {
  const stranger = await Stranger.start("stranger", "ip link add wan type bridge");
  try {
    const adopt: CommandDraft = { type: "sandbox.adopt", name: "box", pid: stranger.pid };
    await play(host, { commands: [network("net", 1), adopt] }, async ({ patchbay, ns }) => {
      await patchbay.apply({ type: "endpoint.create", network: "net", name: "box" });
      const under = (interfaceName: string) =>
        patchbay.apply({ type: "endpoint.join", endpoint: "net/box", sandbox: "box", interfaceName });
      await expect(under("wan")).rejects.toMatchObject({
        message: "sandbox box has an interface wan already, which it came with when it was adopted",
      });
      stranger.inside("ip", "link", "add", "later", "type", "bridge");
      await expect(under("later")).rejects.toMatchObject({ code: "KERNEL", details: { step: { errno: "EEXIST" } } });
      expect(interfaces(ns("box"))).toEqual(["later", "lo", "wan"]);
      expect(leftOvers(host).filter((name) => name.startsWith("pbv"))).toEqual([]);
      await under("mine");
      expect(interfaces(ns("box"))).toEqual(["later", "lo", "mine", "wan"]);
      expect(await patchbay.missing()).toEqual([]);
    });
    expect(stranger.inside("ip", "link")).not.toContain("mine");
  } finally {
    await stranger.end();
  }
});
