import { expect, test } from "vitest";
import { deletion } from "./cascade.ts";
import type { CommandDraft } from "./commands.ts";
import { describe as inWords } from "./describe.ts";
import { occupantsOf } from "./members.ts";
import { after, command, endpointDraft, joinDraft, networkDraft, refusalOf, sandboxDraft, testId } from "./testing.ts";

const sharing = (name: string, sharedWith: string) => sandboxDraft(name, { mode: "shared", sharedWith });
/** box is 1, its endpoint 2; side is 4. */
const shared: CommandDraft[] = [
  networkDraft("web"),
  sandboxDraft("box"),
  endpointDraft("web", "box"),
  joinDraft("web/box", "box"),
  sharing("side", "box"),
];
const names = (drafts: CommandDraft[]) => Object.values(after(drafts).sandboxes).map(({ name }) => name);

test("an occupant is in the namespace of the sandbox it names", () => {
  const topology = after([...shared, sharing("car", testId(1))]);
  expect(occupantsOf(topology, testId(1)).map(({ name }) => name)).toEqual(["side", "car"]);
  expect(topology.sandboxes[testId(4)]).toMatchObject({ mode: "shared", sharedWith: testId(1) });
  expect(inWords(command(sharing("side", "box"), 4), topology, topology)).toBe(
    "created sandbox side, in the namespace of box",
  );
});

test.each<[string, CommandDraft[], string]>([
  ["nobody", [sharing("a", "nobody")], "NOT_FOUND no sandbox"],
  ["an occupant", [...shared, sharing("a", "side")], "CONFLICT sandbox side is itself in the namespace of box"],
  [
    "the host's",
    [sandboxDraft("h", { mode: "host" }), sharing("a", "h")],
    "CONFLICT sandbox h is in the host's namespace",
  ],
  ["without a word of whose", [sandboxDraft("a", { mode: "shared" })], "INVALID_PARAMETER"],
  ["a private one with an owner", [...shared, sandboxDraft("a", { sharedWith: "box" })], "INVALID_PARAMETER"],
])("%s cannot be shared", (_, drafts, refusal) => {
  expect(refusalOf(() => after(drafts))).toContain(refusal);
});

test("an occupant has no endpoints of its own", () => {
  const drafts = [...shared, networkDraft("back"), endpointDraft("back", "b"), joinDraft("back/b", "side")];
  expect(refusalOf(() => after(drafts))).toBe(
    "CONFLICT sandbox side has no endpoints of its own: it shares those of box",
  );
});

test("a namespace stays as long as somebody is in it", () => {
  const alone: CommandDraft[] = [...shared, { type: "endpoint.leave", endpoint: "web/box" }];
  expect(refusalOf(() => after([...alone, { type: "sandbox.delete", sandbox: "box" }]))).toBe(
    "CONFLICT sandbox box is shared by 1 other: side",
  );
  expect(names([...shared, ...deletion(after(shared), "sandbox", testId(1))])).toEqual([]);
});

test("a managed sandbox goes with its last endpoint and its last occupant, whichever is later", () => {
  const managed: CommandDraft[] = [
    networkDraft("web"),
    endpointDraft("web", "box"),
    joinDraft("web/box", "box", true),
    sharing("side", "box"),
  ];
  const leave: CommandDraft = { type: "endpoint.leave", endpoint: "web/box" };
  const remove: CommandDraft = { type: "sandbox.delete", sandbox: "side" };
  expect(names([...managed, leave])).toEqual(["box", "side"]);
  expect(names([...managed, leave, remove])).toEqual([]);
  expect(names([...managed, remove])).toEqual(["box"]);
  expect(names([...managed, remove, leave])).toEqual([]);
});
