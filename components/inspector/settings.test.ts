import { expect, test } from "vitest";
import { idOf, topologyOf } from "#components/topology/topology.fixture.ts";
import { endpointSettings, exposedSettings, routeSettings } from "./endpoint-settings.ts";
import { dnsSettings, nameSettings } from "./sandbox-settings.ts";
import { draftOf, givenIn, problemsOf, type Settings } from "./settings.ts";

/** app (id 2) is in net (1) and far (4) through endpoints 3 and 5. */
const topology = topologyOf(
  { type: "network.create", name: "net" },
  {
    type: "sandbox.create",
    name: "app",
    hostname: "app.example.com",
    extraHosts: ["db:10.0.0.7"],
    dns: { servers: ["10.0.0.53"] },
  },
  {
    type: "endpoint.create",
    network: "net",
    name: "app",
    ingress: "10mbit burst 64kb",
    aliases: ["front", "web"],
    routes: ["10.9.0.0/16 via 172.17.0.9"],
    sysctls: ["net.ipv4.conf.IFNAME.forwarding=1"],
    expose: ["80/tcp"],
  },
  { type: "network.create", name: "far" },
  { type: "endpoint.create", network: "far", name: "app" },
  { type: "endpoint.join", endpoint: "net/app", sandbox: "app" },
  { type: "endpoint.join", endpoint: "far/app", sandbox: "app" },
);
const app = topology.sandboxes[idOf(2)]!;
const [near, far] = [topology.endpoints[idOf(3)]!, topology.endpoints[idOf(5)]!];
const shown = ({ settings }: Settings) =>
  settings.map(({ label, texts, otherwise }) => [label, ...texts, `(${otherwise})`]);

test("what is told is shown as it would be written, and what holds without it", () => {
  expect(
    [nameSettings(app), dnsSettings(app), endpointSettings(topology, near, {}), exposedSettings(near)].flatMap(shown),
  ).toMatchInlineSnapshot(`
    [
      [
        "Hostname",
        "app.example.com",
        "(000000000000)",
      ],
      [
        "Domain",
        "(example.com)",
      ],
      [
        "Extra hosts",
        "db:10.0.0.7",
        "(none)",
      ],
      [
        "Servers",
        "10.0.0.53",
        "(the host's)",
      ],
      [
        "Search",
        "(the host's)",
      ],
      [
        "Options",
        "(the host's)",
      ],
      [
        "Receives at most",
        "10mbit burst 64kb",
        "(no limit)",
      ],
      [
        "Sends at most",
        "(no limit)",
      ],
      [
        "Aliases",
        "front",
        "web",
        "(none)",
      ],
      [
        "Routes",
        "10.9.0.0/16 via 172.17.0.9",
        "(none)",
      ],
      [
        "Sysctls",
        "net.ipv4.conf.IFNAME.forwarding=1",
        "(none)",
      ],
      [
        "Exposed",
        "80/tcp",
        "(nothing)",
      ],
    ]
  `);
  expect(shown(routeSettings([near, far]))).toEqual([
    ["Through eth0", "10.9.0.0/16 via 172.17.0.9", "(none)"],
    ["Through eth1", "(none)"],
  ]);
});

test("only what a person has changed is sent, each list whole", () => {
  const sent = (of: Settings, changes: Record<string, string>) => {
    const opened = draftOf(of.settings);
    return of.commands(givenIn(opened, { ...opened, ...changes }));
  };
  expect(sent(nameSettings(app), { hostname: "", extraHosts: " db:10.0.0.7 \n\npc:10.0.0.8\n" })).toEqual([
    { type: "sandbox.update", sandbox: app.id, hostname: "", extraHosts: ["db:10.0.0.7", "pc:10.0.0.8"] },
  ]);
  expect(sent(dnsSettings(app), { search: "." })).toEqual([
    { type: "sandbox.update", sandbox: app.id, dns: { search: ["."] } },
  ]);
  expect(sent(endpointSettings(topology, near, {}), { ingress: "", egress: "8kbit" })).toEqual([
    { type: "endpoint.update", endpoint: near.id, ingress: "", egress: "8kbit" },
  ]);
  expect(sent(routeSettings([near, far]), { [far.id]: "10.8.0.0/16" })).toEqual([
    { type: "endpoint.update", endpoint: far.id, routes: ["10.8.0.0/16"] },
  ]);
});

test("blanks and empty lines are no change", () => {
  const opened = draftOf(nameSettings(app).settings);
  expect(givenIn(opened, { ...opened, hostname: " app.example.com ", extraHosts: "db:10.0.0.7\n" })).toEqual({});
});

test("each field says what the daemon would say of it", () => {
  const problems = (of: Settings, given: Record<string, string[]>, unsupported = {}) =>
    problemsOf(of, given, { topology, unsupported });
  expect(problems(dnsSettings(app), { servers: ["10.0.0.1", "dns.example"], options: ["ndots:1"] })).toEqual({
    servers: expect.stringMatching(/^line 2: "dns.example" is not an IP address/),
  });
  expect(problems(nameSettings(app), { hostname: ["a b"], domainname: ["-x"], extraHosts: ["db"] })).toEqual({
    hostname: `"a b" must have only letters, digits, '-' and '_' between its dots`,
    domainname: expect.stringContaining("begins or ends with '-'"),
    extraHosts: '"db" is not a name and an address such as db:10.0.0.7',
  });
  const given = { egress: ["fast"], aliases: ["a b"], sysctls: ["kernel.panic=1"], routes: ["default via 172.17.0.1"] };
  expect(problems(endpointSettings(topology, near, {}), given)).toMatchInlineSnapshot(`
    {
      "aliases": "must be 1 to 63 characters: letters, digits, '_', '.' or '-', the first a letter or a digit",
      "egress": ""fast" is not a rate such as 10mbit, 1.5gbit or 512kbit burst 16kb",
      "routes": "the default route follows from the gateway priority and is not one of these",
      "sysctls": ""kernel.panic=1" is not a setting of an interface such as net.ipv4.conf.IFNAME.forwarding=1",
    }
  `);
  const unsupported = { "bandwidth.egress": "ifb is not in this kernel" };
  expect(problems(endpointSettings(topology, near, unsupported), { egress: ["1mbit"] }, unsupported)).toEqual({
    egress: "egress cannot be limited: ifb is not in this kernel",
  });
});

test("a route may move from one interface to the other in one change, and not be there twice", () => {
  const of = routeSettings([near, far]);
  const moved = { [near.id]: [], [far.id]: ["10.9.0.0/16"] };
  expect(problemsOf(of, moved, { topology })).toEqual({});
  expect(problemsOf(of, { [far.id]: ["10.9.0.0/16"] }, { topology })).toEqual({
    [far.id]: "sandbox app has a route to 10.9.0.0/16 through its endpoint app already",
  });
});

test("what cannot be told to this endpoint is refused by the rule that the daemon has", () => {
  const withHost = topologyOf({ type: "endpoint.create", network: "host", name: "x" });
  const refusals = ({ settings }: Settings) =>
    settings.map(({ label, verdict }) => [label, verdict.ok ? "" : verdict.message]);
  expect(refusals(endpointSettings(withHost, withHost.endpoints[idOf(1)]!, {}))).toMatchInlineSnapshot(`
    [
      [
        "Receives at most",
        "endpoints of network host have no interface whose bandwidth could be limited",
      ],
      [
        "Sends at most",
        "endpoints of network host have no interface whose bandwidth could be limited",
      ],
      [
        "Aliases",
        "",
      ],
      [
        "Routes",
        "endpoints of network host have no interface that a name, routes and settings could be of",
      ],
      [
        "Sysctls",
        "endpoints of network host have no interface that a name, routes and settings could be of",
      ],
    ]
  `);
});
