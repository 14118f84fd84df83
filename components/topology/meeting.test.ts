import { expect, test } from "vitest";
import { after, endpointDraft, joinDraft, networkDraft, sandboxDraft, testId } from "#cnm/testing.ts";
import type { Topology } from "#cnm/topology.ts";
import { toGraph } from "./graph.ts";
import { canMeet, meetingName, meetings } from "./meeting.ts";
import { stateOf } from "./topology.fixture.ts";

const two = [sandboxDraft("app"), sandboxDraft("db")];

function seen(topology: Topology) {
  const [app, db] = [topology.sandboxes[testId(0)]!, topology.sandboxes[testId(1)]!];
  return meetings(topology, [app, db], meetingName(topology, app, db)).map(({ kind, verdict }) =>
    verdict.ok ? kind : `${kind}: ${verdict.message}`,
  );
}

test("two sandboxes can have a link, a network or one namespace", () => {
  expect(seen(after(two))).toEqual(["ptp", "network", "share"]);
});

test("who is in a network keeps its namespace", () => {
  const topology = after([...two, networkDraft("web"), endpointDraft("web", "app"), joinDraft("web/app", "app")]);
  expect(seen(topology)).toEqual([
    "ptp",
    "network",
    "share: app is in networks, which it would lose: let it leave them first",
  ]);
});

test("the host can be at one end of a link, and of nothing else", () => {
  const topology = after([sandboxDraft("app"), sandboxDraft("h", { mode: "host" })]);
  expect(seen(topology)).toEqual([
    "ptp",
    expect.stringContaining("network: sandbox h uses the host's namespace"),
    "share: sandbox h is in the host's namespace",
  ]);
  const hosts = Object.values(
    after([sandboxDraft("a", { mode: "host" }), sandboxDraft("b", { mode: "host" })]).sandboxes,
  );
  expect(canMeet(hosts[0]!, hosts[1]!)).toMatchObject({ ok: false, rule: "same-namespace" });
});

function linesIn(topology: Topology) {
  const { cards, cables } = toGraph(stateOf(topology), {});
  const own = cards.filter(({ data }) => !("predefined" in data && data.predefined));
  return { cards: own.map(({ data }) => data.name).sort(), lines: cables.map(({ ariaLabel }) => ariaLabel) };
}

test("a link that is there is a line between two cards and no card; one that waits is a card", () => {
  const topology = after([
    ...two,
    networkDraft("app-db", { driver: "ptp" }),
    ...["app", "db"].flatMap((name) => [endpointDraft("app-db", name), joinDraft(`app-db/${name}`, name)]),
  ]);
  expect(linesIn(topology)).toEqual({
    cards: ["app", "db"],
    lines: ["app-db, point-to-point link of app and db, up"],
  });
  const [app, db] = [topology.sandboxes[testId(0)]!, topology.sandboxes[testId(1)]!];
  expect(meetingName(topology, app, db)).toBe("app-db-2");
  const waiting = { ...topology, endpoints: { ...topology.endpoints } };
  waiting.endpoints[testId(5)] = { ...topology.endpoints[testId(5)]!, attachment: null };
  expect(linesIn(waiting).cards).toEqual(["app", "app-db", "db"]);
});
