import { expect, test } from "vitest";
import { type Card, type SandboxData, toGraph } from "./graph.ts";
import { rowCenter, sandboxHeight } from "./sandbox-rows.ts";
import { statusOf } from "./status.ts";
import { reuseGraph } from "./reuse.ts";
import { idOf, small, stateOf } from "./topology.fixture.ts";

const find = (cards: Card[], id: string) => cards.find((card) => card.id === id)!;

test("cards say what they are without being seen", () => {
  const { cards, cables } = toGraph(stateOf(small), {});
  expect(find(cards, idOf(1)).ariaLabel).toBe("Network net, bridge, 172.17.0.0/16, 1 endpoint, up");
  expect(find(cards, idOf(2)).ariaLabel).toBe("Sandbox web-1, up, 1 endpoint: eth0 172.17.0.2/16 on net");
  expect(find(cards, idOf(3)).ariaLabel).toBe("Sandbox web-2, up, 0 endpoints");
  expect(cables[0]?.ariaLabel).toBe("eth0 of web-1 to net, up");
  const names = [...cards, ...cables].map(({ ariaLabel }) => ariaLabel);
  expect(new Set(names).size).toBe(names.length);
});

test("a cable joins the row of its endpoint with its network", () => {
  const { cables, cards } = toGraph(stateOf(small), {});
  expect(cables).toHaveLength(1);
  expect(cables[0]).toMatchObject({ source: idOf(2), sourceHandle: idOf(4), target: idOf(1), targetHandle: "anchor" });
  const anchor = find(cards, idOf(2)).handles?.find(({ id }) => id === idOf(4));
  const { rows } = find(cards, idOf(2)).data as SandboxData;
  expect(anchor?.y).toBe(rowCenter(rows[0]!));
  expect(sandboxHeight(rows)).toBeGreaterThan(rowCenter(rows[0]!));
});

test("an endpoint that is not joined has no cable, and its network speaks for it", () => {
  const endpoint = small.endpoints[idOf(4)]!;
  const topology = { ...small, endpoints: { [endpoint.id]: { ...endpoint, attachment: null } } };
  const { cables, cards } = toGraph(stateOf(topology), {});
  expect(cables).toEqual([]);
  expect(find(cards, idOf(1)).data).toMatchObject({ members: 1, badges: ["1 not joined"], status: "up" });
  const problems = { [endpoint.id]: { seq: 7, message: "File exists" } };
  const failed = find(toGraph(stateOf(topology, { problems }), {}).cards, idOf(1));
  expect(failed.data).toMatchObject({ status: "failed", problem: "web-1: File exists" });
});

test("state: up, being changed, failed with the kernel's words", () => {
  const problems = { [idOf(1)]: { seq: 7, message: "EPERM" } };
  expect(statusOf(stateOf(small), idOf(1))).toBe("up");
  expect(statusOf(stateOf(small, { problems }), idOf(1))).toBe("failed");
  expect(statusOf(stateOf(small, { problems, applying: [idOf(1)] }), idOf(1))).toBe("applying");
  expect(find(toGraph(stateOf(small, { problems }), {}).cards, idOf(1)).data.problem).toBe("net: EPERM");
});

test("only what has changed is a new object", () => {
  const before = toGraph(stateOf(small), {});
  const after = reuseGraph(before, toGraph(stateOf(small, { layout: {} }), { [idOf(2)]: { x: 40, y: 60 } }));
  expect(find(after.cards, idOf(1))).toBe(find(before.cards, idOf(1)));
  expect(find(after.cards, idOf(2))).not.toBe(find(before.cards, idOf(2)));
  expect(after.cables[0]).toBe(before.cables[0]);
});

test("a card that is being dragged stays under the pointer", () => {
  const before = toGraph(stateOf(small), {});
  const cards = before.cards.map((card) =>
    card.id === idOf(2) ? { ...card, dragging: true, position: { x: 9, y: 9 } } : card,
  );
  const after = reuseGraph({ ...before, cards }, toGraph(stateOf(small), { [idOf(2)]: { x: 500, y: 500 } }));
  expect(find(after.cards, idOf(2)).position).toEqual({ x: 9, y: 9 });
});
