import { expect, test } from "vitest";
import type { Problem } from "#cnm/errors.ts";
import { type PoolFlags, pairPools } from "./pools.ts";

function pair(flags: PoolFlags) {
  const problems: Problem[] = [];
  const pools = pairPools(flags, problems);
  return { pools, problems: problems.map(({ path, message }) => `${path}: ${message}`) };
}

test.each<[string, PoolFlags, unknown[]]>([
  ["nothing", {}, []],
  ["subnets alone", { subnet: ["10.0.0.0/24", "fd00::/64"] }, [{ subnet: "10.0.0.0/24" }, { subnet: "fd00::/64" }]],
  [
    "parts in any order",
    {
      subnet: ["fd00::/64", "10.0.0.0/24"],
      gateway: ["10.0.0.254", "fd00::fe"],
      ipRange: ["10.0.0.128/25"],
      auxAddress: ["router=10.0.0.1", "printer=10.0.0.2", "six=fd00::2"],
    },
    [
      { subnet: "fd00::/64", gateway: "fd00::fe", auxAddresses: { six: "fd00::2" } },
      {
        subnet: "10.0.0.0/24",
        gateway: "10.0.0.254",
        ipRange: "10.0.0.128/25",
        auxAddresses: { router: "10.0.0.1", printer: "10.0.0.2" },
      },
    ],
  ],
  [
    "a subnet with host bits, which the daemon refuses with the network that was meant",
    { subnet: ["10.0.0.7/24"], gateway: ["10.0.0.1"] },
    [{ subnet: "10.0.0.7/24", gateway: "10.0.0.1" }],
  ],
])("pairs %s", (_name, flags, want) => {
  expect(pair(flags)).toEqual({ pools: want, problems: [] });
});

test.each<[string, PoolFlags, RegExp[]]>([
  ["a gateway without a subnet", { gateway: ["10.0.0.1"] }, [/^--gateway: 10.0.0.1 needs a --subnet to be in$/]],
  [
    "what lies outside",
    { subnet: ["10.0.0.0/24"], gateway: ["10.0.1.1"], ipRange: ["10.0.1.0/25"], auxAddress: ["a=fd00::1"] },
    [
      /^--gateway: 10.0.1.1 lies in no subnet/,
      /^--ip-range: 10.0.1.0 lies in no/,
      /^--aux-address a: fd00::1 lies in no/,
    ],
  ],
  ["two gateways of one subnet", { subnet: ["10.0.0.0/24"], gateway: ["10.0.0.1", "10.0.0.2"] }, [/10.0.0.1 already$/]],
  ["host bits of a range", { subnet: ["10.0.0.0/24"], ipRange: ["10.0.0.129/25"] }, [/host bits/]],
  ["no address", { subnet: ["10.0.0.0/24"], gateway: ["$(touch /tmp/x)"] }, [/is not an IP address/]],
  ["an auxiliary address without a name", { subnet: ["10.0.0.0/24"], auxAddress: ["10.0.0.3"] }, [/name=value/]],
  ["a name given twice", { subnet: ["10.0.0.0/24"], auxAddress: ["a=10.0.0.3", "a=10.0.0.4"] }, [/"a" is given twice/]],
])("refuses %s", (_name, flags, want) => {
  const { problems } = pair(flags);
  expect(problems).toHaveLength(want.length);
  for (const [index, pattern] of want.entries()) expect(problems[index]).toMatch(pattern);
});

test("says nothing about what may lie in a subnet that cannot be read", () => {
  expect(pair({ subnet: ["10.0.0/24"], gateway: ["10.0.0.1"] })).toEqual({
    pools: [{ subnet: "10.0.0/24" }],
    problems: [],
  });
});
