import { expect, test } from "vitest";
import type { CommandDraft } from "./commands.ts";
import { emptyFacts, type Facts } from "./facts.ts";
import { formatExposure, formatPublication, parseExposure, parsePublication } from "./ports.ts";
import {
  endpointDraft as endpoint,
  testId as id,
  joinDraft,
  networkDraft,
  refusalOf,
  after as run,
  sandboxDraft,
} from "./testing.ts";

const any = { protocol: "tcp", hostAddress: null, hostPorts: null, count: 1 };

test.each([
  ["80", { ...any, port: 80 }],
  ["80/udp", { ...any, port: 80, protocol: "udp" }],
  ["8080:80", { ...any, port: 80, hostPorts: { from: 8080, count: 1 } }],
  ["8000-8009:80-89/sctp", { ...any, protocol: "sctp", port: 80, count: 10, hostPorts: { from: 8000, count: 10 } }],
  ["8000-8009:80", { ...any, port: 80, hostPorts: { from: 8000, count: 10 } }],
  ["80-89", { ...any, port: 80, count: 10 }],
  ["127.0.0.1:8080:80", { ...any, port: 80, hostAddress: "127.0.0.1", hostPorts: { from: 8080, count: 1 } }],
  ["127.0.0.1::80", { ...any, port: 80, hostAddress: "127.0.0.1" }],
  ["[::1]:8080:80", { ...any, port: 80, hostAddress: "::1", hostPorts: { from: 8080, count: 1 } }],
  ["[FD00:0::1]::53/udp", { ...any, port: 53, protocol: "udp", hostAddress: "fd00::1" }],
])("%s is a publication", (text, want) => {
  expect(parsePublication(text)).toEqual({ ok: true, value: want });
});

test.each([
  ["", "is not a publication such as 127.0.0.1:8080:80/tcp"],
  ["0:80", '"0" is not a port from 1 to 65535'],
  ["65536", "is not a port"],
  ["080:80", "is not a port"],
  ["1e3", "is not a port"],
  ["0x50", "is not a port"],
  ["-1:80", "is not a port"],
  ["90-80", "ends before it begins"],
  ["8000-8001:80-82", "maps 2 ports of the host to 3"],
  ["8080:80/icmp", "unknown protocol; there are: tcp, udp, sctp"],
  ["::1:8080:80", "is not a publication such as"],
  ["[127.0.0.1]:8080:80", "IPv6 addresses, and only they, go into brackets"],
  ["127.0.0.256:8080:80", "has a number above 255"],
  ["host:8080:80", "is not an IP address"],
  [":8080:80", "must be an IP address, and is empty"],
  ["80/tcp/udp", "is not a port such as 80/tcp"],
  ["$(reboot):80", "is not a port"],
])("%j is no publication", (text, want) => {
  const parsed = parsePublication(text);
  expect(parsed).toEqual({ ok: false, message: expect.stringContaining(want) });
});

test("what is written can be read again", () => {
  const publication = { protocol: "udp", port: 53, count: 2, hostAddress: "fd00::1", hostPort: 5300 } as const;
  const text = formatPublication(publication);
  expect(text).toBe("[fd00::1]:5300-5301:53-54/udp");
  const { hostPort, ...rest } = publication;
  expect(parsePublication(text)).toEqual({ ok: true, value: { ...rest, hostPorts: { from: hostPort, count: 2 } } });
  expect(parseExposure(formatExposure(publication))).toMatchObject({ ok: true, value: { port: 53, count: 2 } });
});

const web = networkDraft("web", { enableIpv6: true });
const publishing = (name: string, publish: string[], rest = {}) => endpoint("web", name, { publish, ...rest });
const portsOf = (drafts: Parameters<typeof run>[0], facts: Facts = emptyFacts, n = drafts.length - 1) =>
  run(drafts, facts).endpoints[id(n)]?.ports.map(formatPublication);

test("ports are chosen: exact ones first, then the first free of a range, then any that nobody uses", () => {
  const facts: Facts = {
    ...emptyFacts,
    ephemeralPorts: { from: 40000, to: 40002 },
    portsInUse: [{ protocol: "tcp", address: "127.0.0.1", port: 40000 }],
  };
  const first = publishing("a", ["8000-8002:80", "8000:81"]);
  expect(portsOf([web, first])).toEqual(["8001:80/tcp", "8000:81/tcp"]);
  expect(portsOf([web, first, publishing("b", ["8000-8002:80"])])).toEqual(["8002:80/tcp"]);
  expect(portsOf([web, publishing("a", ["80", "81"])], facts)?.toSorted()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^4000[12]:80/), expect.stringMatching(/^4000[12]:81/)]),
  );
  expect(refusalOf(() => run([web, publishing("a", ["80", "81", "82"])], facts))).toBe(
    "EXHAUSTED no port of 40000 to 40002 is free for tcp",
  );
});

test("publish all publishes what is exposed and not yet published", () => {
  const draft = publishing("a", ["8080:80"], { expose: ["80", "443", "53/udp"], publishAll: true });
  expect(portsOf([web, draft])).toEqual([
    "8080:80/tcp",
    expect.stringMatching(/^\d+:443\/tcp$/),
    expect.stringMatching(/^\d+:53\/udp$/),
  ]);
});

test.each([
  ["the same", ["8080:80"], "tcp"],
  ["a specific address under a wildcard", ["127.0.0.1:8080:80"], "tcp"],
  ["an IPv6 one", ["[fd00::9]:8080:80"], "tcp"],
  ["a range over it", ["8070-8090:70-90"], "tcp"],
])("a port that another endpoint publishes is refused: %s", (_name, publish) => {
  expect(refusalOf(() => run([web, publishing("a", ["8080:80"]), publishing("b", publish)]))).toMatch(
    /^CONFLICT .*: port is already allocated by endpoint web\/a$/,
  );
});

test.each([
  ["another protocol", ["8080:80/udp"]],
  ["another address", ["127.0.0.2:8080:80"]],
  ["the other family", ["[fd00::9]:8080:80"]],
])("a port is free for %s", (_name, publish) => {
  expect(refusalOf(() => run([web, publishing("a", ["127.0.0.1:8080:80"]), publishing("b", publish)]))).toBe("");
});

test("an update replaces what it gives, keeps chosen ports, and leaves the rest", () => {
  const drafts = [web, publishing("a", ["80"], { expose: ["90"] })];
  const chosen = portsOf(drafts)?.[0] ?? "";
  const update: CommandDraft = { type: "endpoint.update", endpoint: "a", publish: ["80", "8090:90"] };
  const after = run([...drafts, update]).endpoints[id(1)];
  expect(after?.ports.map(formatPublication)).toEqual([chosen, "8090:90/tcp"]);
  expect(after?.exposed.map(formatExposure)).toEqual(["90/tcp"]);
  expect(run([...drafts, { ...update, publish: [] }]).endpoints[id(1)]?.ports).toEqual([]);
});

test("a port stays where it is when the network gets another address to publish on", () => {
  const drafts: CommandDraft[] = [
    web,
    publishing("a", ["8080:80"], { expose: ["443"] }),
    { type: "network.update", network: "web", options: { host_binding_ipv4: "127.0.0.1" } },
  ];
  const more: CommandDraft = { type: "endpoint.update", endpoint: "a", publish: ["8080:80", "8090:90"] };
  expect(portsOf([...drafts, more], emptyFacts, 1)).toEqual(["8080:80/tcp", "127.0.0.1:8090:90/tcp"]);
  const all: CommandDraft = { type: "endpoint.update", endpoint: "a", publishAll: true };
  expect(portsOf([...drafts, all], emptyFacts, 1)).toEqual([
    "8080:80/tcp",
    expect.stringMatching(/^127\.0\.0\.1:\d+:443/),
  ]);
});

test("links lead to endpoints and sandboxes of the same network and end with their target", () => {
  const other = networkDraft("other");
  const drafts = [
    web,
    other,
    sandboxDraft("box"),
    endpoint("web", "db"),
    joinDraft("db", "box"),
    endpoint("other", "far"),
    endpoint("web", "a", { links: ["box:database", "web/db"] }),
  ];
  expect(run(drafts).endpoints[id(6)]?.links).toEqual([
    { endpointId: id(3), alias: "database" },
    { endpointId: id(3), alias: "db" },
  ]);
  const gone = [
    ...drafts,
    { type: "endpoint.leave", endpoint: "db" },
    { type: "endpoint.delete", endpoint: "db" },
  ] as const;
  expect(run(gone).endpoints[id(6)]?.links).toEqual([]);
  const link = (text: string) => refusalOf(() => run([...drafts.slice(0, 6), endpoint("web", "a", { links: [text] })]));
  expect(link("far")).toMatch(/^INVALID_PARAMETER links.0: other\/far is in another network/);
  expect(link("a:x")).toMatch(/^NOT_FOUND no endpoint "a"/);
  expect(link("db:x y")).toMatch(/^INVALID_PARAMETER links.0: the alias "x y" must be a name/);
});

test("ports need a bridge and an address of the family", () => {
  const none = endpoint("none", "n", { publish: ["80"] });
  expect(refusalOf(() => run([none]))).toBe("CONFLICT network none of driver null publishes no ports and has no links");
  const loopback = [web, publishing("a", ["[::1]:80:80"])];
  expect(refusalOf(() => run(loopback))).toMatch(/^INVALID_PARAMETER publish.0: ::1 leads nowhere/);
  const four = [networkDraft("four"), endpoint("four", "a", { publish: ["[::]:80:80"] })];
  expect(refusalOf(() => run(four))).toBe(
    "INVALID_PARAMETER publish.0: the endpoint has no IPv6 address that :: could lead to",
  );
});

test("options of a live network change, but not what is fixed", () => {
  const update = (options: Record<string, string>, internal?: boolean) =>
    ({ type: "network.update", network: "web", options, internal }) as const;
  const after = run([web, update({ icc: "false", "com.docker.network.bridge.gateway_mode_ipv6": "routed" }, false)]);
  expect(after.networks[id(0)]?.options).toMatchObject({ icc: false, gatewayModeIpv6: "routed", masquerade: true });
  const refusal = (draft: ReturnType<typeof update>) => refusalOf(() => run([web, draft]));
  expect(refusal(update({ name: "br0" }))).toMatch(
    /^INVALID_PARAMETER options.name: is given when the network is created/,
  );
  expect(refusal(update({ gateway_mode_ipv4: "isolated" }))).toMatch(
    /isolated can only be used for an internal network/,
  );
  expect(refusal(update({ gateway_mode_ipv4: "open" }))).toMatch(/^INVALID_PARAMETER options.gateway_mode_ipv4: /);
  expect(refusal(update({ host_ipv4: "fd00::1" }))).toBe(
    "INVALID_PARAMETER options.host_ipv4: must be an IPv4 address",
  );
  expect(refusal(update({ icc: "maybe" }))).toMatch(/must be true or false/);
});

test("a bridge device that a person made is adopted; another device, or one of ours, is refused", () => {
  const device = (type: string, ours = false) => ({
    ...emptyFacts,
    links: [{ name: "br0", type, ours, mtu: 1500, addresses: [] }],
  });
  const draft = networkDraft("n", { options: { name: "br0" } });
  expect(run([draft], device("bridge")).networks[id(0)]?.options).toMatchObject({ bridge: "br0", adopted: true });
  expect(run([draft], { ...emptyFacts, uplinkMtu: 1400 }).networks[id(0)]?.options).toMatchObject({
    adopted: false,
    mtu: 1400,
  });
  expect(refusalOf(() => run([draft], device("veth")))).toBe("CONFLICT the host's device br0 is a veth, not a bridge");
  expect(refusalOf(() => run([draft], device("bridge", true)))).toBe(
    "CONFLICT the host's device br0 is Patchbay's own already",
  );
  expect(refusalOf(() => run([draft, networkDraft("m", { options: { name: "br0" } })]))).toBe(
    "CONFLICT network n has the bridge br0 already",
  );
});

test.each(["eth+", "$(reboot)", "-x", "a/b", "a b", "sixteen-bytes-no", "all", "lo"])(
  "%j is no device name",
  (name) => {
    expect(refusalOf(() => run([networkDraft("n", { options: { name } })]))).toMatch(
      /^INVALID_PARAMETER options.name: /,
    );
  },
);
