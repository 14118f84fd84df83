import { expect, test } from "vitest";
import { linkPath } from "./cable-path.ts";
import { type SandboxData, toGraph } from "./graph.ts";
import { linksOf } from "./links.ts";
import { idOf, stateOf, topologyOf } from "./topology.fixture.ts";

/** net (1), app (2), db (3), endpoints app (4) and db (6), both joined; app links to db. */
const linked = topologyOf(
  { type: "network.create", name: "net", options: { icc: "false", gateway_mode_ipv4: "routed" } },
  { type: "sandbox.create", name: "app" },
  { type: "sandbox.create", name: "db" },
  { type: "endpoint.create", network: "net", name: "app" },
  { type: "endpoint.join", endpoint: "net/app", sandbox: "app" },
  { type: "endpoint.create", network: "net", name: "db", publish: ["5432:5432"] },
  { type: "endpoint.join", endpoint: "net/db", sandbox: "db" },
  { type: "endpoint.update", endpoint: "net/app", links: ["db:database"] },
);

test("a link is an arrow from row to row", () => {
  expect(linksOf(linked)).toMatchObject([
    {
      type: "link",
      source: idOf(2),
      sourceHandle: idOf(4),
      target: idOf(3),
      targetHandle: idOf(6),
      ariaLabel: "app links to db as database",
      data: { owner: idOf(4), alias: "database" },
    },
  ]);
});

test("a link of an endpoint that is not joined has nowhere to be drawn", () => {
  for (const id of [idOf(4), idOf(6)]) {
    const endpoint = linked.endpoints[id]!;
    const endpoints = { ...linked.endpoints, [id]: { ...endpoint, attachment: null } };
    expect(linksOf({ ...linked, endpoints })).toEqual([]);
  }
});

test("a network that keeps its endpoints apart says so on its card and on its cables", () => {
  const { cards, cables } = toGraph(stateOf(linked), {});
  expect(cards.find(({ id }) => id === idOf(1))?.data).toMatchObject({ badges: ["ICC off", "routed"] });
  expect(cables.map(({ data }) => data?.apart)).toEqual([true, true]);
  expect(cables[0]?.ariaLabel).toBe("eth0 of app to net, up, kept apart from other endpoints");
});

test("a row with ports is higher, says them, and the next one stands below it", () => {
  const { cards } = toGraph(stateOf(linked), {});
  const [app, db] = [idOf(2), idOf(3)].map((id) => cards.find((card) => card.id === id)!);
  expect(db!.ariaLabel).toBe("Sandbox db, up, 1 endpoint: eth0 172.17.0.3/16 on net, publishing 5432:5432/tcp");
  expect((db!.data as SandboxData).rows[0]?.ports?.chips[0]?.text).toBe("5432→5432");
  expect(db!.height! - app!.height!).toBe(22);
});

test.each([
  ["above each other: round the left sides", { sourceX: 220, targetX: 220 }, "M0,10 C-60,10 -67,200 -7,200"],
  ["to the right: from the right side to the left one", { sourceX: 220, targetX: 720 }, "M220,10 "],
  ["to the left: from the left side to the right one", { sourceX: 720, targetX: 220 }, "M500,10 "],
])("a link between cards %s", (_name, ends, path) => {
  expect(linkPath({ ...ends, sourceY: 10, targetY: 200 }).path.startsWith(path)).toBe(true);
});
