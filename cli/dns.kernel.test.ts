import { expect } from "vitest";
import { namespaceName } from "#server/kernel/names.ts";
import { asks } from "../test/dns.ts";
import { test } from "../test/netns.ts";
import { withCommandLine } from "./cli.fixture.ts";

test("the names of a sandbox and what it asked", async ({ host }) => {
  await withCommandLine(host, async ({ done }) => {
    await done("network", "create", "web", "--subnet", "10.8.0.0/24");
    await done("network", "connect", "web", "a", "--create");
    await done("network", "connect", "web", "b", "--create", "--expose", "80");
    const sandboxes: { id: string; name: string }[] = JSON.parse(await done("sandbox", "ls", "--json"));
    const ns = namespaceName(sandboxes.find(({ name }) => name === "a")?.id ?? "");
    expect(await asks(ns, ["b"])).toEqual(["NOERROR: A 10.8.0.3"]);
    const text = await done("sandbox", "dns", "a");
    expect(text).toMatch(/^resolver: +127\.0\.0\.11:53, UDP and TCP\npasses on to: +\S.*\nqueries: +1\n/);
    expect(text).toMatch(/\nweb +b, [0-9a-f]{12}, [0-9a-f]{12} +10\.8\.0\.3 +80\/tcp\n/);
    expect(text).toMatch(/\n\d{4}-\d\d-\d\d \S+ +A +b +NOERROR +the resolver +\d+/);
    expect(JSON.parse(await done("sandbox", "dns", "a", "--json"))).toMatchObject({
      address: "127.0.0.11",
      records: [{ ipv4: "10.8.0.2" }, { ipv4: "10.8.0.3", networkName: "web" }],
      queries: [{ name: "b", type: "A", upstream: null, rcode: "NOERROR" }],
    });
    await done("sandbox", "create", "lonely");
    expect(await done("sandbox", "dns", "lonely")).toMatch(/^no resolver: /);
  });
});
