import { expect } from "vitest";
import { test } from "../test/netns.ts";
import { withCommandLine } from "./cli.fixture.ts";

test("the addresses of networks and what is left of the default pools", async ({ host }) => {
  host.ip("link", "add", "lan0", "type", "bridge");
  host.ip("link", "set", "lan0", "up");
  host.ip("address", "add", "172.17.9.1/24", "dev", "lan0");
  await withCommandLine(host, async ({ done }) => {
    await done("network", "create", "web", "--ipv6");
    await done("network", "create", "lab", "--subnet", "10.8.0.0/28", "--ip-range", "10.8.0.8/30");
    await done("endpoint", "create", "lab", "a");
    const text = await done("ipam");
    expect(text).toMatch(/^NETWORK +SUBNET +IP RANGE +GATEWAY +USED +FREE +RESERVED +CAPACITY\n/);
    expect(text).toMatch(/\nlab +10\.8\.0\.0\/28 +10\.8\.0\.8\/30 +10\.8\.0\.1 +1 +12 +3 +13\n/);
    expect(text).toMatch(/\nweb +172\.18\.0\.0\/16 +172\.18\.0\.1 +0 +65,533 +3 +65,533\n/);
    expect(text).toMatch(/\nweb +fd.*::\/64 +fd.*::1 +0 +about 2\^64 +2 +about 2\^64\n/);
    expect(text).toMatch(/\nIPv4 +31 +1 +1 +29 +172\.19\.0\.0\/16\n/);
    expect(text).toMatch(/\navoided: route 172\.17\.9\.0\/24 of lan0, which lies in 1 default pool$/);
    const json = JSON.parse(await done("ipam", "ls", "--json"));
    expect(json.subnets).toMatchObject([
      { network: { name: "lab" }, subnet: "10.8.0.0/28", used: "1", outside: "9", capacity: "13" },
      { network: { name: "web" }, subnet: "172.18.0.0/16" },
      { network: { name: "web" }, family: 6, free: String(2n ** 64n - 2n) },
    ]);
    expect(json.defaultPools).toMatchObject([
      { family: 4, used: 1, avoided: 1, next: "172.19.0.0/16" },
      { family: 6, used: 1, avoided: 0 },
    ]);
  });
  host.ip("link", "del", "lan0");
});
