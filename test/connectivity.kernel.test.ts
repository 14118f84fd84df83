import { expect } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { Docker } from "./docker.ts";
import { expectAnswers, table } from "./matrix.ts";
import { type Host, test } from "./netns.ts";
import { wire } from "./outside.ts";
import { everybodySpeaks, joined, network, play, type Scene } from "./scene.ts";

/**
 * Who can reach whom. `a` and `b` are sandboxes of the network under test, `c` of another one, `outside` is the
 * machine next door that knows the way to every subnet, `docker` a container where Docker is. Everybody serves TCP 80 and 81
 * and UDP 53, but for the host.
 */
const addresses: Record<string, string> = {
  a: "10.1.0.2",
  a6: "fd00:1::2",
  b: "10.1.0.3",
  b6: "fd00:1::3",
  c: "10.2.0.2",
  c6: "fd00:2::2",
  docker: "172.18.0.2",
  gateway: "10.1.0.1",
  gateway6: "fd00:1::1",
  host: wire.host[4],
  host6: wire.host[6],
  loopback: "127.0.0.1",
  outside: wire.outside[4],
  outside6: wire.outside[6],
};

const rows = table(`
  # a plain network: everything inside, out under the host's address, in through published ports only
  nat            a -> b          ping      yes
  nat            a -> b          tcp/80    b 10.1.0.2
  nat            a -> b          udp/53    b 10.1.0.2
  nat            a -> b6         ping      yes
  nat            a -> b6         tcp/80    b fd00:1::2
  nat            a -> b6         udp/53    b fd00:1::2
  nat            a -> outside    ping      yes
  nat            a -> outside    tcp/80    outside 192.0.2.1
  nat            a -> outside    udp/53    outside 192.0.2.1
  nat            a -> outside6   tcp/80    outside 2001:db8:1::1
  nat            a -> outside6   udp/53    outside 2001:db8:1::1
  nat            a -> c          ping      no
  nat            a -> c          tcp/80    no
  nat            a -> c          udp/53    no
  nat            a -> c6         ping      no
  nat            a -> c6         tcp/80    no
  nat            host -> a       tcp/80    a 10.1.0.1
  nat            host -> a6      tcp/80    a fd00:1::1
  nat            outside -> a    ping      no
  nat            outside -> a    tcp/80    no
  nat            outside -> a    udp/53    no
  nat            outside -> a6   tcp/80    no
  nat            outside -> gateway ping   no
  nat            outside -> gateway6 ping  no
  # published: 8080 everywhere, 8081 on 127.0.0.1, UDP 5300, 9000-9001 -> 80-81
  nat            outside -> host tcp/8080  a 192.0.2.2
  nat            outside -> host6 tcp/8080 a 2001:db8:1::2
  nat            outside -> host udp/5300  a 192.0.2.2
  nat            outside -> host6 udp/5300 a 2001:db8:1::2
  nat            outside -> host tcp/9000  a 192.0.2.2
  nat            outside -> host tcp/9001  a 192.0.2.2
  nat            outside -> host6 tcp/9001 a 2001:db8:1::2
  nat            outside -> host tcp/8081  no
  nat            outside -> loopback tcp/8081 no
  nat            host -> loopback tcp/8081 a 10.1.0.1
  nat            host -> loopback tcp/8080 a 10.1.0.1
  nat            host -> loopback udp/5300 a 10.1.0.1
  nat            host -> loopback tcp/9001 a 10.1.0.1
  nat            host -> host    tcp/8080  a 192.0.2.1
  nat            host -> host6   tcp/8080  a 2001:db8:1::1
  nat            a -> host       tcp/8080  a 10.1.0.1
  nat            a -> host6      tcp/8080  a fd00:1::1
  nat            b -> host       tcp/8080  a 10.1.0.1
  nat            b -> host       udp/5300  a 10.1.0.1
  nat            b -> gateway    tcp/8080  a 10.1.0.1
  nat            c -> host       tcp/8080  a 10.1.0.1
  nat            b -> loopback   tcp/8081  no
  source         a -> outside    tcp/80    outside 192.0.2.77
  bare           a -> outside    tcp/80    outside 10.1.0.2
  bare           a -> outside6   tcp/80    outside fd00:1::2
  bare           outside -> a    tcp/80    no
  bare           outside -> host tcp/8080  a 192.0.2.2
  unprotected    outside -> a    tcp/81    a 192.0.2.2
  unprotected    outside -> a6   udp/53    a 2001:db8:1::2
  unprotected    a -> outside    tcp/80    outside 192.0.2.1
  unprotected    outside -> host tcp/8080  a 192.0.2.2
  routed         outside -> a    tcp/80    a 192.0.2.2
  routed         outside -> a6   tcp/80    a 2001:db8:1::2
  routed         outside -> a    udp/53    a 192.0.2.2
  routed         outside -> a    tcp/81    a 192.0.2.2
  routed         outside -> b    tcp/80    no
  routed         outside -> a    ping      yes
  routed         outside -> a6   ping      yes
  routed         a -> outside    tcp/80    outside 10.1.0.2
  routed         outside -> host tcp/8080  no
  routed         c -> a          tcp/80    a 10.1.0.1
  routed         c -> b          tcp/80    no
  internal       a -> b          tcp/80    b 10.1.0.2
  internal       a -> b6         ping      yes
  internal       a -> outside    ping      no
  internal       a -> outside    udp/53    no
  internal       a -> outside6   tcp/80    no
  internal       a -> c          tcp/80    no
  internal       c -> a          tcp/80    no
  internal       outside -> a    tcp/80    no
  internal       outside -> a6   ping      no
  internal       outside -> host tcp/8080  no
  internal       a -> host       ping      no
  internal       a -> host6      ping      no
  internal       host -> a       tcp/80    a 10.1.0.1
  isolated       a -> b          tcp/80    b 10.1.0.2
  isolated       a -> b6         tcp/80    b fd00:1::2
  isolated       host -> a       tcp/80    no
  isolated       a -> outside    ping      no
  # endpoints that cannot talk, but for published ports and the link b -> a
  quiet          a -> b          ping      no
  quiet          a -> b          tcp/80    no
  quiet          a -> b          udp/53    no
  quiet          a -> b6         ping      no
  quiet          a -> b6         tcp/80    no
  quiet          b -> a          tcp/80    no
  quiet          b -> a          tcp/81    a 10.1.0.3
  quiet          b -> a6         tcp/81    a fd00:1::3
  quiet          b -> a          ping      no
  quiet          b -> host       tcp/8080  a 10.1.0.1
  quiet          a -> outside    tcp/80    outside 192.0.2.1
  quiet          outside -> host tcp/8080  a 192.0.2.2
  quiet          b -> host6      tcp/8080  a fd00:1::1
  quiet          b -> host       udp/5300  a 10.1.0.1
  quiet          a -> host       tcp/8080  a 10.1.0.1
  quiet          a -> host6      tcp/8080  a fd00:1::1
  quiet          a -> gateway    ping      yes
  # beside Docker, whose container publishes 80 as 8090
  docker         a -> docker     ping      no
  docker         a -> docker     tcp/80    no
  docker         a -> docker     tcp/81    no
  docker         c -> docker     udp/53    no
  docker         docker -> a     ping      no
  docker         docker -> a     tcp/80    no
  docker         docker -> c     udp/53    no
  docker         docker -> gateway ping    no
  docker         docker -> outside tcp/80  outside 192.0.2.1
  docker         docker -> host  tcp/8080  a 10.1.0.1
  docker         docker -> host  tcp/8081  no
  docker         a -> host       tcp/8090  docker 172.18.0.1
  docker         host -> docker  tcp/81    docker 172.18.0.1
  docker         outside -> host tcp/8090  docker 192.0.2.2
  docker         outside -> docker tcp/80  no
`);

/** Labels of the network under test; whether it is internal; whether Docker is on the host; whose rows hold as well. */
interface Scenario {
  options?: Record<string, string>;
  internal?: boolean;
  docker?: boolean;
  /** Whether the bridge that the labels name was there before. */
  adopted?: boolean;
  as?: string;
}

const scenarios: Record<string, Scenario> = {
  nat: {},
  source: { options: { host_ipv4: "192.0.2.77" } },
  bare: { options: { masquerade: "false" } },
  unprotected: { options: { gateway_mode_ipv4: "nat-unprotected", gateway_mode_ipv6: "nat-unprotected" } },
  routed: { options: { gateway_mode_ipv4: "routed", gateway_mode_ipv6: "routed" } },
  internal: { internal: true },
  isolated: { options: { gateway_mode_ipv4: "isolated", gateway_mode_ipv6: "isolated" }, internal: true },
  quiet: { options: { icc: "false" } },
  "quiet on a bridge of others": { adopted: true, as: "quiet", options: { name: "br0", icc: "false" } },
  docker: { docker: true, as: "nat" },
  "quiet beside docker": { docker: true, as: "quiet", options: { icc: "false" } },
};

test.for(Object.keys(scenarios))("%s: everybody reaches exactly whom they may", async (scenario, { host }) => {
  await inScene(host, scenario, (scene) => check(scenario, scene));
});

test.for(["nat", "quiet"])("%s: the same where iptables does not see what is bridged", async (scenario, { host }) => {
  for (const tables of ["iptables", "ip6tables"]) host.shell(`sysctl -e -q -w net.bridge.bridge-nf-call-${tables}=0`);
  await inScene(host, scenario, (scene) => check(scenario, scene));
});

test("a live network changes from one kind to another and back", async ({ host }) => {
  await inScene(host, "nat", async (scene) => {
    const labels = { icc: "true", masquerade: "true", gateway_mode_ipv4: "nat", gateway_mode_ipv6: "nat" };
    for (const scenario of ["quiet", "routed", "internal", "nat", "bare"]) {
      const { options = {}, internal = false } = scenarios[scenario] ?? {};
      const update = { type: "network.update", network: "net", internal, options: { ...labels, ...options } } as const;
      await scene.patchbay.apply(update);
      await check(scenario, scene);
    }
  });
});

async function check(scenario: string, { patchbay, docker, ns }: DockerScene): Promise<void> {
  const mine = rows.filter((row) => [scenario, scenarios[scenario]?.as].includes(row.scenario));
  await expectAnswers(mine, { addresses, ns });
  expect(await patchbay.missing()).toEqual([]);
  expect(docker?.rules()).toBe(docker?.ownRules);
}

interface DockerScene extends Scene {
  docker: Docker | undefined;
}

async function inScene(host: Host, scenario: string, use: (scene: DockerScene) => Promise<void>): Promise<void> {
  const docker = scenarios[scenario]?.docker ? new Docker(host) : undefined;
  if (scenarios[scenario]?.adopted) host.ip("link", "add", "br0", "type", "bridge");
  // A second address of the host, for what leaves under a fixed one.
  host.ip("addr", "add", "192.0.2.77/32", "dev", "lo");
  const subnets = ["10.1.0.0/24", "fd00:1::/64", "10.2.0.0/24", "fd00:2::/64"];
  try {
    await play(host, { commands: setup(scenario), subnets }, async (scene) => {
      const ns = (who: string) => (who === "docker" ? (docker?.name ?? "") : scene.ns(who));
      const servers = ["a", "b", "c", "outside", ...(docker ? ["docker"] : [])];
      await Promise.all(servers.map((who) => scene.outside.serve(ns(who), who, { tcp: [80, 81], udp: [53] })));
      await everybodySpeaks(host.name, scene.outside.name);
      await use({ ...scene, docker, ns });
    });
    expect(docker?.rules()).toBe(docker?.ownRules);
  } finally {
    docker?.close();
  }
}

function setup(scenario: string): CommandDraft[] {
  const { options, internal } = scenarios[scenario] ?? {};
  const publish = ["8080:80", "127.0.0.1:8081:81", "5300:53/udp", "9000-9001:80-81"];
  return [
    network("net", 1, { options, internal }),
    network("other", 2),
    ...joined("net", "a", { publish, expose: ["81"] }),
    ...joined("net", "b", { links: ["net/a:alpha"] }),
    ...joined("other", "c"),
  ];
}
