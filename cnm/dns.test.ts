import { describe, expect, test } from "vitest";
import { reverseName, upstreamsOf } from "./dns.ts";
import { testId } from "./testing.ts";

describe("upstreams", () => {
  const view = { sandboxId: testId(0), networks: [], servers: null, internal: false, dotless: "forward" as const };
  const host = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];

  test("the host's, from the host, and no more than three", () => {
    expect(upstreamsOf(view, host)).toEqual(host.slice(0, 3).map((address) => ({ address, from: "host" })));
  });

  test("none for a sandbox in internal networks", () => {
    expect(upstreamsOf({ ...view, internal: true }, host)).toEqual([]);
  });

  test("a person's instead, from the sandbox, internal or not, but never the resolver itself", () => {
    const want = [{ address: "10.8.0.5", from: "sandbox" }];
    for (const internal of [true, false])
      expect(upstreamsOf({ ...view, internal, servers: ["127.0.0.11", "10.8.0.5"] }, host)).toEqual(want);
  });
});

test("the names of addresses", () => {
  expect(reverseName("172.17.0.2")).toBe("2.0.17.172.in-addr.arpa");
  expect(reverseName("fd00::2")).toBe("2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa");
});
