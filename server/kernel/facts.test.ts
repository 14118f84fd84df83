import { expect, test } from "vitest";
import { meansOneNetwork, parseNameservers, parsePortRange, uplinkMtu } from "./facts.ts";

test.for([
  { name: "nothing", text: "", want: [] },
  { name: "in order", text: "nameserver 10.0.0.1\nnameserver fd00::1\n", want: ["10.0.0.1", "fd00::1"] },
  {
    name: "tabs, comments and other lines",
    text: "# nameserver 1.1.1.1\nsearch x\nnameserver\t10.0.0.1 # first\n",
    want: ["10.0.0.1"],
  },
  { name: "without the zone", text: "nameserver fe80::1%eth0\n", want: ["fe80::1"] },
  { name: "a line without an address", text: "nameserver\nnameserver 10.0.0.1", want: ["10.0.0.1"] },
])("nameservers: $name", ({ text, want }) => expect(parseNameservers(text)).toEqual(want));

test.for([
  ["10.0.0.0/8", true],
  ["fd00::/8", true],
  ["fc00::/7", true],
  ["2001:db8::/32", true],
  ["169.254.0.0/16", true],
  ["fe80::/64", false],
  ["fe80::/10", false],
  ["ff00::/8", false],
  ["default", false],
] as const)("%s means one network: %s", ([subnet, want]) => expect(meansOneNetwork(subnet)).toBe(want));

test.for([
  ["32768\t60999\n", { from: 32_768, to: 60_999 }],
  ["", { from: 49_153, to: 65_535 }],
] as const)("ephemeral ports: %j", ([text, want]) => expect(parsePortRange(text)).toEqual(want));

test("the uplink is the default route's device: IPv4 before IPv6, then the lowest metric", () => {
  const links = [1400, 1410, 1420, 1430].map((mtu, index) => ({ index, mtu }));
  const six = { dst: "default", family: 6, metric: 0, index: 0 } as const;
  const dear = { dst: "default", family: 4, metric: 600, index: 1 } as const;
  const cheap = { dst: "default", family: 4, metric: 100, index: 2 } as const;
  const subnet = { dst: "10.0.0.0/8", family: 4, metric: 0, index: 3 } as const;
  expect(uplinkMtu(links, [six, subnet, dear, cheap])).toBe(1420);
  expect(uplinkMtu(links, [subnet, six])).toBe(1400);
  expect(uplinkMtu(links, [subnet])).toBe(null);
});
