import { expect, test } from "vitest";
import { meansOneNetwork, parseNameservers } from "./facts.ts";

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
