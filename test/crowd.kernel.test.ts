import { expect } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import type { CnmError } from "#cnm/errors.ts";
import { parseCommand } from "#cnm/parse-command.ts";
import { netnsDir, test } from "./netns.ts";
import { caller, inTemporaryDirectory, Patchbay } from "./patchbay.ts";

const web: CommandDraft = { type: "network.create", name: "web", enableIpv6: true };
const connect = (name: string): CommandDraft[] => [
  { type: "endpoint.create", network: "web", name },
  { type: "endpoint.join", endpoint: `web/${name}`, sandbox: name, createSandbox: true },
];
const leave = (name: string): CommandDraft => ({ type: "endpoint.leave", endpoint: `web/${name}` });
const remove = (name: string): CommandDraft => ({ type: "endpoint.delete", endpoint: `web/${name}` });
const removeWeb: CommandDraft = { type: "network.delete", network: "web" };

test("a hundred want the same name: one gets it", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    const outcomes = await all(patchbay, Array(100).fill([web]));
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "CONFLICT")).toHaveLength(99);
    expect(await all(patchbay, [[removeWeb], [removeWeb]])).toEqual(["done", "NOT_FOUND"]);
  });
});

test("two hundred join at once: no address is given twice, and each attempt is in history", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    await patchbay.apply(web);
    const names = Array.from({ length: 200 }, (_, n) => `member-${n}`);
    expect(new Set(await all(patchbay, names.map(connect)))).toEqual(new Set(["done"]));
    const members = Object.values(patchbay.controller.topology.endpoints);
    for (const field of ["ipv4", "ipv6", "mac"] as const)
      expect(new Set(members.map((member) => member[field])).size, field).toBe(names.length);
    expect(await patchbay.missing()).toEqual([]);
    const { entries } = await patchbay.store.listHistory({ verb: "endpoint.join" }, { limit: 500 });
    expect(entries).toHaveLength(names.length);
    expect(await patchbay.store.verifyHistory()).toMatchObject({ ok: true });
    await patchbay.apply(...names.flatMap((name) => [leave(name), remove(name)]), removeWeb);
  });
});

test("joins and leaves race each other and the network's end: whoever is first wins, and nothing is left", async ({
  host,
}) => {
  await withPatchbay(host.path, async (patchbay) => {
    const rounds: [CommandDraft[][], string[]][] = [
      [
        [connect("a"), [removeWeb], connect("a")],
        ["done", "CONFLICT", "CONFLICT"],
      ],
      [
        [[leave("a")], [leave("a")], [remove("a")], [remove("a")]],
        ["done", "CONFLICT", "done", "NOT_FOUND"],
      ],
      [
        [[removeWeb], connect("a"), [removeWeb]],
        ["done", "NOT_FOUND", "NOT_FOUND"],
      ],
    ];
    await patchbay.apply(web);
    for (const [attempts, outcomes] of rounds) {
      expect(await all(patchbay, attempts)).toEqual(outcomes);
      expect(await patchbay.missing()).toEqual([]);
    }
  });
});

test("a request that is sent again has one effect, and one that looked at an older state is refused", async ({
  host,
}) => {
  await withPatchbay(host.path, async (patchbay) => {
    const { controller } = patchbay;
    const create = [web].map(parseCommand);
    const [first, again] = await Promise.all(
      ["request-1", "request-1"].map((requestId) => controller.apply(caller, create, { requestId })),
    );
    expect(again).toEqual(first);
    const other = { ...caller, actor: { ...caller.actor, id: "1" } };
    for (const [who, commands] of [
      [other, create],
      [caller, [removeWeb].map(parseCommand)],
    ] as const)
      await expect(controller.apply(who, commands, { requestId: "request-1" })).rejects.toMatchObject({
        code: "CONFLICT",
        details: { rule: "request-id-is-new" },
      });
    const baseRevision = controller.state().revision;
    const disconnect = [leave("a")].map(parseCommand);
    await patchbay.apply(...connect("a"));
    await expect(controller.apply(caller, disconnect, { baseRevision })).rejects.toMatchObject({
      details: { rule: "stale-base-revision" },
    });
    const restarted = patchbay.next();
    await restarted.start();
    await expect(restarted.apply(caller, disconnect, { baseRevision })).rejects.toMatchObject({
      details: { rule: "stale-base-revision" },
    });
    const { revision } = restarted.state();
    await restarted.apply(caller, [...disconnect, ...[remove("a"), removeWeb].map(parseCommand)], {
      baseRevision: revision,
    });
    await restarted.stop();
  });
});

/** Everything at once; "done", or the code of the refusal. */
function all(patchbay: Patchbay, attempts: CommandDraft[][]): Promise<string[]> {
  return Promise.all(
    attempts.map((commands) =>
      patchbay.apply(...commands).then(
        () => "done",
        (error: CnmError) => error.code,
      ),
    ),
  );
}

async function withPatchbay(rootNetns: string, use: (patchbay: Patchbay) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const patchbay = await Patchbay.open({ rootNetns, netnsDir, stateDir });
    await use(patchbay);
    await patchbay.close();
  });
}
