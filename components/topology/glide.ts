import type { Layout } from "#cnm/events.ts";
import type { Id } from "#cnm/ids.ts";
import type { Card, Graph } from "./graph.ts";
import { motion } from "./motion.ts";

const durationMs = 200;
const most = 200;

/** Where the graph is shown and read back: what happens to it on the way (a drag, a measurement) is not lost. */
export interface Screen {
  get(): Graph;
  show(graph: Graph): void;
}

/**
 * Shows the next graph; cards that stand elsewhere than before glide there, unless there are very many of them or the person
 * wants no motion. Returns how to stop it.
 */
export function glide(screen: Screen, next: Graph): () => void {
  const from = startsOf(screen.get(), next);
  const to: Layout = Object.fromEntries(next.cards.map(({ id, position }) => [id, position]));
  const moving = Object.keys(from).length;
  if (moving === 0 || moving > most || motion(durationMs) === 0) {
    screen.show(next);
    return () => {};
  }
  const began = performance.now();
  let frame = 0;
  const step = (graph: Graph) => {
    const progress = Math.min(1, (performance.now() - began) / durationMs);
    screen.show({ ...graph, cards: graph.cards.map((card) => between(card, { from, to, progress }) ?? card) });
    if (progress < 1) frame = requestAnimationFrame(() => step(screen.get()));
  };
  step(next);
  return () => cancelAnimationFrame(frame);
}

/** The present positions of the cards that have to move. */
function startsOf(shown: Graph, next: Graph): Layout {
  const present = new Map(shown.cards.map((card) => [card.id, card.position]));
  const starts: Layout = {};
  for (const { id, position, dragging } of next.cards) {
    const start = present.get(id);
    if (start && !dragging && (start.x !== position.x || start.y !== position.y)) starts[id] = start;
  }
  return starts;
}

interface Way {
  from: Record<Id, { x: number; y: number }>;
  to: Layout;
  progress: number;
}

function between(card: Card, { from, to, progress }: Way): Card | null {
  const [start, end] = [from[card.id], to[card.id]];
  if (!start || !end || card.dragging) return null;
  const eased = 1 - (1 - progress) ** 3;
  const position = { x: start.x + (end.x - start.x) * eased, y: start.y + (end.y - start.y) * eased };
  return { ...card, position: progress === 1 ? end : position };
}
