import { expect } from "vitest";
import { pings, test } from "../test/netns.ts";
import { withCommandLine } from "./cli.fixture.ts";

test("links are made, listed and deleted; host is the host", async ({ host }) => {
  await withCommandLine(host, async ({ done, run }) => {
    await done("sandbox", "create", "a");
    await done("sandbox", "create", "b");
    const lines = await done("link", "create", "a", "b", "--subnet", "10.1.1.0/30", "--dry-run");
    expect(lines).toMatch(/addr replace 10\.1\.1\.1\/32 dev eth0/);
    expect(await done("link", "create", "a", "b", "--subnet", "10.1.1.0/30", "--ip", "10.1.1.2")).toContain(
      "joined b to a-b as eth0, 10.1.1.1/32",
    );
    expect(await run(["link", "create", "a", "a"])).toMatchObject({ code: 1 });
    await done("link", "create", "a", "host", "--name", "oob", "--subnet", "10.1.2.0/30");
    expect(pings(host.name, "10.1.2.1")).toBe(true);
    expect(await done("endpoint", "update", "oob/a", "--ingress", "10mbit", "--egress", "1gbit burst 1mb")).toBe(
      "endpoint oob/a has ingress 10mbit, has egress 1gbit burst 1mb",
    );
    expect(await done("endpoint", "update", "oob/a", "--no-ingress", "--dry-run")).toMatch(
      /^tc qdisc del dev pbv\w{10} root handle 7062:$/,
    );
    expect((await run(["endpoint", "update", "oob/a", "--egress", "fast"])).err).toContain(
      '--egress: "fast" is not a rate such as 10mbit',
    );
    await done("endpoint", "leave", "a-b/a");
    const table = (await done("link", "ls")).replace(/[0-9a-f]{10,12}/g, "ID");
    expect(table).toMatchInlineSnapshot(`
      "NETWORK ID     NAME   ENDS                                                          STATE
      ID   a-b    a (not joined) 10.1.1.2/32   b eth0 10.1.1.1/32               waits for its other end
      ID   oob    a eth1 10.1.2.1/32           host pbvID 10.1.2.2/32   up"
    `);
    await done("network", "rm", "-f", "oob", "a-b");
    expect(await done("link", "ls", "-q")).toBe("");
  });
});
