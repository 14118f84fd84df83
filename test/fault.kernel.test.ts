import { cpSync, mkdirSync, rmSync } from "node:fs";
import * as path from "node:path";
import { afterAll, expect } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import type { Topology } from "#cnm/topology.ts";
import { everything } from "#server/controller/recovery.ts";
import type { HostState } from "#server/controller/wanted.ts";
import type { Kernel } from "#server/kernel/kernel.ts";
import type { FaultRun } from "./fault-child.ts";
import { FaultDaemons } from "./fault-daemons.ts";
import { type Host, netnsDir, run, test } from "./netns.ts";
import { inTemporaryDirectory, Patchbay, type Place } from "./patchbay.ts";

interface Scenario {
  name: string;
  /** Its steps are of kinds that another scenario is killed at: here they only fail, which takes no process each. */
  alike?: true;
  setup: CommandDraft[];
  change: CommandDraft[];
}

const network: CommandDraft = { type: "network.create", name: "web", enableIpv6: true };
const other: CommandDraft = { type: "network.create", name: "back" };
const box: CommandDraft = { type: "sandbox.create", name: "box" };
const theirs = "somebody-elses";
const adopted: CommandDraft = { type: "sandbox.adopt", name: "box", netns: path.join(netnsDir, theirs) };
const endpoint: CommandDraft = { type: "endpoint.create", network: "web", name: "box" };
const join: CommandDraft = { type: "endpoint.join", endpoint: "web/box", sandbox: "box" };
const joinCreating: CommandDraft = { ...join, createSandbox: true };
const second: CommandDraft[] = [
  { type: "endpoint.create", network: "back", name: "box" },
  { type: "endpoint.join", endpoint: "back/box", sandbox: "box" },
];
const rename: CommandDraft = {
  type: "sandbox.update",
  sandbox: "box",
  hostname: "renamed.example.com",
  extraHosts: ["db:10.0.0.7"],
  dns: { servers: ["10.0.0.53"], search: ["."], options: ["ndots:2"] },
};
const leave: CommandDraft = { type: "endpoint.leave", endpoint: "web/box" };

const joinOf = (name: string): CommandDraft[] => [
  { ...endpoint, name },
  { ...joinCreating, endpoint: `web/${name}`, sandbox: name },
];
const partOf = (name: string): CommandDraft[] => [
  { ...leave, endpoint: `web/${name}` },
  { type: "endpoint.delete", endpoint: `web/${name}` },
];

const wire: CommandDraft = { type: "network.create", name: "wire", driver: "ptp" };
const endOf = (sandbox: string): CommandDraft[] => [
  { type: "endpoint.create", network: "wire", name: sandbox },
  { type: "endpoint.join", endpoint: `wire/${sandbox}`, sandbox, createSandbox: true },
];

const limits = { ingress: "10mbit", egress: "5mbit" };
const update = (rest: object): CommandDraft => ({ type: "endpoint.update", endpoint: "web/box", ...rest });

const scenarios: Scenario[] = [
  { name: "create a network", setup: [], change: [network] },
  { name: "connect, making the sandbox", setup: [network], change: [endpoint, joinCreating] },
  {
    name: "publish a port and limit",
    setup: [network, endpoint, joinCreating],
    change: [update({ publish: ["8080:80"], ...limits })],
  },
  {
    name: "lift limits",
    alike: true,
    setup: [network, { ...endpoint, ...limits }, joinCreating],
    change: [update({ ingress: "", egress: "" })],
  },
  { name: "connect to a second network", alike: true, setup: [network, other, box, endpoint, join], change: second },
  { name: "link two sandboxes", alike: true, setup: [wire, ...endOf("a")], change: endOf("b") },
  {
    name: "move an end of a link to the host",
    setup: [wire, ...endOf("a"), ...endOf("b"), { type: "sandbox.create", name: "machine", mode: "host" }],
    change: [
      { type: "endpoint.leave", endpoint: "wire/b" },
      { type: "endpoint.join", endpoint: "wire/b", sandbox: "machine" },
    ],
  },
  { name: "change the names of a sandbox", setup: [network, box, endpoint, join], change: [rename] },
  { name: "leave, with the managed sandbox", setup: [network, endpoint, joinCreating], change: [leave] },
  { name: "adopt and connect", setup: [network], change: [adopted, endpoint, join] },
  {
    name: "give an adopted one back",
    alike: true,
    setup: [network, adopted, endpoint, join],
    change: [leave, { type: "endpoint.delete", endpoint: "web/box" }, { type: "sandbox.delete", sandbox: "box" }],
  },
  {
    name: "delete three endpoints and their network at once",
    setup: [network, ...["a", "b", "c"].flatMap(joinOf)],
    change: [...["a", "b", "c"].flatMap(partOf), { type: "network.delete", network: "web" }],
  },
];

/** More steps than any scenario has: a loop that reaches it never ended. */
const tooMany = 40;

const daemons = new FaultDaemons();
afterAll(() => daemons.close());

const storeCalls = (["begin", "finish"] as const).flatMap((call) =>
  (["before", "after"] as const).map((when) => ({ call, when })),
);

/** Each step is killed, and each fails, once. */
const timeout = 240_000;

test.for(scenarios.filter(({ alike }) => !alike))(
  "$name, killed at any point: the next start completes it or knows nothing of it",
  { timeout },
  async ({ setup, change }, { host }) => {
    await inScene({ host, setup }, async (scene) => {
      for (const fault of storeCalls)
        expect(await killAndRecover(scene, change, fault), JSON.stringify(fault)).toBe(true);
      let steps = 1;
      while (await killAndRecover(scene, change, { beforeStep: steps + stepsOfStart(scene) }))
        expect(steps++).toBeLessThan(tooMany);
      expect(steps).toBeGreaterThan(1);
    });
  },
);

test.for(scenarios)(
  "$name: a step that fails leaves everything as it was",
  { timeout },
  async ({ setup, change }, { host }) => {
    await inScene({ host, setup }, async (scene) => {
      const patchbay = await Patchbay.open(scene.place, { kernel: scene.kernel });
      let step = 1;
      while (await failAndCompare({ scene, patchbay }, change, step)) expect(step++).toBeLessThan(tooMany);
      expect(step).toBeGreaterThan(1);
      await patchbay.close();
    });
  },
);

test("killed again while it recovers, the start after that recovers", async ({ host }) => {
  await inScene({ host, setup: [] }, async ({ place, kernel }) => {
    const commands = [network, endpoint, joinCreating];
    expect(await daemons.run({ place, commands, fault: { beforeStep: 3 } })).toBe("killed");
    for (const beforeStep of [1, 2, 3])
      expect(await daemons.run({ place, commands: [], fault: { beforeStep } })).toBe("killed");
    const patchbay = await Patchbay.open(place, { kernel });
    expect(await patchbay.missing()).toEqual([]);
    expect(names(patchbay.controller.topology)).toEqual(["box", "box", "host", "none", "web"]);
    await patchbay.close();
  });
});

/** What a scenario starts from, again and again. */
interface Scene {
  place: Place;
  kernel: Kernel;
  /** Of the kernel's steps to come, which one fails; 0: none. */
  failing: Int32Array<SharedArrayBuffer>;
  before: Topology;
  host: HostState;
  /** Puts store and kernel back to `before`. */
  restore(): Promise<void>;
}

async function inScene(
  { host, setup }: { host: Host; setup: CommandDraft[] },
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  run("ip", "netns", "add", theirs);
  const given = everythingIn(theirs);
  await inTemporaryDirectory(async (directory) => {
    const place = { rootNetns: host.path, netnsDir, stateDir: path.join(directory, "state") };
    const saved = path.join(directory, "saved");
    const failing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const kernel = await host.kernel({ fault: { beforeStep: failing, kind: "ENOBUFS" } });
    const prepared = await Patchbay.open(place, { kernel });
    if (setup.length > 0) await prepared.apply(...setup);
    await prepared.close();
    cpSync(place.stateDir, saved, { recursive: true });
    const restore = async () => {
      rmSync(place.stateDir, { recursive: true });
      mkdirSync(place.stateDir, { mode: 0o700 });
      cpSync(saved, place.stateDir, { recursive: true });
      await (await Patchbay.open(place, { kernel })).close();
    };
    const { topology: before, host: state } = prepared.controller;
    await use({ place, kernel, failing, before, host: state, restore });
    await restore();
    const last = await Patchbay.open(place, { kernel });
    await last.empty();
    expect(names(last.controller.topology)).toEqual(["host", "none"]);
    await last.close();
    expect(everythingIn(theirs)).toBe(given);
  }).finally(() => run("ip", "netns", "del", theirs));
}

const everythingIn = (ns: string): string =>
  ["-d link", "addr", "route show table all", "-6 route show table all"]
    .map((what) => run("ip", "-n", ns, ...what.split(" ")))
    .join("");

/** False if the child lived: there is no such step any more. */
async function killAndRecover(scene: Scene, change: CommandDraft[], fault: FaultRun["fault"]): Promise<boolean> {
  const { place, kernel, before } = scene;
  await scene.restore();
  const killed = (await daemons.run({ place, commands: change, fault })) === "killed";
  const patchbay = await Patchbay.open(place, { kernel });
  expect(await patchbay.missing()).toEqual([]);
  const [last] = (await patchbay.store.listHistory({}, { limit: 1 })).entries;
  if ("call" in fault && fault.call === "begin" && fault.when === "before")
    expect(patchbay.controller.topology).toEqual(before);
  else expect(last?.outcome).toBe(killed && !isFinished(fault) ? "recovered" : "applied");
  expect(await patchbay.store.verifyHistory()).toMatchObject({ ok: true });
  expect(await patchbay.restart()).toMatchObject({ recovered: 0, repaired: 0 });
  await patchbay.close();
  return killed;
}

function isFinished(fault: FaultRun["fault"]): boolean {
  return "call" in fault && fault.call === "finish" && fault.when === "after";
}

/** False if the change went through: there is no such step any more. Else everything is ready for the next one. */
async function failAndCompare(
  { scene: { before, failing }, patchbay }: { scene: Scene; patchbay: Patchbay },
  change: CommandDraft[],
  step: number,
): Promise<boolean> {
  failing[0] = step;
  const error = await patchbay.apply(...change).then(
    () => null,
    (thrown) => thrown,
  );
  failing[0] = 0;
  if (error) {
    expect(error).toMatchObject({ code: "KERNEL", details: { step: { errno: "ENOBUFS" } } });
    expect(patchbay.controller.topology).toEqual(before);
    expect(await patchbay.store.loadTopology()).toEqual(before);
    const { entries } = await patchbay.store.listHistory({ outcome: "failed" }, { limit: 1 });
    expect(entries[0]?.error).toContain("ENOBUFS");
  }
  expect(await patchbay.missing()).toEqual([]);
  return error !== null;
}

/** What a daemon that starts has to do before it can do anything else: sockets end with the daemon. */
function stepsOfStart({ before, host }: Scene): number {
  return everything(before, host).filter(({ kind }) => kind === "resolver" || kind === "port").length;
}

function names({ networks, sandboxes, endpoints }: Topology): string[] {
  return [networks, sandboxes, endpoints].flatMap((objects) => Object.values(objects).map(({ name }) => name)).sort();
}
