import { expect, test } from "vitest";
import { difference } from "./changes.ts";
import type { TopologyState } from "./events.ts";
import { foldEvent } from "./fold.ts";
import type { HistorySummary } from "./history.ts";
import { after, freshTopology, networkDraft, sandboxDraft, testId } from "./testing.ts";

const topology = after([networkDraft("web"), sandboxDraft("box")]);
const [web, box] = [testId(0), testId(1)];
const entry: HistorySummary = {
  seq: 8,
  at: "2026-01-01T00:00:00.000Z",
  actor: { kind: "uid", id: "0", name: "root", role: "admin" },
  source: "cli",
  verb: "sandbox.delete",
  summary: "",
  objects: [],
  outcome: "applied",
  durationMs: 1,
  error: null,
};
const state: TopologyState = {
  revision: 7,
  topology,
  layout: { [web]: { x: 1, y: 1 }, [box]: { x: 2, y: 2 } },
  applying: [],
  problems: { [box]: { seq: 3, message: "old" }, [web]: { seq: 4, message: "other" } },
  unsupported: {},
  edited: {},
};

test("the state event replaces everything", () => {
  const other = { ...state, revision: 1, topology: freshTopology };
  expect(foldEvent(state, { type: "state", state: other })).toBe(other);
});

test("a change is shown as running from its start to its end", () => {
  const running = foldEvent(state, { type: "change.started", seq: 8, ids: [box] });
  const twice = foldEvent(running, { type: "change.started", seq: 9, ids: [box, web] });
  expect(twice.applying).toEqual([box, web]);
  const changes = difference(topology, { ...topology, sandboxes: {} });
  const applied = foldEvent(twice, { type: "change.applied", revision: 8, changes, entry });
  expect(applied).toMatchObject({ revision: 8, applying: [web], topology: { sandboxes: {} } });
  expect(applied.layout).toEqual({ [web]: { x: 1, y: 1 } });
  expect(applied.problems).toEqual({ [web]: { seq: 4, message: "other" } });
  expect(applied.topology.networks).toBe(topology.networks);
});

test("applying the same event twice changes nothing more", () => {
  const event = { type: "change.applied" as const, revision: 8, changes: difference(freshTopology, topology), entry };
  const once = foldEvent({ ...state, topology: freshTopology }, event);
  expect(foldEvent(once, event)).toEqual(once);
});

test("a failure is noted on the objects that are still there", () => {
  const running = foldEvent(state, { type: "change.started", seq: 8, ids: [box, testId(9)] });
  const event = { type: "change.failed" as const, revision: 8, ids: [box, testId(9)], message: "EBUSY", entry };
  const failed = foldEvent(running, event);
  expect(failed).toMatchObject({ revision: 8, applying: [] });
  expect(failed.problems).toEqual({ [box]: { seq: 8, message: "EBUSY" }, [web]: { seq: 4, message: "other" } });
  expect(failed.topology).toBe(topology);
});

test("moved cards and other rows of history", () => {
  const moved = foldEvent(state, { type: "layout.moved", layout: { [box]: { x: 9, y: 9 } } });
  expect(moved.layout).toEqual({ [web]: { x: 1, y: 1 }, [box]: { x: 9, y: 9 } });
  expect(foldEvent(state, { type: "history.recorded", revision: 12, entry }).revision).toBe(12);
});
