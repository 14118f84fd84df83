import { describe, expect, test } from "vitest";
import type { CommandDraft } from "./commands.ts";
import { emptyFacts, type Facts } from "./facts.ts";
import { parseCommand } from "./parse-command.ts";
import { hostNetwork, noneNetwork } from "./predefined.ts";
import { canConnect } from "./rules.ts";
import { after, endpointDraft, joinDraft, networkDraft, refusalOf, sandboxDraft, testId } from "./testing.ts";
import type { Topology } from "./topology.ts";

const link = (name: string, rest: object = {}): CommandDraft => networkDraft(name, { driver: "ptp", ...rest });
const subnets = ({ networks }: Topology) =>
  Object.values(networks).flatMap(({ pools }) => pools.map(({ subnet, gateway }) => [subnet, gateway]));

test("a link has two addresses and no gateway; many of them share the last default pool", () => {
  const topology = after([link("x", { enableIpv6: true }), link("y"), networkDraft("web"), link("z")]);
  expect(subnets(topology)).toEqual([
    ["192.168.240.0/31", null],
    ["fde4:8422:2325:ffff::/127", null],
    ["192.168.240.2/31", null],
    ["172.17.0.0/16", "172.17.0.1"],
    ["192.168.240.4/31", null],
  ]);
});

test("a default pool that something else is in is left alone", () => {
  const facts: Facts = { ...emptyFacts, onLinkRoutes: [{ subnet: "192.168.241.0/24", dev: "eth0" }] };
  const other = networkDraft("web", { pools: [{ subnet: "192.168.224.0/28" }] });
  expect(subnets(after([other, link("x")], facts)).at(-1)).toEqual(["192.168.208.0/31", null]);
});

test("addresses are alone in their subnet, and there are two", () => {
  const topology = after([link("x", { enableIpv6: true }), endpointDraft("x", "a"), endpointDraft("x", "b")]);
  expect(Object.values(topology.endpoints).map(({ ipv4, ipv6 }) => [ipv4, ipv6])).toEqual([
    ["192.168.240.0/32", "fde4:8422:2325:ffff::/128"],
    ["192.168.240.1/32", "fde4:8422:2325:ffff::1/128"],
  ]);
  const three = [link("x"), ...["a", "b", "c"].map((name) => endpointDraft("x", name))];
  expect(refusalOf(() => after(three))).toBe("EXHAUSTED no address is free in 192.168.240.0/31 (network x)");
});

describe("who can be at the ends", () => {
  const topology = after([
    link("wire", { pools: [{ subnet: "10.1.1.0/24" }] }), // 0
    sandboxDraft("a"), // 1
    sandboxDraft("b"), // 2
    sandboxDraft("c"), // 3
    sandboxDraft("host-1", { mode: "host" }), // 4
    sandboxDraft("host-2", { mode: "host" }), // 5
    endpointDraft("wire", "a"), // 6
    joinDraft("wire/a", "a"), // 7
    endpointDraft("wire", "b"), // 8
    joinDraft("wire/b", "b"), // 9
    link("out", { pools: [{ subnet: "10.1.2.0/24" }] }), // 10
    endpointDraft("out", "host"), // 11
    joinDraft("out/host", "host-1"), // 12
  ]);

  test.each([
    {
      who: "a third",
      network: 0,
      sandbox: 3,
      rule: "network-full",
      message: "network wire has 2 joined endpoints, and driver ptp takes no more",
    },
    {
      who: "one at both ends",
      network: 0,
      sandbox: 1,
      rule: "already-connected",
      message: "sandbox a is already in network wire",
    },
    {
      who: "the host at both ends",
      network: 10,
      sandbox: 5,
      rule: "both-ends-on-host",
      message: "the other end of network out is in sandbox host-1, which uses the host's namespace as host-2 does",
    },
  ])("not $who", ({ network, sandbox, rule, message }) => {
    expect(canConnect(topology, testId(network), testId(sandbox))).toMatchObject({ ok: false, rule, message });
  });

  test("a sandbox at the other end of the host's, and the host besides its own network", () => {
    expect(canConnect(topology, testId(10), testId(3))).toEqual({ ok: true });
    expect(canConnect(topology, hostNetwork.id, testId(4))).toEqual({ ok: true });
    expect(canConnect(topology, noneNetwork.id, testId(1))).toMatchObject({ rule: "none-excludes-others" });
  });

  test("in the host the interface is named after the endpoint", () => {
    const names = Object.values(topology.endpoints).map(({ attachment }) => attachment?.interfaceName);
    expect(names).toEqual(["eth0", "eth0", `pbv${testId(11).slice(0, 10)}`]);
  });
});

test.each([
  [{ pools: [{ subnet: "10.1.1.1/32" }] }, "10.1.1.1/32 has one address, and a link has two ends"],
  [
    { pools: [{ subnet: "10.1.1.0/31" }, { subnet: "fd00::1/128" }] },
    "fd00::1/128 has one address, and a link has two ends",
  ],
  [
    { pools: [{ subnet: "10.1.1.0/30", gateway: "10.1.1.1" }] },
    "a point-to-point network has no gateway; leave it out",
  ],
  [{ internal: true }, "says nothing here: a point-to-point network leads to its two ends only"],
  [{ options: { icc: "false" } }, "unknown option; driver ptp knows mtu, and Docker's labels of them"],
  [{ options: { anti_spoofing: "true" } }, "unknown option; driver ptp knows mtu"],
  [{ options: { mtu: "60" } }, "must be at least 68"],
  [{ enableIpv6: true, options: { mtu: "1000" } }, "must be at least 1280 where IPv6 is enabled"],
])("%j is refused", (rest, want) => {
  expect(refusalOf(() => parseCommand(link("x", rest)))).toContain(want);
});

test("ports are neither published nor linked where the other end reaches them all", () => {
  const drafts = [link("x"), endpointDraft("x", "a", { publish: ["8080:80"] })];
  expect(refusalOf(() => after(drafts))).toBe(
    "CONFLICT network x is a link between two ends, and either reaches every port of the other",
  );
});

test("the MTU changes, and nothing else of a network does", () => {
  const topology = after([link("x"), { type: "network.update", network: "x", options: { mtu: "9000" } }]);
  expect(topology.networks[testId(0)]?.options).toEqual({ mtu: 9000 });
  const inside = [link("x"), { type: "network.update" as const, network: "x", internal: true }];
  expect(refusalOf(() => after(inside))).toContain("leads to its two ends only");
});
