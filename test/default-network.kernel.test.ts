import { expect } from "vitest";
import type { DefaultNetworkOptions } from "#cnm/default-network.ts";
import { namespaceName } from "#server/kernel/names.ts";
import { Daemon } from "./daemon.ts";
import { type Host, netnsDir, run, test } from "./netns.ts";
import { inTemporaryDirectory } from "./patchbay.ts";

test("it is there from the start, and a second start changes nothing", async ({ host }) => {
  await onHost(host, async (start) => {
    const daemon = await start({});
    expect(await networks(daemon)).toEqual(["bridge 172.17.0.0/16", "host", "none"]);
    expect(addresses(host, "patchbay0")).toEqual(["172.17.0.1/16"]);
    const rows = await history(daemon);
    expect(rows[0]).toBe("made the default network, 172.17.0.0/16; the daemon's options: none");
    await expect(daemon.admin("mutation", "network.delete", { network: "bridge" })).rejects.toMatchObject({
      code: "FORBIDDEN",
      details: { rule: "network-predefined" },
    });
    await daemon.stop("SIGKILL");
    const next = await start({});
    expect((await history(next)).filter((row) => !row.startsWith("refused"))).toEqual(rows);
    await next.stop();
  });
});

test("bip and fixed-cidr: endpoints take addresses of the range, and reach out through the default gateway", async ({
  host,
}) => {
  await onHost(host, async (start) => {
    const daemon = await start({
      bip: "192.168.5.1/24",
      "fixed-cidr": "192.168.5.128/25",
      "default-gateway": "192.168.5.254",
      mtu: "1400",
    });
    const ns = await connect(daemon);
    expect(run("ip", "-n", ns, "-4", "-o", "addr", "show", "eth0")).toContain("inet 192.168.5.128/24");
    expect(run("ip", "-n", ns, "link", "show", "eth0")).toContain("mtu 1400");
    expect(run("ip", "-n", ns, "route")).toBe(
      "default via 192.168.5.254 dev eth0 proto 80 \n192.168.5.0/24 dev eth0 proto kernel scope link src 192.168.5.128 \n",
    );
    await daemon.stop();
    const kept = await start({ bip: "192.168.6.1/24" });
    expect(addresses(host, "patchbay0")).toEqual(["192.168.5.1/24"]);
    expect((await history(kept))[0]).toContain("network bridge has 1 endpoint and stays as it is");
    await disconnect(kept);
    await kept.stop();
    const changed = await start({ bip: "192.168.6.1/24", bridge: "br6" });
    expect(addresses(host, "br6")).toEqual(["192.168.6.1/24"]);
    expect(host.links("link").map(({ ifname }) => ifname)).toEqual(["lo", "br6"]);
    await changed.stop();
  });
});

test("wrong options are told all at once, and nothing is changed", async ({ host }) => {
  await onHost(host, async (start) => {
    await expect(start({ bip: "10.1.0.0/24", mtu: "67" })).rejects.toThrow(
      /patchbayd cannot start: --mtu: must be at least 68; --bip: 10\.1\.0\.0 is the network address/,
    );
    host.ip("link", "add", "taken", "type", "veth", "peer", "name", "other");
    await expect(start({ bridge: "taken" })).rejects.toThrow("the host's device taken is a veth, not a bridge");
    expect(
      host
        .links("link")
        .map(({ ifname }) => ifname)
        .sort(),
    ).toEqual(["lo", "other", "taken"]);
  });
});

test("a bridge that a person made is used, and given back", async ({ host }) => {
  host.ip("link", "add", "br0", "address", "02:00:00:00:00:07", "type", "bridge");
  host.ip("addr", "add", "10.7.0.254/24", "dev", "br0");
  host.ip("link", "set", "br0", "up");
  const before = snapshot(host);
  await onHost(host, async (start) => {
    const daemon = await start({ bridge: "br0" });
    expect(await networks(daemon)).toEqual(["bridge 10.7.0.0/24", "host", "none"]);
    await connect(daemon);
    await disconnect(daemon);
    await daemon.stop();
    await (await start({})).stop();
    expect(snapshot(host)).toEqual(before);
  });
});

type Start = (options: DefaultNetworkOptions) => Promise<Daemon>;

/** The last start takes the default network away. */
async function onHost(host: Host, use: (start: Start) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const start: Start = (options) => Daemon.start({ rootNetns: host.path, netnsDir, stateDir }, undefined, options);
    await use(start);
    await (await start({ bridge: "none" })).stop();
  });
}

async function connect(daemon: Daemon): Promise<string> {
  await daemon.admin("mutation", "endpoint.create", { network: "bridge", name: "box" });
  await daemon.admin("mutation", "endpoint.join", { endpoint: "bridge/box", sandbox: "box", createSandbox: true });
  const [sandbox] = await daemon.admin<{ id: string }[]>("query", "sandbox.list");
  return namespaceName(sandbox?.id ?? "");
}

async function disconnect(daemon: Daemon): Promise<void> {
  await daemon.admin("mutation", "endpoint.leave", { endpoint: "bridge/box" });
  await daemon.admin("mutation", "endpoint.delete", { endpoint: "bridge/box" });
}

async function networks(daemon: Daemon): Promise<string[]> {
  const found = await daemon.admin<{ name: string; pools: { subnet: string }[] }[]>("query", "network.list");
  return found.map(({ name, pools }) => [name, ...pools.map(({ subnet }) => subnet)].join(" ")).sort();
}

async function history(daemon: Daemon): Promise<string[]> {
  const { entries } = await daemon.admin<{ entries: { summary: string }[] }>("query", "history.list", { limit: 9 });
  return entries.map(({ summary }) => summary);
}

function addresses(host: Host, device: string): string[] {
  const [link] = host.links("-4", "addr", "show", device);
  return (link?.addr_info ?? []).map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

/** What belongs to the person: link and addresses, without what the kernel counts. */
function snapshot(host: Host): object[] {
  return host.links("addr", "show", "br0").map(({ ifindex, mtu, address, ifalias, group, addr_info }) => {
    const own = addr_info?.filter(({ family }) => family === "inet");
    return { ifindex, mtu, address, ifalias, group, own };
  });
}
