import { expect, test } from "vitest";
import { cidrOf, formatCidr, overlaps } from "./cidr.ts";
import { defaultPools, requestPool } from "./default-pools.ts";
import { emptyFacts, type Facts } from "./facts.ts";
import { poolCapacity, whatOccupies } from "./pool-capacity.ts";
import { after, freshTopology, networkDraft } from "./testing.ts";

const busy: Facts = {
  ...emptyFacts,
  hostId: "a host",
  onLinkRoutes: [
    { subnet: "172.18.4.0/24", dev: "eth0" },
    { subnet: "172.18.0.0/24", dev: "eth1" },
    { subnet: "192.168.0.0/17", dev: "tun0" },
    { subnet: "10.0.0.0/8", dev: "tun1" },
    { subnet: "0.0.0.0/0", dev: "ppp0" },
  ],
  nameservers: ["172.17.0.53", "192.168.0.1", "9.9.9.9"],
};

test("nothing is taken on a fresh host", () => {
  const { total, used, avoided, next, occupants } = poolCapacity(freshTopology, 4, emptyFacts);
  expect({ total, used, avoided, next, occupants }).toEqual({
    total: 31,
    used: 0,
    avoided: 0,
    next: "172.17.0.0/16",
    occupants: [],
  });
});

test("pools are used by networks and avoided for routes and name servers, each counted once", () => {
  const pools = ["172.18.16.0/20", "172.18.32.0/20", "10.9.0.0/24", "192.168.16.0/21"].map((subnet) => ({ subnet }));
  const topology = after(pools.map((pool, n) => networkDraft(`n${n}`, { pools: [pool] })));
  const capacity = poolCapacity(topology, 4, busy);
  expect(capacity.occupants.map(whatOccupies)).toMatchInlineSnapshot(`
    [
      "network n0 (172.18.16.0/20), which lies in 1 default pool",
      "network n1 (172.18.32.0/20), which lies in 1 default pool",
      "network n3 (192.168.16.0/21), which lies in 1 default pool",
      "route 172.18.4.0/24 of eth0, which lies in 1 default pool",
      "route 172.18.0.0/24 of eth1, which lies in 1 default pool",
      "route 192.168.0.0/17 of tun0, which lies in 8 default pools",
      "name server 172.17.0.53, which lies in 1 default pool",
      "name server 192.168.0.1, which lies in 1 default pool",
    ]
  `);
  const touchedBlocks = capacity.blocks.filter((block) => block.used + block.avoided > 0);
  expect(
    touchedBlocks.map(({ base, total, used, avoided }) => `${base}: ${used} used, ${avoided} avoided of ${total}`),
  ).toMatchInlineSnapshot(`
    [
      "172.17.0.0/16: 0 used, 1 avoided of 1",
      "172.18.0.0/16: 1 used, 0 avoided of 1",
      "192.168.0.0/16: 1 used, 7 avoided of 16",
    ]
  `);
  // The same by looking at every pool.
  const networks = pools.map(({ subnet }) => cidrOf(subnet));
  const touched = [...defaultPools(4, "")].filter((pool) => networks.some((subnet) => overlaps(pool, subnet)));
  expect(capacity.used).toBe(touched.length);
});

test("what is shown as next is what the next network gets", () => {
  const topology = after([networkDraft("a"), networkDraft("b")]);
  for (const family of [4, 6] as const)
    expect(poolCapacity(topology, family, busy).next).toBe(formatCidr(requestPool(topology, family, busy)));
});

test("there is no next where all pools are taken", () => {
  const facts = {
    ...emptyFacts,
    onLinkRoutes: ["172.16.0.0/12", "192.168.0.0/16"].map((subnet) => ({ subnet, dev: "x" })),
  };
  expect(poolCapacity(freshTopology, 4, facts)).toMatchObject({ avoided: 31, next: null });
});

test("65,536 IPv6 pools cost as little as one", () => {
  const facts = { ...busy, onLinkRoutes: [{ subnet: "fd00::/8", dev: "wg0" }] };
  expect(poolCapacity(freshTopology, 6, facts)).toMatchObject({
    total: 65536,
    used: 0,
    avoided: 65536,
    next: null,
    occupants: [{ kind: "route", subnet: "fd00::/8", dev: "wg0", pools: 65536 }],
  });
  expect(poolCapacity(after([networkDraft("v6", { enableIpv6: true })], busy), 6, busy)).toMatchObject({
    used: 1,
    avoided: 0,
  });
});
