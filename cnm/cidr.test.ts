import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Address,
  addressOf,
  cidrOf,
  contains,
  containsCidr,
  formatAddress,
  formatCidr,
  nth,
  overlaps,
  parseAddress,
  parseCidr,
} from "./cidr.ts";
import type { Parsed } from "./parsed.ts";

const shown = <T>(parsed: Parsed<T>, format: (value: T) => string) =>
  parsed.ok ? format(parsed.value) : parsed.message;

describe("parseAddress", () => {
  test.each([
    { in: "172.17.0.1", want: "172.17.0.1" },
    { in: "255.255.255.255", want: "255.255.255.255" },
    { in: "FD00:0:0:0:0:0:0:1", want: "fd00::1" },
    { in: "fd00:0:0:1:0:0:0:1", want: "fd00:0:0:1::1" },
    { in: "::", want: "::" },
    { in: "", want: "must be an IP address, and is empty" },
    { in: "010.0.0.1", want: "010.0.0.1 has leading zeros, which some programs read as octal; write 10.0.0.1" },
    { in: "1.2.3", want: '"1.2.3" is not a whole IPv4 address; it has four numbers, such as 172.17.0.1' },
    { in: "2130706433", want: '"2130706433" is not an IP address' },
    { in: "10.0.0.256", want: '"10.0.0.256" has a number above 255' },
    { in: "0x0a.0.0.1", want: '"0x0a.0.0.1" is not an IP address' },
    { in: " 10.0.0.1", want: '" 10.0.0.1" is not an IP address' },
    { in: "10.0.0.1\n", want: '"10.0.0.1\\n" is not an IP address' },
    { in: "٣.0.0.1", want: '"٣.0.0.1" is not an IP address' },
    { in: "fe80::1%eth0", want: '"fe80::1%eth0" has a zone id; write fe80::1' },
    { in: "::ffff:10.0.0.1", want: "::ffff:10.0.0.1 is an IPv4-mapped address; write 10.0.0.1" },
    { in: "::ffff:a00:1", want: "::ffff:a00:1 is an IPv4-mapped address; write 10.0.0.1" },
    { in: "64:ff9b::10.0.0.1", want: '"64:ff9b::10.0.0.1" ends as an IPv4 address; write 64:ff9b::a00:1' },
    { in: "fd00::00001", want: '"fd00::00001" is not an IPv6 address' },
    { in: "fd00::1::2", want: '"fd00::1::2" is not an IPv6 address' },
    { in: "fd00::\u202e1", want: '"fd00::\\u{202e}1" is not an IPv6 address' },
  ])("$in", ({ in: text, want }) => {
    expect(shown(parseAddress(text), formatAddress)).toBe(want);
  });
});

describe("parseCidr", () => {
  test.each([
    { in: "172.17.0.0/16", want: "172.17.0.0/16" },
    { in: "FD00::/48", want: "fd00::/48" },
    { in: "172.17.0.5/16", want: "172.17.0.5/16 has host bits set; the network is 172.17.0.0/16" },
    { in: "fd00::1/64", want: "fd00::1/64 has host bits set; the network is fd00::/64" },
    { in: "10.0.0.0", want: "10.0.0.0 has no prefix length; a subnet is written such as 10.0.0.0/24" },
    { in: "10.0.0.0/33", want: '"10.0.0.0/33" has a wrong prefix length; IPv4 allows /0 to /32' },
    { in: "fd00::/129", want: '"fd00::/129" has a wrong prefix length; IPv6 allows /0 to /128' },
    { in: "10.0.0.0/08", want: '"10.0.0.0/08" has a wrong prefix length; IPv4 allows /0 to /32' },
    { in: "10.0.0.0/", want: '"10.0.0.0/" has a wrong prefix length; IPv4 allows /0 to /32' },
    { in: "10.0.0.0/1e1", want: '"10.0.0.0/1e1" has a wrong prefix length; IPv4 allows /0 to /32' },
    { in: "10.0.0.0/255.0.0.0", want: '"10.0.0.0/255.0.0.0" has a wrong prefix length; IPv4 allows /0 to /32' },
    { in: "10.0.0.0/8/8", want: '"10.0.0.0/8/8" is not a subnet such as 172.17.0.0/16' },
    { in: "/8", want: "must be an IP address, and is empty" },
  ])("$in", ({ in: text, want }) => {
    expect(shown(parseCidr(text), formatCidr)).toBe(want);
  });
});

test.each([
  { a: "10.0.0.0/8", b: "10.1.0.0/16", overlap: true, inside: true },
  { a: "10.1.0.0/16", b: "10.0.0.0/8", overlap: true, inside: false },
  { a: "10.0.0.0/24", b: "10.0.1.0/24", overlap: false, inside: false },
  { a: "0.0.0.0/0", b: "255.255.255.255/32", overlap: true, inside: true },
  { a: "::/0", b: "10.0.0.0/8", overlap: false, inside: false },
])("$a and $b", ({ a, b, overlap, inside }) => {
  expect(overlaps(cidrOf(a), cidrOf(b))).toBe(overlap);
  expect(overlaps(cidrOf(b), cidrOf(a))).toBe(overlap);
  expect(containsCidr(cidrOf(a), cidrOf(b))).toBe(inside);
});

test("the nth address of a subnet lies in it, the one after the last does not exist", () => {
  const subnet = cidrOf("fd00::/64");
  expect(nth(subnet, 0n)).toEqual(addressOf("fd00::"));
  expect(nth(subnet, (1n << 64n) - 1n)).toEqual(addressOf("fd00::ffff:ffff:ffff:ffff"));
  expect(nth(subnet, 1n << 64n)).toBeNull();
  expect(contains(subnet, addressOf("fd00:0:0:1::"))).toBe(false);
});

test("formatting and parsing lead back to the same address", () => {
  const v4 = fc.bigInt(0n, 2n ** 32n - 1n).map((value): Address => ({ family: 4, value }));
  const v6 = fc.bigInt(2n ** 96n, 2n ** 128n - 1n).map((value): Address => ({ family: 6, value }));
  fc.assert(
    fc.property(fc.oneof(v4, v6), (address) => {
      expect(parseAddress(formatAddress(address))).toEqual({ ok: true, value: address });
    }),
  );
});
