import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AddressMap,
  addressMap,
  blocksOf,
  cellsOf,
  describeUse,
  formatCount,
  formatRun,
  hasCells,
  runsWithin,
} from "./address-map.ts";
import { cidrOf, formatCidr, last } from "./cidr.ts";
import { after, endpointDraft, networkDraft, testId } from "./testing.ts";

/** The only network's pool after the endpoints with these addresses. */
function mapOf(pool: object, addresses: string[] = [], family: 4 | 6 = 4): AddressMap {
  const key = family === 4 ? "ipv4" : "ipv6";
  const endpoints = addresses.map((address, n) => endpointDraft("lan", `e${n}`, { [key]: address }));
  const topology = after([networkDraft("lan", { pools: [pool], enableIpv4: family === 4 }), ...endpoints]);
  const network = topology.networks[testId(0)];
  const found = network?.pools[0];
  if (!network || !found) throw new Error("there is no network");
  return addressMap(topology, network, found);
}

const lines = (map: AddressMap) => map.runs.map((run) => `${formatRun(map.subnet, run)}: ${describeUse(run.use)}`);
const counts = ({ used, free, outside, reserved, capacity }: Omit<AddressMap, "runs">) =>
  `${used} used, ${free} free, ${outside} outside, ${reserved} reserved, capacity ${capacity}`;

describe("a map", () => {
  test("tells what every address is for", () => {
    const lan = mapOf({ subnet: "10.0.0.0/28", gateway: "10.0.0.1", auxAddresses: { router: "10.0.0.9" } }, [
      "10.0.0.4",
      "10.0.0.5",
    ]);
    expect(lines(lan)).toMatchInlineSnapshot(`
      [
        "10.0.0.0: the network address",
        "10.0.0.1: the gateway of the network",
        "10.0.0.2 to 10.0.0.3: free",
        "10.0.0.4: used by endpoint e0",
        "10.0.0.5: used by endpoint e1",
        "10.0.0.6 to 10.0.0.8: free",
        "10.0.0.9: the auxiliary address "router"",
        "10.0.0.10 to 10.0.0.14: free",
        "10.0.0.15: the broadcast address",
      ]
    `);
    expect(counts(lan)).toBe("2 used, 10 free, 0 outside, 4 reserved, capacity 12");
  });

  test("tells what is outside the ip-range, and who holds an address there", () => {
    const lan = mapOf({ subnet: "10.0.0.0/24", ipRange: "10.0.0.128/26" }, ["10.0.0.9", "10.0.0.128"]);
    expect(lines(lan)).toMatchInlineSnapshot(`
      [
        "10.0.0.0: the network address",
        "10.0.0.1: the gateway of the network",
        "10.0.0.2 to 10.0.0.8: free, outside the ip-range: given only on request",
        "10.0.0.9: used by endpoint e0",
        "10.0.0.10 to 10.0.0.127: free, outside the ip-range: given only on request",
        "10.0.0.128: used by endpoint e1",
        "10.0.0.129 to 10.0.0.191: free",
        "10.0.0.192 to 10.0.0.254: free, outside the ip-range: given only on request",
        "10.0.0.255: the broadcast address",
      ]
    `);
    expect(counts(lan)).toBe("2 used, 251 free, 188 outside, 3 reserved, capacity 253");
  });

  test("of the ends that RFC 3021 gives to hosts has nothing but addresses", () => {
    expect(lines(mapOf({ subnet: "10.0.0.0/31", gateway: "10.0.0.1" }, ["10.0.0.0"]))).toMatchInlineSnapshot(`
      [
        "10.0.0.0: used by endpoint e0",
        "10.0.0.1: the gateway of the network",
      ]
    `);
  });

  test("of 2^64 addresses is as small as what is used", () => {
    const lan = mapOf({ subnet: "fd00::/64", gateway: "fd00::1" }, ["fd00::2", "fd00::ffff:0:1"], 6);
    expect(lines(lan)).toMatchInlineSnapshot(`
      [
        "fd00::: the subnet-router anycast address (RFC 4291)",
        "fd00::1: the gateway of the network",
        "fd00::2: used by endpoint e0",
        "fd00::3 to fd00::ffff:0:0: free",
        "fd00::ffff:0:1: used by endpoint e1",
        "fd00::ffff:0:2 to fd00::ffff:ffff:ffff:ffff: free",
      ]
    `);
    expect(lan.capacity).toBe(2n ** 64n - 2n);
    expect(formatCount(lan.free)).toBe("about 2^64");
  });
});

test("the runs cover the subnet without gap or overlap, and the counts are their lengths", () => {
  const subnet = cidrOf("10.0.0.0/26");
  const inSubnet = fc.uniqueArray(fc.integer({ min: 2, max: 62 }), { maxLength: 12 });
  fc.assert(
    fc.property(inSubnet, fc.integer({ min: 0, max: 3 }), (hosts, quarter) => {
      const ipRange = `10.0.0.${quarter * 16}/28`;
      const map = mapOf(
        { subnet: "10.0.0.0/26", gateway: "10.0.0.1", ipRange },
        hosts.map((host) => `10.0.0.${host}`),
      );
      let next = subnet.first;
      for (const run of map.runs) {
        expect(run.first).toBe(next);
        next = run.last + 1n;
      }
      expect(next).toBe(last(subnet) + 1n);
      expect(map.used + map.free + map.reserved).toBe(64n);
      expect(map.used).toBe(BigInt(hosts.length));
      expect(cellsOf(map, subnet).filter(({ use }) => use.kind === "endpoint")).toHaveLength(hosts.length);
    }),
  );
});

describe("a part of a map", () => {
  const lan = mapOf({ subnet: "10.1.0.0/16", gateway: "10.1.0.1", ipRange: "10.1.2.0/23" }, [
    "10.1.2.0",
    "10.1.255.254",
  ]);

  test("is cells where it is as small as a /24", () => {
    const part = cidrOf("10.1.2.0/24");
    expect([hasCells(lan.subnet), hasCells(part)]).toEqual([false, true]);
    const cells = cellsOf(lan, part);
    expect(cells).toHaveLength(256);
    expect(cells.slice(0, 2).map(({ use }) => describeUse(use))).toEqual(["used by endpoint e0", "free"]);
    expect(runsWithin(lan, cidrOf("10.1.4.0/30")).map(({ use }) => use.kind)).toEqual(["outside"]);
  });

  test("is blocks where it is larger, whose counts sum up", () => {
    const blocks = blocksOf(lan, lan.subnet);
    expect(blocks).toHaveLength(256);
    const shown = [0, 2, 3, 255]
      .map((at) => blocks[at])
      .map((block) => block && `${formatCidr(block.subnet)}: ${counts(block)}`);
    expect(shown).toMatchInlineSnapshot(`
      [
        "10.1.0.0/24: 0 used, 254 free, 254 outside, 2 reserved, capacity 254",
        "10.1.2.0/24: 1 used, 255 free, 0 outside, 0 reserved, capacity 256",
        "10.1.3.0/24: 0 used, 256 free, 0 outside, 0 reserved, capacity 256",
        "10.1.255.0/24: 1 used, 254 free, 254 outside, 1 reserved, capacity 255",
      ]
    `);
    expect(blocks.reduce((sum, { free }) => sum + free, 0n)).toBe(lan.free);
  });

  test.each([
    { subnet: "10.0.0.0/8", blocks: 256, first: "10.0.0.0/16" },
    { subnet: "10.0.0.0/15", blocks: 256, first: "10.0.0.0/23" },
    { subnet: "10.0.0.0/22", blocks: 4, first: "10.0.0.0/24" },
    { subnet: "10.0.0.0/23", blocks: 2, first: "10.0.0.0/24" },
  ])("of $subnet is $blocks blocks", ({ subnet, blocks: many, first }) => {
    const blocks = blocksOf(mapOf({ subnet }), cidrOf(subnet));
    expect(blocks).toHaveLength(many);
    expect(blocks[0] && formatCidr(blocks[0].subnet)).toBe(first);
  });
});

test("counts are readable", () => {
  expect([0n, 65533n, 9_999_999n, 2n ** 24n - 3n].map(formatCount)).toEqual(["0", "65,533", "9,999,999", "about 2^24"]);
});
