import { expect, test } from "vitest";
import { nameserversOf } from "./resolv-conf.ts";

test("servers in order, whatever else is in the file", () => {
  const text = `# made by hand
nameserver 192.0.2.53
search example.org
nameserver\t2001:DB8::0:53
 nameserver 192.0.2.1
nameserver fe80::1%eth0
nameserver dns.example.org
nameserver 127.0.0.53 # the stub
options ndots:2`;
  expect(nameserversOf(text)).toEqual(["192.0.2.53", "2001:db8::53", "127.0.0.53"]);
});

test("an empty file has none", () => {
  expect(nameserversOf("")).toEqual([]);
});
