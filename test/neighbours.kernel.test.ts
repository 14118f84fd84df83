import { expect, vi } from "vitest";
import { frame, syn, Wire } from "./frames.ts";
import { run, test } from "./netns.ts";
import { probe } from "./outside.ts";
import { everybodySpeaks, joined, network, play, type Scene } from "./scene.ts";
import type { Probe } from "./talk.ts";

const subnets = ["10.1.0.0/24", "fd00:1::/64"];
const services = { tcp: [80, 81], udp: [53] };
const tables = ["raw", "mangle", "nat", "filter"];
const iptables = (option: string) =>
  ["iptables", "ip6tables"].flatMap((program) => tables.map((table) => `${program} -t ${table} ${option}`)).join("; ");

/** What somebody did to the rules before the daemon started again. */
const accidents: Record<string, string | null> = {
  "as it was made": null,
  "after iptables -F of every table": iptables("-F"),
  "after iptables -F and -X of every table": `${iptables("-F")}; ${iptables("-X")}`,
  "after nft flush ruleset": "nft flush ruleset",
};

test.for(Object.entries(accidents))(
  "a neighbour gets in through published ports and no other way, %s",
  async ([, accident], { host }) => {
    const commands = [
      network("net", 1),
      ...joined("net", "a", { publish: ["8080:80", "127.0.0.1:8081:81"] }),
      ...joined("net", "b"),
    ];
    await play(host, { commands, subnets }, async (scene) => {
      if (accident) {
        host.shell(accident);
        await scene.patchbay.restart();
      }
      expect(await scene.patchbay.missing()).toEqual([]);
      expect(await arrivals(scene)).toEqual(["2001:db8:1::2 -> 2001:db8:1::1 8080", "192.0.2.2 -> 192.0.2.1 8080"]);
      await scene.serve(["a", "b"], services);
      await scene.outside.serve(host.name, "host", { tcp: [7070], udp: [] });
      const tcp = (address: string, port: number): Probe => ({ kind: "tcp", address, port });
      const asked = [tcp("192.0.2.1", 7070), tcp("10.1.0.1", 7070), tcp("fd00:1::1", 7070), tcp("10.1.0.2", 81)];
      expect(await probe(scene.outside.name, asked)).toEqual(["host 192.0.2.2", null, null, null]);
      expect(await probe(host.name, [tcp("127.0.0.1", 8081)])).toEqual(["a 10.1.0.1"]);
    });
  },
);

/** Of the connections that the neighbour tries to open under its own and others' addresses, those that get to sandbox a. */
async function arrivals({ host, outside, ns }: Scene): Promise<string[]> {
  const tries = [
    ["2001:db8:1::2", "fd00:1::2", 81],
    ["2001:db8:1::2", "fd00:1::2", 80],
    ["2001:db8:1::2", "fd00:1::1", 8080],
    ["2001:db8:1::2", "::1", 8080],
    ["fd00:1::3", "fd00:1::2", 81],
    ["fd00:1::1", "fd00:1::2", 81],
    ["::1", "fd00:1::2", 81],
    ["2001:db8:1::2", "2001:db8:1::1", 81],
    ["2001:db8:1::2", "2001:db8:1::1", 8080],
    ["192.0.2.2", "10.1.0.2", 81],
    ["192.0.2.2", "10.1.0.2", 80],
    ["192.0.2.2", "10.1.0.1", 8080],
    ["192.0.2.2", "127.0.0.1", 8081],
    ["127.0.0.1", "127.0.0.1", 8081],
    ["10.1.0.3", "10.1.0.2", 81],
    ["10.1.0.1", "10.1.0.2", 81],
    ["127.0.0.1", "10.1.0.2", 81],
    ["192.0.2.2", "192.0.2.1", 8081],
    ["192.0.2.2", "192.0.2.1", 8080],
  ] as const;
  const [to, from] = [
    macOf(host.links("link", "show", "up0")),
    macOf(JSON.parse(outside.ip("-j", "link", "show", "up0"))),
  ];
  const frames = tries.map(([source, target, port]) => ({
    name: `${source} -> ${target} ${port}`,
    bytes: frame(to, from, syn({ from: source, to: target }, { from: 40_000, to: port })),
  }));
  const [door, inside] = [new Wire(outside.name, "up0"), new Wire(ns("a"), "eth0")];
  try {
    door.send(...frames.map(({ bytes }) => bytes));
    const last = frames.at(-1)!;
    await vi.waitFor(() => expect(inside.saw(last.bytes)).toBe(true), 5000);
    return frames.filter(({ bytes }) => inside.saw(bytes)).map(({ name }) => name);
  } finally {
    door.close();
    inside.close();
  }
}

const macOf = (links: { address: string }[]): string => links[0]?.address ?? "";

test("a published port is translated for the host alone: what passes through to others stays as it is", async ({
  host,
}) => {
  const far = "far-away";
  run("ip", "netns", "add", far);
  try {
    host.ip("link", "add", "up1", "type", "veth", "peer", "name", "up1", "netns", far);
    for (const [address, hosts] of [
      ["198.51.100.2/24", "198.51.100.1/24"],
      ["2001:db8:2::2/64", "2001:db8:2::1/64"],
    ]) {
      run("ip", "-n", far, "addr", "add", address!, "dev", "up1", "nodad");
      host.ip("addr", "add", hosts!, "dev", "up1", "nodad");
    }
    // Without waiting whether the address of the link is somebody else's, too (RFC 4862).
    for (const ns of [host.name, far]) {
      run("ip", "netns", "exec", ns, "sysctl", "-qw", "net.ipv6.conf.up1.accept_dad=0");
      run("ip", "-n", ns, "link", "set", "up1", "up");
    }
    run("ip", "-n", far, "route", "add", "default", "via", "198.51.100.1");
    run("ip", "-n", far, "-6", "route", "add", "default", "via", "2001:db8:2::1");
    const commands = [
      network("net", 1),
      ...joined("net", "a", { publish: ["8080:80", "5300:53/udp"] }),
      ...joined("net", "b"),
    ];
    await play(host, { commands, subnets: ["198.51.100.0/24", "2001:db8:2::/64"] }, async ({ outside, ns, serve }) => {
      await serve(["a"], services);
      await outside.serve(far, "far", { tcp: [8080], udp: [5300] });
      await everybodySpeaks(far);
      const asked: Probe[] = ["198.51.100.2", "2001:db8:2::2", "192.0.2.1"].flatMap((address) => [
        { kind: "tcp", address, port: 8080 },
        { kind: "udp", address, port: 5300 },
      ]);
      expect(await probe(outside.name, asked)).toEqual([
        ...["far 192.0.2.2", "far 192.0.2.2", "far 2001:db8:1::2", "far 2001:db8:1::2"],
        ...["a 192.0.2.2", "a 192.0.2.2"],
      ]);
      expect(await probe(ns("b"), asked)).toEqual([
        ...["far 198.51.100.1", "far 198.51.100.1", "far 2001:db8:2::1", "far 2001:db8:2::1"],
        ...["a 10.1.0.1", "a 10.1.0.1"],
      ]);
    });
  } finally {
    run("ip", "netns", "del", far);
  }
});
