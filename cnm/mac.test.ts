import { expect, test } from "vitest";
import { addressOf } from "./cidr.ts";
import { freeMac, macOfAddress, parseMac } from "./mac.ts";

test.each([
  { in: "02:42:AC:11:00:02", want: "02:42:ac:11:00:02" },
  { in: "00:00:00:00:00:00", want: "the MAC address of an interface cannot be all zero" },
  { in: "01:00:5e:00:00:01", want: "01:00:5e:00:00:01 is a multicast address" },
  { in: "ff:ff:ff:ff:ff:ff", want: "ff:ff:ff:ff:ff:ff is a multicast address" },
  { in: "02-42-ac-11-00-02", want: '"02-42-ac-11-00-02" is not a MAC address' },
  { in: "2:42:ac:11:0:2", want: '"2:42:ac:11:0:2" is not a MAC address' },
  { in: "02:42:ac:11:00:02\n", want: '"02:42:ac:11:00:02\\n" is not a MAC address' },
])("parseMac $in", ({ in: text, want }) => {
  const parsed = parseMac(text);
  expect(parsed.ok ? parsed.value : parsed.message.slice(0, want.length)).toBe(want);
});

test("a MAC address is made of the last four bytes of the address", () => {
  expect(macOfAddress(addressOf("172.17.0.2"))).toBe("02:42:ac:11:00:02");
  expect(macOfAddress(addressOf("fd00::a:b:c:d"))).toBe("02:42:00:0c:00:0d");
});

test("the next free one is taken instead of one in use, also past the highest number", () => {
  const taken = new Set(["02:42:ff:ff:ff:ff", "02:42:00:00:00:00"]);
  expect(freeMac(addressOf("fd00::ffff:ffff"), taken)).toBe("02:42:00:00:00:01");
});
