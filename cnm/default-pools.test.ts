import { expect, test } from "vitest";
import { cidrOf, formatCidr } from "./cidr.ts";
import { defaultPools, overlappingRoute, requestPool } from "./default-pools.ts";
import { emptyFacts, type Facts } from "./facts.ts";
import { after, freshTopology, networkDraft, refusalOf } from "./testing.ts";

const facts = (rest: Partial<Facts>): Facts => ({ ...emptyFacts, hostId: "a host", ...rest });
const ipv4 = [...defaultPools(4, "")].map(formatCidr);

test("there are 31 local IPv4 pools in Docker's order", () => {
  expect(ipv4).toHaveLength(31);
  expect([ipv4[0], ipv4[14], ipv4[15], ipv4[30]]).toEqual([
    "172.17.0.0/16",
    "172.31.0.0/16",
    "192.168.0.0/20",
    "192.168.240.0/20",
  ]);
});

test("IPv6 pools are /64 of a unique local /48 that belongs to the host", () => {
  const first = (hostId: string) => formatCidr(requestPool(freshTopology, 6, facts({ hostId })));
  expect(first("a")).toMatch(/^fd[0-9a-f:]+::\/64$/);
  expect(first("a")).toBe(first("a"));
  expect(first("a")).not.toBe(first("b"));
  expect([...defaultPools(6, "a")]).toHaveLength(65536);
});

test.each([
  { name: "nothing in use", facts: {}, want: "172.17.0.0/16" },
  {
    name: "a route to a part",
    facts: { onLinkRoutes: [{ subnet: "172.17.5.0/24", dev: "eth0" }] },
    want: "172.18.0.0/16",
  },
  {
    name: "a route to all of 172",
    facts: { onLinkRoutes: [{ subnet: "172.16.0.0/12", dev: "tun0" }] },
    want: "192.168.0.0/20",
  },
  { name: "a default route", facts: { onLinkRoutes: [{ subnet: "0.0.0.0/0", dev: "ppp0" }] }, want: "172.17.0.0/16" },
  { name: "routes nobody can read", facts: { onLinkRoutes: [{ subnet: "default", dev: "x" }] }, want: "172.17.0.0/16" },
  { name: "a name server", facts: { nameservers: ["fe80::1%eth0", "172.17.0.53"] }, want: "172.18.0.0/16" },
])("$name", ({ facts: rest, want }) => {
  expect(formatCidr(requestPool(freshTopology, 4, facts(rest)))).toBe(want);
});

test("a pool between two networks is used before a later one", () => {
  const pools = ["172.17.0.0/16", "172.19.0.0/24"].map((subnet) => ({ subnet }));
  const topology = after(pools.map((pool, n) => networkDraft(`n${n}`, { pools: [pool] })));
  expect(formatCidr(requestPool(topology, 4, emptyFacts))).toBe("172.18.0.0/16");
});

test("the 32nd automatic network is refused", () => {
  const drafts = Array.from({ length: 31 }, (_, n) => networkDraft(`n${n}`));
  const subnets = Object.values(after(drafts).networks).flatMap(({ pools }) => pools.map(({ subnet }) => subnet));
  expect(subnets).toEqual(ipv4);
  expect(refusalOf(() => after([...drafts, networkDraft("more")]))).toBe(
    "EXHAUSTED every default IPv4 pool is in use by a network, a route or a name server",
  );
});

test("an overlapping route is named with its device", () => {
  const routes = facts({ onLinkRoutes: [{ subnet: "10.8.0.0/24", dev: "tun0" }] });
  expect(overlappingRoute(routes, cidrOf("10.0.0.0/8"))).toMatchObject({ text: "10.8.0.0/24", dev: "tun0" });
  expect(overlappingRoute(routes, cidrOf("10.9.0.0/16"))).toBeUndefined();
});
