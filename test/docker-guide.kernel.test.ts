import { describe, expect } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import type { DefaultNetworkOptions } from "#cnm/default-network.ts";
import { namespaceName } from "#server/kernel/names.ts";
import { type Host, netnsDir, run, test } from "./netns.ts";
import { wire } from "./outside.ts";
import { inTemporaryDirectory, Patchbay } from "./patchbay.ts";
import { readable } from "./readable.ts";
import { joined as joinedTo, teardown } from "./scene.ts";

/**
 * The worked examples of Docker's classic guide to bridge networks, on the default network and with the programs it uses.
 * What is seen differs from Docker's in the names of chains, and in that answers pass as such and not by their source port.
 */

test("endpoints that can talk: what one sends to another is accepted, other connections are not", async ({ host }) => {
  await onDefault(host, {}, async (scene) => {
    await scene.patchbay.apply(...joined("client"), ...joined("server"));
    expect(scene.list("filter", "PATCHBAY-IN-<bridge>")).toMatchInlineSnapshot(`
      "Chain PATCHBAY-IN-<bridge> (1 references)
      ACCEPT all -- * * 0.0.0.0/0 0.0.0.0/0 ctstate RELATED,ESTABLISHED
      ACCEPT all -- patchbay0 * 0.0.0.0/0 0.0.0.0/0
      ACCEPT all -- * * 0.0.0.0/0 0.0.0.0/0 ctstate DNAT
      DROP all -- * * 0.0.0.0/0 0.0.0.0/0"
    `);
  });
});

describe("endpoints that cannot talk", () => {
  test("what is on its way from one to another is dropped", async ({ host }) => {
    await onDefault(host, { icc: "false" }, async (scene) => {
      await scene.patchbay.apply(...joined("client"), ...joined("server", { expose: ["80"] }));
      expect(scene.list("filter", "FORWARD", "PATCHBAY-FORWARD", "PATCHBAY-IN-<bridge>")).toMatchInlineSnapshot(`
        "Chain FORWARD (policy ACCEPT)
        PATCHBAY-FORWARD all -- * * 0.0.0.0/0 0.0.0.0/0
        PATCHBAY-EGRESS all -- * * 0.0.0.0/0 0.0.0.0/0
        Chain PATCHBAY-FORWARD (1 references)
        PATCHBAY-USER all -- * * 0.0.0.0/0 0.0.0.0/0
        PATCHBAY-IN-<bridge> all -- * patchbay0 0.0.0.0/0 0.0.0.0/0
        Chain PATCHBAY-IN-<bridge> (1 references)
        ACCEPT all -- * * 0.0.0.0/0 0.0.0.0/0 ctstate RELATED,ESTABLISHED
        PATCHBAY-OPEN-<bridge> all -- * * 0.0.0.0/0 0.0.0.0/0
        ACCEPT all -- * * 0.0.0.0/0 0.0.0.0/0 ctstate DNAT
        DROP all -- * * 0.0.0.0/0 0.0.0.0/0"
      `);
    });
  });

  test("a link lets through what the other end exposes, and comes before the drop", async ({ host }) => {
    await onDefault(host, { icc: "false" }, async (scene) => {
      await scene.patchbay.apply(
        ...joined("server", { ipv4: "172.17.0.2", expose: ["80"] }),
        ...joined("client", { ipv4: "172.17.0.3", links: ["server:server"] }),
      );
      expect(scene.list("filter", "PATCHBAY-IN-<bridge>", "PATCHBAY-OPEN-<bridge>")).toMatchInlineSnapshot(`
        "Chain PATCHBAY-IN-<bridge> (1 references)
        ACCEPT all -- * * 0.0.0.0/0 0.0.0.0/0 ctstate RELATED,ESTABLISHED
        PATCHBAY-OPEN-<bridge> all -- * * 0.0.0.0/0 0.0.0.0/0
        ACCEPT all -- * * 0.0.0.0/0 0.0.0.0/0 ctstate DNAT
        DROP all -- * * 0.0.0.0/0 0.0.0.0/0
        Chain PATCHBAY-OPEN-<bridge> (1 references)
        ACCEPT tcp -- patchbay0 * 172.17.0.3 172.17.0.2 tcp dpt:80"
      `);
      await scene.patchbay.apply({ type: "endpoint.update", endpoint: "bridge/client", links: [] });
      expect(scene.list("filter", "PATCHBAY-OPEN-<bridge>")).toBe("Chain PATCHBAY-OPEN-<bridge> (1 references)");
    });
  });
});

test("what leaves the subnet is masqueraded", async ({ host }) => {
  await onDefault(host, {}, async (scene) => {
    expect(scene.list("nat", "POSTROUTING", "PATCHBAY-POSTROUTING")).toMatchInlineSnapshot(`
      "Chain POSTROUTING (policy ACCEPT)
      PATCHBAY-POSTROUTING all -- * * 0.0.0.0/0 0.0.0.0/0
      Chain PATCHBAY-POSTROUTING (1 references)
      MASQUERADE all -- * !patchbay0 172.17.0.0/16 0.0.0.0/0
      MASQUERADE all -- * patchbay0 172.17.0.0/16 0.0.0.0/0 ctstate DNAT
      MASQUERADE all -- * patchbay0 127.0.0.0/8 0.0.0.0/0"
    `);
    expect(host.shell("sysctl net.ipv4.ip_forward")).toBe("net.ipv4.ip_forward = 1\n");
  });
});

describe("published ports", () => {
  test("-P: every exposed port, on one that is free", async ({ host }) => {
    // No choice but the one that the guide shows.
    host.shell("sysctl -q -w net.ipv4.ip_local_port_range='49153 49153'");
    await onDefault(host, {}, async (scene) => {
      await scene.patchbay.apply(...joined("server", { expose: ["80"], publishAll: true }));
      expect(scene.list("nat", "PATCHBAY-DNAT")).toMatchInlineSnapshot(`
        "Chain PATCHBAY-DNAT (2 references)
        DNAT tcp -- * * 0.0.0.0/0 0.0.0.0/0 tcp dpt:49153 to:172.17.0.2:80"
      `);
    });
  });

  test("-p 80:80", async ({ host }) => {
    await onDefault(host, {}, async (scene) => {
      await scene.patchbay.apply(...joined("server", { publish: ["80:80"] }));
      expect(scene.list("nat", "PATCHBAY-DNAT")).toMatchInlineSnapshot(`
        "Chain PATCHBAY-DNAT (2 references)
        DNAT tcp -- * * 0.0.0.0/0 0.0.0.0/0 tcp dpt:80 to:172.17.0.2:80"
      `);
      await scene.patchbay.apply({ type: "endpoint.leave", endpoint: "bridge/server" });
      expect(scene.list("nat", "PATCHBAY-DNAT")).toBe("Chain PATCHBAY-DNAT (2 references)");
    });
  });

  test("--ip: at one address of the host only", async ({ host }) => {
    host.ip("addr", "add", `${wire.host[4]}/32`, "dev", "lo");
    await onDefault(host, { ip: wire.host[4] }, async (scene) => {
      await scene.patchbay.apply(...joined("server", { publish: ["80:80"] }));
      expect(scene.list("nat", "PATCHBAY-DNAT")).toMatchInlineSnapshot(`
        "Chain PATCHBAY-DNAT (2 references)
        DNAT tcp -- * * 0.0.0.0/0 192.0.2.1 tcp dpt:80 to:172.17.0.2:80"
      `);
    });
  });
});

test("--iptables=false: the firewall stays as it was", async ({ host }) => {
  host.shell("iptables -A FORWARD -s 192.0.2.9 -j DROP");
  const rules = () => host.shell("(iptables-save; ip6tables-save) | grep -e '^-A'");
  const before = rules();
  await onDefault(host, { icc: "false", firewall: false }, async ({ patchbay }) => {
    await patchbay.apply(...joined("server", { publish: ["80:80"] }));
    expect(rules()).toBe(before);
  });
});

describe("the bridge", () => {
  test("a port for each sandbox, and no spanning tree", async ({ host }) => {
    await onDefault(host, {}, async ({ patchbay, tidy }) => {
      await patchbay.apply(...joined("one"), ...joined("two"));
      const ports = tidy(host.shell("bridge link")).split("\n");
      expect(ports.map((line) => line.replace(/^\d+: (\S+?)(@\S+)?:? .* (master \S+) .*/, "$1 $3"))).toEqual([
        "pbv<bridge/one> master patchbay0",
        "pbv<bridge/two> master patchbay0",
      ]);
      expect(host.shell("ip -d link show patchbay0")).toMatch(/ stp_state 0 /);
    });
  });

  test("--bip, --fixed-cidr and --mtu", async ({ host }) => {
    const options = { bip: "172.17.42.1/16", "fixed-cidr": "172.17.128.0/24", mtu: "1400" };
    await onDefault(host, options, async ({ patchbay, inside }) => {
      await patchbay.apply(...joined("box"));
      expect(ipAddr(host.ip("addr", "show", "patchbay0"))).toMatchInlineSnapshot(`
        "patchbay0 mtu 1400
        link/ether 02:42:ac:11:2a:01
        inet 172.17.42.1/16"
      `);
      expect(ipAddr(inside("box", "addr", "show", "eth0"))).toMatchInlineSnapshot(`
        "eth0 mtu 1400
        link/ether 02:42:ac:11:80:00
        inet 172.17.128.0/16"
      `);
    });
  });

  test.for<{ name: string; options: DefaultNetworkOptions; commands: CommandDraft[]; network: string }>([
    { name: "-b", options: { bridge: "bridge0" }, commands: [], network: "bridge" },
    {
      name: "com.docker.network.bridge.name",
      options: {},
      commands: [{ type: "network.create", name: "own", options: { "com.docker.network.bridge.name": "bridge0" } }],
      network: "own",
    },
  ])("one that a person made, by $name", async ({ options, commands, network }, { host }) => {
    host.ip("link", "add", "bridge0", "type", "bridge");
    host.ip("addr", "add", "192.168.5.1/24", "dev", "bridge0");
    host.ip("link", "set", "dev", "bridge0", "up");
    const before = ipAddr(host.ip("-4", "addr", "show", "bridge0"));
    await onDefault(host, options, async ({ patchbay, list, inside }) => {
      await patchbay.apply(...commands, ...joined("box", {}, network));
      expect(ipAddr(host.ip("-4", "addr", "show", "bridge0"))).toEqual(before);
      expect(list("nat", "PATCHBAY-POSTROUTING")).toContain("MASQUERADE all -- * !bridge0 192.168.5.0/24 0.0.0.0/0");
      expect(inside("box", "-4", "-o", "addr", "show", "eth0")).toContain("inet 192.168.5.2/24");
      expect(inside("box", "route", "show", "default")).toBe("default via 192.168.5.1 dev eth0 proto 80");
    });
    expect(ipAddr(host.ip("-4", "addr", "show", "bridge0"))).toEqual(before);
  });
});

describe("as seen from a sandbox", () => {
  test("its address and its routes", async ({ host }) => {
    await onDefault(host, { bip: "172.17.42.1/16" }, async ({ patchbay, inside }) => {
      await patchbay.apply(...joined("box", { ipv4: "172.17.0.3", mac: "32:6f:e0:35:57:91" }));
      expect(ipAddr(inside("box", "addr", "show", "eth0"))).toMatchInlineSnapshot(`
        "eth0 mtu 1500
        link/ether 32:6f:e0:35:57:91
        inet 172.17.0.3/16"
      `);
      expect(inside("box", "route")).toMatchInlineSnapshot(`
        "default via 172.17.42.1 dev eth0 proto 80
        172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.0.3"
      `);
    });
  });

  test("endpoints of several networks", async ({ host }) => {
    await onDefault(host, { bip: "172.17.42.1/16" }, async ({ patchbay, inside }) => {
      await patchbay.apply(
        { type: "network.create", name: "back", pools: [{ subnet: "192.168.5.0/24" }] },
        ...joined("box"),
        ...joined("box", {}, "back"),
      );
      expect(inside("box", "route")).toMatchInlineSnapshot(`
        "default via 192.168.5.1 dev eth1 proto 80
        172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.0.1
        192.168.5.0/24 dev eth1 proto kernel scope link src 192.168.5.2"
      `);
    });
  });
});

const joined = (name: string, rest: object = {}, network = "bridge") => joinedTo(network, name, rest);

interface Scene {
  patchbay: Patchbay;
  tidy(printed: string): string;
  /** Chains of `iptables -t TABLE -L -n -v`. */
  list(table: string, ...chains: string[]): string;
  /** ip(8) in a sandbox. */
  inside(sandbox: string, ...args: string[]): string;
}

/** The default network as the daemon's options say, until `use` is done with it. */
async function onDefault(
  host: Host,
  { firewall = true, ...options }: DefaultNetworkOptions & { firewall?: boolean },
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const open = (defaultNetwork: DefaultNetworkOptions) =>
      Patchbay.open({ rootNetns: host.path, netnsDir, stateDir }, { defaultNetwork, host: { firewall } });
    const patchbay = await open(options);
    await use(sceneOf(host, patchbay));
    await patchbay.apply(...teardown(patchbay.controller.topology));
    await patchbay.close();
    await (await open({ bridge: "none" })).close();
  });
}

function sceneOf(host: Host, patchbay: Patchbay): Scene {
  const tidy = (printed: string) => readable(printed, patchbay.controller.topology).replaceAll(/ +$/gm, "").trim();
  return {
    patchbay,
    tidy,
    list: (table, ...chains) => {
      const all = tidy(listing(host.shell(`iptables -t ${table} -L -n -v`))).split("\n\n");
      return chains.map((name) => all.find((chain) => chain.startsWith(`Chain ${name} `))).join("\n");
    },
    inside: (name, ...args) => {
      const found = Object.values(patchbay.controller.topology.sandboxes).find((sandbox) => sandbox.name === name);
      return tidy(run("ip", "-n", namespaceName(found?.id ?? ""), ...args));
    },
  };
}

/** Without comments, headings, counters and columns; iptables 1.8.9 has numbers for protocols. */
function listing(printed: string): string {
  const protocols: Record<string, string> = { 0: "all", 6: "tcp" };
  return printed
    .replaceAll(/^ +pkts .*\n/gm, "")
    .replaceAll(/ \d+ packets, \d+ bytes\)$/gm, ")")
    .replaceAll(/^ +\d+ +\d+ /gm, "")
    .replaceAll(/ \/\* .*? \*\//g, "")
    .replaceAll(/^(\S+) +(\d+) +--/gm, (_, target: string, number: string) => `${target} ${protocols[number]} --`)
    .replaceAll(/ {2,}/g, " ");
}

/** What ip-address(8) shows, without numbers of devices, what follows by itself, and what the kernel tells a moment later. */
function ipAddr(printed: string): string {
  return printed
    .replaceAll(/^\d+: ([^:@\s]+)\S* <.*> (mtu \d+) .*$/gm, "$1 $2")
    .replaceAll(/^ +(.*?) (?:brd|scope) .*$/gm, "$1")
    .replaceAll(/^ +valid_lft .*\n?/gm, "")
    .trim();
}
