import { expect, test } from "vitest";
import type { CommandDraft } from "./commands.ts";
import { emptyFacts, type Facts } from "./facts.ts";
import { reduce } from "./reduce.ts";
import {
  command,
  endpointDraft as endpoint,
  testId as id,
  joinDraft as join,
  networkDraft,
  refusalOf,
  after as run,
  sandboxDraft,
} from "./testing.ts";

/** What stops the last of the drafts. */
function refusal(drafts: readonly CommandDraft[], facts: Facts = emptyFacts): string {
  run(drafts.slice(0, -1), facts);
  return refusalOf(() => run(drafts, facts));
}

const web = networkDraft("web");
const lan = networkDraft("lan", { pools: [{ subnet: "10.0.0.0/29" }] });
const small = networkDraft("small", { pools: [{ subnet: "10.0.0.0/30" }] });
const both = networkDraft("both", { enableIpv6: true });
const six = networkDraft("six", { enableIpv4: false, pools: [{ subnet: "fd00::/64" }] });
const box = sandboxDraft("box");
const hostBox = sandboxDraft("hostbox", { mode: "host" });
const leave = (endpoint: string, sandbox?: string): CommandDraft => ({ type: "endpoint.leave", endpoint, sandbox });

test("an endpoint keeps its addresses when it leaves and joins another sandbox", () => {
  const other = sandboxDraft("other");
  const drafts = [both, box, other, endpoint("both", "db"), join("db", "box"), leave("db"), join("db", "other")];
  expect(run(drafts).endpoints[id(3)]).toMatchObject({
    ipv4: "172.17.0.2/16",
    ipv6: expect.stringMatching(/^fd[0-9a-f:]+::2\/64$/),
    mac: "02:42:ac:11:00:02",
    attachment: { sandboxId: id(2), interfaceName: "eth0" },
  });
});

test("a join that makes its sandbox makes a managed one, which goes with its last endpoint", () => {
  const joined = [web, lan, endpoint("web", "a"), join("a", "new", true), endpoint("lan", "b"), join("b", "new", true)];
  expect(run(joined).sandboxes[id(3)]).toMatchObject({ name: "new", managed: true, mode: "private" });
  expect(run(joined).endpoints[id(4)]?.attachment).toEqual({ sandboxId: id(3), interfaceName: "eth1" });
  expect(run([...joined, leave("a")]).sandboxes[id(3)]).toBeDefined();
  expect(run([...joined, leave("a"), leave("b")]).sandboxes).toEqual({});
});

test("a sandbox that a person created stays when its last endpoint leaves", () => {
  const topology = run([web, box, endpoint("web", "a"), join("a", "box"), leave("a", "box")]);
  expect(topology.sandboxes[id(1)]).toMatchObject({ name: "box", managed: false });
});

test("a sandbox made by joining the host network is in host mode, and its endpoint has no interface", () => {
  const topology = run([endpoint("host", "h"), join("h", "agent", true)]);
  expect(topology.sandboxes[id(1)]?.mode).toBe("host");
  expect(topology.endpoints[id(0)]).toMatchObject({ ipv4: null, mac: null, attachment: { interfaceName: "" } });
});

test("a join that may create a sandbox never takes an id prefix for a name", () => {
  const topology = run([web, box, endpoint("web", "a"), join("a", "00", true)]);
  expect(topology.sandboxes[id(3)]?.name).toBe("00");
});

test("an interface gets the lowest number that is free in the sandbox", () => {
  const nets = ["a", "b", "c"].map((name) => networkDraft(name));
  const joins = ["a", "b", "c"].flatMap((name) => [endpoint(name, `${name}1`), join(`${name}1`, "box")]);
  const topology = run([...nets, box, ...joins, leave("a1"), join("a1", "box")]);
  const names = Object.values(topology.endpoints).map((e) => e.attachment?.interfaceName);
  expect(names).toEqual(["eth0", "eth1", "eth2"]);
});

test("objects that a command does not touch are the same objects after it", () => {
  const before = run([web, box, endpoint("web", "a")]);
  const after = reduce(before, command(join("a", "box")), emptyFacts);
  expect(after.networks).toBe(before.networks);
  expect(after.sandboxes).toBe(before.sandboxes);
  expect(after.endpoints[id(2)]).not.toBe(before.endpoints[id(2)]);
});

test("the MAC address of an IPv6 endpoint comes from its last four bytes and avoids those taken", () => {
  const drafts = [
    six,
    endpoint("six", "a", { mac: "02:42:00:00:00:02" }),
    endpoint("six", "b", { ipv6: "fd00::1:0:2" }),
  ];
  expect(run(drafts).endpoints[id(2)]?.mac).toBe("02:42:00:00:00:03");
});

test("networks get the default pools one after the other", () => {
  const subnets = Object.values(run([web, both, lan]).networks).flatMap((n) =>
    n.pools.map((p) => `${p.subnet} ${p.gateway}`),
  );
  expect(subnets).toEqual([
    "172.17.0.0/16 172.17.0.1",
    "172.18.0.0/16 172.18.0.1",
    expect.stringMatching(/^fd.*::\/64 fd.*::1$/),
    "10.0.0.0/29 10.0.0.1",
  ]);
});

test.each([
  { name: "name twin", in: [web, networkDraft("WEB")], want: "CONFLICT there is already a network called web" },
  { name: "reserved", in: [networkDraft("Bridge")], want: "FORBIDDEN the name Bridge is reserved" },
  {
    name: "second host",
    in: [networkDraft("web", { driver: "host" })],
    want: "FORBIDDEN there is one network of driver host",
  },
  {
    name: "no driver",
    in: [networkDraft("web", { driver: "x" })],
    want: 'INVALID_PARAMETER driver: unknown driver "x"; there are: bridge, ptp, host, null',
  },
  { name: "overlap", in: [lan, small], want: "CONFLICT 10.0.0.0/30 overlaps 10.0.0.0/29 of network lan" },
  { name: "sandbox twin", in: [box, sandboxDraft("Box")], want: "CONFLICT there is already a sandbox called box" },
  {
    name: "endpoint twin",
    in: [web, endpoint("web", "a"), endpoint("web", "A")],
    want: "CONFLICT network web already has an endpoint called a",
  },
  {
    name: "mac twin",
    in: [web, endpoint("web", "a"), endpoint("web", "b", { mac: "02:42:AC:11:00:02" })],
    want: "CONFLICT 02:42:ac:11:00:02 is in use by endpoint a",
  },
  {
    name: "mac of the gateway",
    in: [web, endpoint("web", "a", { mac: "02:42:ac:11:00:01" })],
    want: "CONFLICT 02:42:ac:11:00:01 is in use by the gateway of network web",
  },
  {
    name: "address twin",
    in: [web, endpoint("web", "a"), endpoint("web", "b", { ipv4: "172.17.0.2" })],
    want: "CONFLICT 172.17.0.2 is in use by endpoint a",
  },
  {
    name: "gateway",
    in: [web, endpoint("web", "a", { ipv4: "172.17.0.1" })],
    want: "CONFLICT 172.17.0.1 is the gateway of the network",
  },
  {
    name: "several problems",
    in: [web, endpoint("web", "a", { ipv4: "10.0.0.1", ipv6: "fd00::1", mac: "0" })],
    want: 'INVALID_PARAMETER ipv4: 10.0.0.1 is outside the subnet, whose addresses are 172.17.0.0 to 172.17.255.255 (network web); ipv6: network web has no IPv6 subnet; mac: "0" is not a MAC address',
  },
  {
    name: "exhausted",
    in: [small, endpoint("small", "a"), endpoint("small", "b")],
    want: "EXHAUSTED no address is free in 10.0.0.0/30 (network small)",
  },
  {
    name: "address without pools",
    in: [endpoint("none", "a", { ipv4: "10.0.0.1", mac: "02:42:ac:11:00:02" })],
    want: "INVALID_PARAMETER ipv4: network none has no IPv4 subnet; mac: endpoints of network none have no interface",
  },
  {
    name: "double join",
    in: [web, box, endpoint("web", "a"), join("a", "box"), join("a", "box")],
    want: "CONFLICT endpoint web/a is joined to sandbox box",
  },
  {
    name: "twice in a network",
    in: [web, box, endpoint("web", "a"), endpoint("web", "b"), join("a", "box"), join("b", "box")],
    want: "CONFLICT sandbox box is already in network web",
  },
  {
    name: "bad sandbox name",
    in: [web, endpoint("web", "a"), join("a", "../x", true)],
    want: "INVALID_PARAMETER sandbox: must be 1 to 63 characters",
  },
  { name: "no sandbox", in: [web, endpoint("web", "a"), join("a", "boxx")], want: 'NOT_FOUND no sandbox "boxx"' },
  {
    name: "leave unjoined",
    in: [web, endpoint("web", "a"), leave("a")],
    want: "CONFLICT endpoint web/a is not joined",
  },
  {
    name: "leave elsewhere",
    in: [web, box, hostBox, endpoint("web", "a"), join("a", "box"), leave("a", "hostbox")],
    want: "CONFLICT endpoint web/a is joined to sandbox box, not to hostbox",
  },
  {
    name: "used network",
    in: [
      web,
      box,
      endpoint("web", "a"),
      join("a", "box"),
      endpoint("web", "b"),
      { type: "network.delete", network: "web" },
    ],
    want: "CONFLICT network web has 2 endpoints: a (in sandbox box), b (not joined)",
  },
  {
    name: "predefined",
    in: [{ type: "network.delete", network: "none" }],
    want: "FORBIDDEN network none is predefined",
  },
  {
    name: "used sandbox",
    in: [web, box, endpoint("web", "a"), join("a", "box"), { type: "sandbox.delete", sandbox: "box" }],
    want: "CONFLICT sandbox box has 1 joined endpoint: web/a",
  },
  {
    name: "joined endpoint",
    in: [web, box, endpoint("web", "a"), join("a", "box"), { type: "endpoint.delete", endpoint: "a" }],
    want: "CONFLICT endpoint web/a is joined to sandbox box",
  },
  {
    name: "private in host",
    in: [box, endpoint("host", "h"), join("h", "box")],
    want: "CONFLICT network host is the host's own",
  },
  {
    name: "host elsewhere",
    in: [web, hostBox, endpoint("web", "a"), join("a", "hostbox")],
    want: "CONFLICT sandbox hostbox uses the host's namespace",
  },
  {
    name: "none and another",
    in: [web, box, endpoint("web", "a"), endpoint("none", "n"), join("n", "box"), join("a", "box")],
    want: "CONFLICT network none means no network",
  },
] satisfies { name: string; in: CommandDraft[]; want: string }[])("refuses: $name", ({ in: drafts, want }) => {
  expect(refusal(drafts).slice(0, want.length)).toBe(want);
});

test("an address that is released can be had again", () => {
  const drafts = [
    small,
    endpoint("small", "a"),
    { type: "endpoint.delete", endpoint: "a" } as const,
    endpoint("small", "b"),
  ];
  expect(run(drafts).endpoints[id(3)]?.ipv4).toBe("10.0.0.2/30");
});

test("a driver that this kernel lacks is refused with the reason, a subnet that the host uses with the device", () => {
  const facts = {
    ...emptyFacts,
    onLinkRoutes: [{ subnet: "10.0.0.0/8", dev: "eth9" }],
    unsupported: { bridge: "bridge is not in this kernel" },
  };
  expect(refusal([web], facts)).toBe("UNSUPPORTED driver bridge is not available: bridge is not in this kernel");
  expect(refusal([lan], { ...facts, unsupported: {} })).toBe(
    "CONFLICT 10.0.0.0/29 overlaps 10.0.0.0/8, which this host reaches through eth9",
  );
});
