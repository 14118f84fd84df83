import { expect, test } from "vitest";
import type { Layout } from "#cnm/events.ts";
import { fromBlocks, toBlocks } from "./blocks.ts";
import { type Box, place, snap } from "./placement.ts";

const box = (id: string, kind: Box["kind"], height = 60): Box => ({ id, kind, width: 220, height });

function overlaps(boxes: Box[], layout: Layout): string[] {
  return boxes.flatMap((a, index) =>
    boxes.slice(index + 1).flatMap((b) => {
      const [p, q] = [layout[a.id]!, layout[b.id]!];
      const apart = p.x + a.width <= q.x || q.x + b.width <= p.x || p.y + a.height <= q.y || q.y + b.height <= p.y;
      return apart ? [] : [`${a.id} ${b.id}`];
    }),
  );
}

test("a hundred cards without a position get one each, none over another", () => {
  const boxes = Array.from({ length: 100 }, (_, i) =>
    box(`${i}`, i % 5 === 0 ? "network" : "sandbox", 46 + (i % 4) * 26),
  );
  const layout = place(boxes, {});
  expect(Object.keys(layout)).toHaveLength(100);
  expect(overlaps(boxes, layout)).toEqual([]);
  expect(place(boxes, {})).toEqual(layout);
});

test("cards that have a place keep it, and new ones stay clear of them", () => {
  const boxes = [box("kept", "sandbox"), box("new", "sandbox")];
  const layout = place(boxes, { kept: { x: 0, y: 0 } });
  expect(layout).not.toHaveProperty("kept");
  expect(overlaps(boxes, { ...layout, kept: { x: 0, y: 0 } })).toEqual([]);
});

test("positions are on the grid", () => {
  expect(snap(31)).toBe(40);
  for (const { x, y } of Object.values(place([box("a", "network", 83), box("b", "network", 83)], {}))) {
    expect([x % 20, y % 20]).toEqual([0, 0]);
  }
});

test("sandboxes of the same networks are laid out as one block, without overlaps", () => {
  const cards = [
    { id: "n", kind: "network" as const, width: 220, height: 66 },
    ...Array.from({ length: 500 }, (_, i) => ({ id: `s${i}`, kind: "sandbox" as const, width: 220, height: 78 })),
  ];
  const cables = Array.from({ length: 500 }, (_, i) => ({ sandbox: `s${i}`, network: "n" }));
  const blocks = toBlocks(cards, cables);
  expect(blocks).toHaveLength(2);
  const layout = fromBlocks(blocks, { n: { x: 9000, y: 0 } }, (value) => value);
  const boxes = cards.map(({ id, height }) => box(id, "sandbox", height));
  expect(overlaps(boxes, layout)).toEqual([]);
  expect(Math.max(...blocks.map(({ height }) => height))).toBeLessThan(7000);
});
