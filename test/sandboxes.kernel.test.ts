import { expect } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { Stranger } from "./adopted.ts";
import { expectAnswers, table } from "./matrix.ts";
import { test } from "./netns.ts";
import { wire } from "./outside.ts";
import { joined, network, play, type Scene } from "./scene.ts";

/**
 * Who can reach whom among sandboxes that are more than a membership: `two` is in the networks `net` and `other` and has a link to `far`,
 * which is in no network; `side` is in the namespace of `near`; `old` is a process of somebody else. `near` and `old` are in
 * `net`, `c` is in `other`; `tied` has a link to the host. Networks do not masquerade, so that the outside sees which way was
 * taken. Everybody but the host serves TCP 80 and UDP 53; `side` serves TCP 81.
 */
const addresses = {
  two: "10.1.0.2",
  two6: "fd00:1::2",
  "two-in-other": "10.2.0.2",
  "two-at-link": "10.3.0.0",
  "two-at-link6": "fd00:3::",
  near: "10.1.0.3",
  near6: "fd00:1::3",
  old: "10.1.0.4",
  old6: "fd00:1::4",
  c: "10.2.0.3",
  c6: "fd00:2::3",
  far: "10.3.0.1",
  far6: "fd00:3::1",
  tied: "10.4.0.0",
  "host-at-link": "10.4.0.1",
  loopback: "127.0.0.1",
  outside: wire.outside[4],
  outside6: wire.outside[6],
};

const rows = table(`
  # in both networks from the address of each; out through the first by name
  all      two -> near           ping     yes
  all      two -> near           tcp/80   near 10.1.0.2
  all      two -> near6          udp/53   near fd00:1::2
  all      two -> c              tcp/80   c 10.2.0.2
  all      two -> c6             udp/53   c fd00:2::2
  all      near -> two           tcp/80   two 10.1.0.3
  all      c -> two-in-other     tcp/80   two 10.2.0.3
  all      near -> c             ping     no
  all      near -> two-in-other  tcp/80   no
  all      c -> two              udp/53   no
  # the link is for its two ends alone, whatever else they are in
  all      two -> far            ping     yes
  all      two -> far            tcp/80   far 10.3.0.0
  all      two -> far6           udp/53   far fd00:3::
  all      far -> two-at-link    tcp/80   two 10.3.0.1
  all      far -> two-at-link6   ping     yes
  all      near -> far           ping     no
  all      outside -> far        tcp/80   no
  all      far -> near           tcp/80   no
  all      far -> outside        ping     no
  all      host -> tied          tcp/80   tied 10.4.0.1
  all      tied -> host-at-link  ping     yes
  all      tied -> outside       udp/53   no
  all      near -> tied          tcp/80   no
  all      outside -> tied       tcp/80   no
  # one namespace for two
  all      side -> near          tcp/80   near 10.1.0.3
  all      near -> loopback      tcp/81   side 127.0.0.1
  all      two -> near           tcp/81   side 10.1.0.2
  all      side -> two6          tcp/80   two fd00:1::3
  all      side -> c             tcp/80   no
  # a process of somebody else
  all      two -> old            tcp/80   old 10.1.0.2
  all      near -> old6          tcp/80   old fd00:1::3
  all      old -> near           udp/53   near 10.1.0.4
  all      old -> outside6       tcp/80   outside fd00:1::4
  all      old -> c              ping     no
  all      outside -> old        tcp/80   no
  # where two's default route leads
  net      two -> outside        tcp/80   outside 10.1.0.2
  net      two -> outside6       tcp/80   outside fd00:1::2
  other    two -> outside        udp/53   outside 10.2.0.2
  other    two -> outside6       tcp/80   outside fd00:2::2
`);

const end = (network: string, sandbox: string): CommandDraft[] => [
  { type: "endpoint.create", network, name: sandbox },
  { type: "endpoint.join", endpoint: `${network}/${sandbox}`, sandbox },
];

const link = (name: string, n: number): CommandDraft => ({
  type: "network.create",
  name,
  driver: "ptp",
  pools: [{ subnet: `10.${n}.0.0/31` }, { subnet: `fd00:${n}::/127` }],
});

const options = { masquerade: "false" };
const commands = (pid: number): CommandDraft[] => [
  network("net", 1, { options }),
  network("other", 2, { options }),
  link("wire", 3),
  link("cord", 4),
  ...["two", "far", "tied"].map((name): CommandDraft => ({ type: "sandbox.create", name })),
  { type: "sandbox.create", name: "machine", mode: "host" },
  { type: "sandbox.adopt", name: "old", pid },
  ...end("net", "two"),
  ...end("other", "two"),
  ...joined("net", "near"),
  ...joined("other", "c"),
  ...end("net", "old"),
  ...end("wire", "two"),
  ...end("wire", "far"),
  ...end("cord", "tied"),
  ...end("cord", "machine"),
  { type: "sandbox.create", name: "side", mode: "shared", sharedWith: "near" },
];

async function check(scene: Scene, gateway: "net" | "other"): Promise<void> {
  const { patchbay, ns } = scene;
  await expectAnswers(
    rows.filter(({ scenario }) => ["all", gateway].includes(scenario)),
    { addresses, ns },
  );
  expect(await patchbay.missing()).toEqual([]);
}

test("sandboxes in several networks, at links, shared and adopted reach exactly whom they may", async ({ host }) => {
  const stranger = await Stranger.start("old");
  const subnets = [1, 2, 3, 4].flatMap((n) => [`10.${n}.0.0/24`, `fd00:${n}::/64`]);
  try {
    await play(host, { commands: commands(stranger.pid), subnets }, async (scene) => {
      const { patchbay, serve } = scene;
      await serve(["two", "near", "c", "far", "tied", "outside"], { tcp: [80], udp: [53] });
      await serve(["side"], { tcp: [81], udp: [] });
      await check(scene, "net");
      await patchbay.apply({ type: "endpoint.update", endpoint: "other/two", gatewayPriority: 1 });
      await check(scene, "other");
      await patchbay.apply({ type: "endpoint.leave", endpoint: "other/two" });
      await patchbay.apply({ type: "endpoint.join", endpoint: "other/two", sandbox: "two" });
      await patchbay.apply({ type: "endpoint.update", endpoint: "other/two", gatewayPriority: -1 });
      await check(scene, "net");
      expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
      await patchbay.apply({ type: "sandbox.delete", sandbox: "side" });
    });
  } finally {
    await stranger.end();
  }
});
