import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { test } from "../../test/netns.ts";
import { bridge } from "./objects.fixture.ts";
import { settleIn } from "./sys.ts";

test.for(["$(reboot)", ";id", "`id`", "eth+", "-x", "größe", "日本"])(
  "a foreign device called %s is only a name",
  async (name, { host }) => {
    const kernel = await host.kernel();
    host.ip("link", "add", "name", name, "type", "bridge");
    host.ip("addr", "add", "10.8.0.1/24", "dev", name);
    host.ip("link", "set", "dev", name, "up");
    expect(await kernel.observe([], true)).toEqual([]);
    const { onLinkRoutes } = await kernel.facts();
    expect(onLinkRoutes).toEqual([{ subnet: "10.8.0.0/24", dev: name }]);
  },
);

test("a device of ours whose new name is not UTF-8 is still seen, and deleted", async ({ host }) => {
  const kernel = await host.kernel();
  const want = {
    kind: "link",
    type: "bridge",
    ns: "",
    name: bridge,
    mac: "02:00:00:00:00:01",
    mtu: 1500,
    up: false,
    alias: "",
  } as const;
  await kernel.apply(kernel.plan([want], []));
  host.shell(`ip link set ${bridge} name "$(printf 'e\\377\\376')"`);
  const have = await kernel.observe([], true);
  expect(have).toMatchObject([{ name: "e\udcff\udcfe" }]);
  expect(await kernel.apply(kernel.plan([], have))).toMatchObject([{ outcome: "done" }]);
});

test("facts: on-link routes of others, without ours and without what every link has", async ({ host }) => {
  const kernel = await host.kernel();
  const address = { kind: "address", ns: "", dev: bridge, address: "172.30.0.1/16" } as const;
  const link = {
    kind: "link",
    type: "bridge",
    ns: "",
    name: bridge,
    mac: "02:00:00:00:00:01",
    mtu: 1500,
    up: true,
    alias: "",
  } as const;
  await kernel.apply(kernel.plan([link, address], []));
  host.ip("link", "add", "foreign", "mtu", "1380", "type", "bridge");
  host.ip("addr", "add", "10.8.0.1/24", "dev", "foreign");
  host.ip("addr", "add", "fd08::1/64", "dev", "foreign");
  host.ip("link", "set", "foreign", "up");
  host.ip("route", "add", "default", "via", "10.8.0.2");
  host.ip("route", "add", "blackhole", "10.99.0.0/16");
  const { onLinkRoutes, nameservers, links, uplinkMtu, ephemeralPorts } = await kernel.facts();
  expect(uplinkMtu).toBe(1380);
  expect(links.find(({ name }) => name === bridge)).toEqual({
    name: bridge,
    type: "bridge",
    ours: true,
    mtu: 1500,
    addresses: expect.arrayContaining(["172.30.0.1/16"]),
  });
  expect(links.find(({ name }) => name === "foreign")).toMatchObject({
    type: "bridge",
    ours: false,
    addresses: expect.arrayContaining(["10.8.0.1/24", "fd08::1/64"]),
  });
  expect(Object.values(ephemeralPorts).join("\t")).toBe(
    host.shell("cat /proc/sys/net/ipv4/ip_local_port_range").trim(),
  );
  expect(onLinkRoutes).toEqual([
    { subnet: "10.8.0.0/24", dev: "foreign" },
    { subnet: "fd08::/64", dev: "foreign" },
  ]);
  expect(nameservers.length).toBe([...readFileSync("/etc/resolv.conf", "utf8").matchAll(/^nameserver/gm)].length);
  await kernel.apply(kernel.plan([], await kernel.observe([], true)));
});

test("this kernel has what the drivers need", async ({ host }) => {
  const kernel = await host.kernel();
  expect(await kernel.unsupported()).toEqual({});
  expect(host.links("link").map(({ ifname }) => ifname)).toEqual(["lo"]);
});

test("a host's namespace that is not there is an error at once", async ({ host }) => {
  await expect(host.kernel({ rootNetns: `${host.path}-gone` })).rejects.toThrow("ENOENT");
  expect(() => settleIn(`${host.path}-gone`)).toThrow("ENOENT");
});
