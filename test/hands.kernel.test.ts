import { join as joinPath } from "node:path";
import { expect, vi } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { bridgeName, namespaceName, vethName } from "#server/kernel/names.ts";
import { type Host, netnsDir, pings, run, test } from "./netns.ts";
import { inTemporaryDirectory, Patchbay } from "./patchbay.ts";

const web = { type: "network.create" as const, name: "web", pools: [{ subnet: "10.8.0.0/24" }], enableIpv6: true };
const connect = (name: string): CommandDraft[] => [
  { type: "endpoint.create", network: "web", name },
  { type: "endpoint.join", endpoint: `web/${name}`, sandbox: name },
];
const leave: CommandDraft = { type: "endpoint.leave", endpoint: "web/a" };
const setup: CommandDraft[] = [
  web,
  { type: "sandbox.create", name: "a" },
  { type: "sandbox.create", name: "b" },
  ...connect("a"),
];

/** What somebody does at the host without Patchbay. */
const hands = {
  "the bridge was deleted": ({ host, bridge }: Scene) => void host.ip("link", "del", bridge),
  "the veth was deleted": ({ host, veth }: Scene) => void host.ip("link", "del", veth),
  "the veth was unplugged": ({ host, veth }: Scene) => void host.ip("link", "set", veth, "nomaster"),
  "the namespace was deleted": ({ namespaces }: Scene) => void run("ip", "netns", "del", namespaces.a),
  "the namespace was unmounted": ({ namespaces }: Scene) => void run("umount", joinPath(netnsDir, namespaces.a)),
  "everything was deleted": ({ host, namespaces, bridge }: Scene) => {
    for (const name of Object.values(namespaces)) run("ip", "netns", "del", name);
    host.ip("link", "del", bridge);
  },
};

const leaving: [keyof typeof hands, CommandDraft[]][] = [
  ["the veth was deleted", [leave]],
  ["the namespace was deleted", [leave]],
  ["the namespace was unmounted", [leave]],
  ["the bridge was deleted", [leave, { type: "endpoint.delete", endpoint: "web/a" }]],
  [
    "everything was deleted",
    [
      leave,
      { type: "endpoint.delete", endpoint: "web/a" },
      { type: "sandbox.delete", sandbox: "a" },
      { type: "network.delete", network: "web" },
    ],
  ],
];

test.for(leaving)(
  "%s: leaving and deleting succeed, and the next start makes the rest again",
  async ([what, commands], { host }) => {
    await inScene(host, async (scene) => {
      hands[what](scene);
      expect((await scene.patchbay.apply(...commands)).entry.outcome).toBe("applied");
      await scene.patchbay.restart();
      expect(await scene.patchbay.missing()).toEqual([]);
    });
  },
);

test.for(["the bridge was deleted", "the namespace was deleted", "everything was deleted"] as const)(
  "%s: a join tells the kernel's words, and the next one works",
  async (what, { host }) => {
    await inScene(host, async (scene) => {
      const { patchbay, namespaces } = scene;
      await patchbay.apply({ ...web, name: "back", pools: [{ subnet: "10.9.0.0/24" }] });
      const alsoBack: CommandDraft[] = [
        { type: "endpoint.create", network: "back", name: "a" },
        { type: "endpoint.join", endpoint: "back/a", sandbox: "a" },
      ];
      hands[what](scene);
      const joined = what === "the bridge was deleted" ? connect("b") : alsoBack;
      await expect(patchbay.apply(...joined)).rejects.toMatchObject({
        code: "KERNEL",
        message: expect.stringMatching(/^the kernel refused "ip .*\((ENODEV|ENOENT)\)/),
      });
      await vi.waitFor(async () => expect(await patchbay.missing()).toEqual([]), 5000);
      await patchbay.apply(...joined);
      expect(pings(namespaces.a, "10.8.0.254")).toBe(true);
    });
  },
);

test.for(Object.keys(hands) as (keyof typeof hands)[])(
  "%s while the daemon was away: the next start makes all of it again, with the same addresses",
  async (what, { host }) => {
    await inScene(host, async (scene) => {
      hands[what](scene);
      expect(await scene.patchbay.restart()).toMatchObject({ recovered: 0, repaired: expect.any(Number) });
      expect(await scene.patchbay.missing()).toEqual([]);
      expect(pings(scene.namespaces.a, "10.8.0.254")).toBe(true);
      expect(await scene.patchbay.restart()).toMatchObject({ recovered: 0, repaired: 0 });
    });
  },
);

test("what cannot be undone is shown, tried again and in the end put right", async ({ host }) => {
  await inTemporaryDirectory(async (stateDir) => {
    const place = { rootNetns: host.path, netnsDir, stateDir };
    const before = await Patchbay.open(place);
    await before.apply(...setup);
    await before.close();
    // The start opens a resolver. Of the change the second step fails, then what would undo the first, then what would repair that.
    const patchbay = await Patchbay.open(place, { fault: { beforeStep: 3, steps: 3, kind: "ENOBUFS" } });
    const { controller } = patchbay;
    await expect(patchbay.apply(...connect("b"))).rejects.toMatchObject({
      code: "KERNEL",
      message: expect.stringMatching(/ENOBUFS.*undoing it stopped at .*ENOBUFS.*Patchbay keeps trying$/),
    });
    const b = Object.values(controller.topology.sandboxes).find(({ name }) => name === "b");
    expect(controller.state().problems[b!.id]).toMatchObject({ message: expect.stringContaining("ENOBUFS") });
    expect(await patchbay.missing()).not.toEqual([]);
    await vi.waitFor(async () => expect(controller.state().problems).toEqual({}), 5000);
    expect(await patchbay.missing()).toEqual([]);
    const { entries } = await patchbay.store.listHistory({ verb: "daemon.reconcile" }, { limit: 9 });
    expect(entries.map(({ outcome }) => outcome).slice(0, 2)).toEqual(["applied", "failed"]);
    await patchbay.apply(...connect("b"));
    await clear(patchbay);
    await patchbay.close();
  });
});

/** Network web with its gateway at .254, sandboxes a, which is in it, and b. */
interface Scene {
  host: Host;
  patchbay: Patchbay;
  bridge: string;
  veth: string;
  namespaces: { a: string; b: string };
}

async function inScene(host: Host, use: (scene: Scene) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const patchbay = await Patchbay.open({ rootNetns: host.path, netnsDir, stateDir });
    await patchbay.apply({ ...web, pools: [{ subnet: "10.8.0.0/24", gateway: "10.8.0.254" }] }, ...setup.slice(1));
    const { networks, sandboxes, endpoints } = patchbay.controller.topology;
    const idOf = (objects: Record<string, { id: string; name: string }>, name: string) =>
      Object.values(objects).find((object) => object.name === name)!.id;
    await use({
      host,
      patchbay,
      bridge: bridgeName(idOf(networks, "web")),
      veth: vethName(idOf(endpoints, "a")),
      namespaces: { a: namespaceName(idOf(sandboxes, "a")), b: namespaceName(idOf(sandboxes, "b")) },
    });
    await clear(patchbay);
    await patchbay.close();
  });
}

async function clear(patchbay: Patchbay): Promise<void> {
  const { networks, sandboxes, endpoints } = patchbay.controller.topology;
  const commands: CommandDraft[] = [
    ...Object.values(endpoints).flatMap(({ id, attachment }): CommandDraft[] => [
      ...(attachment ? [{ type: "endpoint.leave" as const, endpoint: id }] : []),
      { type: "endpoint.delete", endpoint: id },
    ]),
    ...Object.values(sandboxes).map(({ id }): CommandDraft => ({ type: "sandbox.delete", sandbox: id })),
    ...Object.values(networks)
      .filter(({ predefined }) => !predefined)
      .map(({ id }): CommandDraft => ({ type: "network.delete", network: id })),
  ];
  if (commands.length > 0) await patchbay.apply(...commands);
}
