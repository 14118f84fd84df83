import type { Layout, Position } from "#cnm/events.ts";
import type { Id } from "#cnm/ids.ts";
import type { Card } from "./graph.ts";

/** What placing needs to know of a card. */
export interface Box {
  id: Id;
  kind: "network" | "sandbox" | "predefined";
  width: number;
  height: number;
}

export function boxOf(card: Card): Box {
  const { id, width = 0, height = 0 } = card;
  if (card.type === "sandbox") return { id, kind: "sandbox", width, height: Math.max(height, grown) };
  return { id, kind: card.data.predefined ? "predefined" : "network", width, height };
}

/** Of a sandbox's card with two endpoints, or one and somebody who shares it: it grows after it was placed. */
const grown = 104;

export const grid = 20;
const gap = 40;
const columnStep = 300;

/** Where the columns of a kind begin, which way they go on, and between which heights cards stand in them. */
const areas = {
  sandbox: { x: 0, step: -columnStep, top: 0, bottom: 1200 },
  network: { x: 400, step: columnStep, top: 0, bottom: 1200 },
  predefined: { x: 100, step: columnStep, top: -180, bottom: -80 },
};

/**
 * A spot for every card that has none: sandboxes in columns to the left, networks to the right, predefined ones above, each on
 * the first spot of its columns where it overlaps nothing. The same input gives the same answer in every browser.
 */
export function place(boxes: readonly Box[], layout: Layout): Layout {
  const taken = boxes.flatMap((box) => (layout[box.id] ? [rectangle(box, layout[box.id] ?? origin)] : []));
  const placed: Layout = {};
  for (const box of boxes) {
    if (layout[box.id]) continue;
    const position = firstFreeSpot(box, taken);
    placed[box.id] = position;
    taken.push(rectangle(box, position));
  }
  return placed;
}

const origin: Position = { x: 0, y: 0 };

interface Rectangle extends Position {
  width: number;
  height: number;
}

function firstFreeSpot(box: Box, taken: readonly Rectangle[]): Position {
  const { x: start, step, top, bottom } = areas[box.kind];
  for (let x = start; ; x += step) {
    const inColumn = taken.filter((other) => other.x < x + box.width + gap && x < other.x + other.width + gap);
    const y = firstFreeY({ height: box.height, top }, inColumn);
    if (y + box.height <= bottom) return { x, y };
  }
}

/** The lowest gap between what is in the column that is high enough. */
function firstFreeY({ height, top }: { height: number; top: number }, column: readonly Rectangle[]): number {
  let y = top;
  for (const other of [...column].sort((a, b) => a.y - b.y)) {
    if (other.y + other.height + gap <= y) continue;
    if (y + height + gap <= other.y) break;
    y = Math.ceil((other.y + other.height + gap) / grid) * grid;
  }
  return y;
}

function rectangle({ width, height }: Box, { x, y }: Position): Rectangle {
  return { x, y, width, height };
}

/** The nearest line of the grid. */
export function snap(coordinate: number): number {
  return Math.round(coordinate / grid) * grid;
}
