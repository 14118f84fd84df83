/** Walking the graph with the arrow keys: pure geometry over the cards' rectangles. */

export interface Spot {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Direction = "up" | "down" | "left" | "right";

export const directionOf: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

/**
 * The card to go to: of those that lie rather in the direction than beside it the one that costs least, where going astray
 * sideways costs twice as much as going far; only without any such card one that lies more beside. Null at the edge.
 */
export function neighbour(spots: readonly Spot[], from: string, direction: Direction): string | null {
  const start = spots.find((spot) => spot.id === from);
  if (!start) return spots[0]?.id ?? null;
  const origin = middle(start);
  const ways = spots
    .filter((spot) => spot.id !== from)
    .map((spot) => ({ id: spot.id, ...relative(origin, middle(spot), direction) }))
    .filter(({ ahead }) => ahead > 0);
  const straight = ways.filter(({ ahead, aside }) => aside <= ahead);
  return cheapest(straight.length > 0 ? straight : ways);
}

function cheapest(ways: readonly { id: string; ahead: number; aside: number }[]): string | null {
  let best: { id: string; cost: number } | null = null;
  for (const { id, ahead, aside } of ways) {
    const cost = ahead + 2 * aside;
    if (!best || cost < best.cost) best = { id, cost };
  }
  return best?.id ?? null;
}

/** The first card in reading order: where the keyboard enters the canvas. */
export function firstSpot(spots: readonly Spot[]): string | null {
  const [first] = [...spots].sort((a, b) => a.y - b.y || a.x - b.x);
  return first?.id ?? null;
}

/** The item `step` places after `current`, round and round; the first or last if there is no current one. */
export function cycle<T>(items: readonly T[], current: T | null, step: 1 | -1): T | null {
  if (items.length === 0) return null;
  const at = current === null ? -1 : items.indexOf(current);
  const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length;
  return items[next] ?? null;
}

const vectors: Record<Direction, { x: number; y: number }> = {
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
};

/** How far a key moves a card in move mode, in canvas pixels. */
export function moveBy(direction: Direction, distance: number): { x: number; y: number } {
  const vector = vectors[direction];
  return { x: vector.x * distance, y: vector.y * distance };
}

function middle({ x, y, width, height }: Spot): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}

function relative(from: { x: number; y: number }, to: { x: number; y: number }, direction: Direction) {
  const { x, y } = vectors[direction];
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  return { ahead: dx * x + dy * y, aside: Math.abs(dx * y) + Math.abs(dy * x) };
}
