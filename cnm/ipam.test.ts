import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressOf, cidrOf, contains, formatAddress } from "./cidr.ts";
import type { Endpoint } from "./endpoint.ts";
import { defaultEndpointOptions } from "./endpoint-options.ts";
import { nextFree, requestAddress, type UsedAddress, usedAddresses } from "./ipam.ts";
import type { Pool } from "./network.ts";
import { after, endpointDraft, networkDraft, testId } from "./testing.ts";

const pool = (subnet: string, rest: Partial<Pool> = {}): Pool => ({
  family: cidrOf(subnet).family,
  subnet,
  gateway: null,
  ipRange: null,
  auxAddresses: {},
  ...rest,
});

const endpoint = (name: string): Endpoint => ({
  id: testId(1),
  name,
  networkId: testId(0),
  createdAt: "",
  ipv4: null,
  ipv6: null,
  mac: null,
  aliases: [],
  labels: {},
  exposed: [],
  ports: [],
  links: [],
  options: defaultEndpointOptions,
  attachment: null,
});

const used = (...texts: string[]): UsedAddress[] =>
  texts.map((text) => ({ value: addressOf(text).value, endpoint: endpoint(`at-${text}`) }));

function answer(from: Pool, holders: UsedAddress[], wanted?: string): string {
  const given = requestAddress(from, holders, wanted);
  return given.ok ? formatAddress(given.address) : `${given.code} ${given.message}`;
}

const lan = pool("10.0.0.0/24", { gateway: "10.0.0.1", auxAddresses: { router: "10.0.0.2" } });

describe("the lowest free address", () => {
  test.each([
    { name: "after gateway and aux", in: lan, used: [], want: "10.0.0.3" },
    { name: "a gap", in: lan, used: ["10.0.0.3", "10.0.0.5"], want: "10.0.0.4" },
    { name: "of the range", in: { ...lan, ipRange: "10.0.0.128/25" }, used: [], want: "10.0.0.128" },
    { name: "range from the start", in: { ...lan, ipRange: "10.0.0.0/30" }, used: [], want: "10.0.0.3" },
    {
      name: "range full",
      in: { ...lan, ipRange: "10.0.0.4/31" },
      used: ["10.0.0.4", "10.0.0.5"],
      want: "EXHAUSTED no address is free in the range 10.0.0.4/31 of 10.0.0.0/24",
    },
    {
      name: "/30 full",
      in: pool("10.0.0.0/30", { gateway: "10.0.0.1" }),
      used: ["10.0.0.2"],
      want: "EXHAUSTED no address is free in 10.0.0.0/30",
    },
    { name: "/31 has no broadcast", in: pool("10.0.0.0/31", { gateway: "10.0.0.0" }), used: [], want: "10.0.0.1" },
    { name: "/32", in: pool("10.0.0.7/32"), used: [], want: "10.0.0.7" },
    { name: "IPv6 without the anycast address", in: pool("fd00::/64"), used: [], want: "fd00::1" },
    { name: "IPv6 /127", in: pool("fd00::/127"), used: [], want: "fd00::" },
    { name: "IPv6 last of a /126", in: pool("fd00::/126"), used: ["fd00::1", "fd00::2"], want: "fd00::3" },
    { name: "the whole of IPv6", in: pool("::/0"), used: ["::1"], want: "::2" },
  ])("$name", ({ in: from, used: texts, want }) => {
    expect(answer(from, used(...texts))).toBe(want);
  });
});

describe("an address that is asked for", () => {
  test.each([
    { wanted: "10.0.0.200", want: "10.0.0.200" },
    { wanted: "10.0.0.1", want: "CONFLICT 10.0.0.1 is the gateway of the network" },
    { wanted: "10.0.0.2", want: 'CONFLICT 10.0.0.2 is the auxiliary address "router"' },
    { wanted: "10.0.0.9", want: "CONFLICT 10.0.0.9 is in use by endpoint at-10.0.0.9" },
    { wanted: "10.0.0.0", want: "INVALID_PARAMETER 10.0.0.0 is the network address" },
    { wanted: "10.0.0.255", want: "INVALID_PARAMETER 10.0.0.255 is the broadcast address" },
    {
      wanted: "10.0.1.0",
      want: "INVALID_PARAMETER 10.0.1.0 is outside the subnet, whose addresses are 10.0.0.0 to 10.0.0.255",
    },
    { wanted: "fd00::1", want: "INVALID_PARAMETER fd00::1 is an IPv6 address; the subnet is IPv4" },
    {
      wanted: "10.0.0.7/24",
      want: 'INVALID_PARAMETER "10.0.0.7/24" must be written without a prefix length: "10.0.0.7"',
    },
    {
      wanted: "10.0.0",
      want: 'INVALID_PARAMETER "10.0.0" is not a whole IPv4 address; it has four numbers, such as 172.17.0.1',
    },
    { wanted: "", want: "INVALID_PARAMETER must be an IP address, and is empty" },
  ])("$wanted", ({ wanted, want }) => {
    const ranged = { ...lan, ipRange: "10.0.0.16/28" };
    expect(answer(ranged, used("10.0.0.9"), wanted)).toBe(want);
  });

  test("the subnet-router anycast address is nobody's", () => {
    expect(answer(pool("fd00::/64"), [], "fd00::")).toBe(
      "INVALID_PARAMETER fd00:: is the subnet-router anycast address (RFC 4291)",
    );
  });
});

test("allocating and releasing agrees with a model that tries every address", () => {
  const small = pool("10.0.0.0/27", { gateway: "10.0.0.1", ipRange: "10.0.0.8/29", auxAddresses: { a: "10.0.0.10" } });
  const inRange = Array.from({ length: 8 }, (_, i) => `10.0.0.${8 + i}`).filter((text) => text !== "10.0.0.10");
  const steps = fc.array(fc.record({ take: fc.boolean(), which: fc.nat(6) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (actions) => {
      const held = new Set<string>();
      for (const { take, which } of actions) {
        const given = answer(small, used(...held));
        expect(given).toBe(
          inRange.find((text) => !held.has(text)) ??
            "EXHAUSTED no address is free in the range 10.0.0.8/29 of 10.0.0.0/27",
        );
        if (take && !given.startsWith("EXHAUSTED")) held.add(given);
        if (!take) held.delete(inRange[which] ?? "");
      }
    }),
  );
});

test("whatever is taken, what is given lies in the subnet and is free", () => {
  const subnet = cidrOf("fd00::/120");
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 255 })), (offsets) => {
      const holders = used(
        ...offsets.map((offset) => formatAddress({ family: 6, value: subnet.first + BigInt(offset) })),
      );
      const given = requestAddress(pool("fd00::/120"), holders);
      if (!given.ok) expect(new Set(offsets).has(0) ? offsets.length : offsets.length + 1).toBe(256);
      else {
        expect(contains(subnet, given.address)).toBe(true);
        expect(holders.some(({ value }) => value === given.address.value)).toBe(false);
      }
    }),
  );
});

test("the preview is what the next endpoint gets", () => {
  const before = [networkDraft("web", { enableIpv6: true }), endpointDraft("web", "a")];
  const preview = [4, 6].map((family) => nextFree(after(before), testId(0), family as 4 | 6));
  const next = after([...before, endpointDraft("web", "b")]).endpoints[testId(2)];
  expect([next?.ipv4, next?.ipv6]).toEqual([`${preview[0]}/16`, `${preview[1]}/64`]);
});

test("there is no preview without a pool, without an address or without the network", () => {
  const topology = after([networkDraft("tiny", { pools: [{ subnet: "10.0.0.0/31" }] }), endpointDraft("tiny", "a")]);
  expect(nextFree(topology, testId(0), 4)).toBeNull();
  expect(nextFree(topology, testId(0), 6)).toBeNull();
  expect(nextFree(topology, testId(9), 4)).toBeNull();
  expect(usedAddresses(topology, testId(0), 4).map(({ endpoint: holder }) => holder.name)).toEqual(["a"]);
});
