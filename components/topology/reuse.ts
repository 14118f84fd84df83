import type { CableEdge, Card, Graph } from "./graph.ts";
import type { LinkEdge } from "./links.ts";

/**
 * The next graph with the previous objects wherever nothing about them has changed, so that only cards that differ render
 * again. A drag under way is carried over.
 */
export function reuseGraph(previous: Graph, next: Graph): Graph {
  return {
    cards: reuse<Card>(previous.cards, next.cards, carryCard),
    cables: reuse<CableEdge>(previous.cables, next.cables, (_old, cable) => cable),
    links: reuse<LinkEdge>(previous.links, next.links, (_old, link) => link),
  };
}

/** A card that is being dragged stays under the pointer, whatever others do to it. */
function carryCard<T extends Card>({ dragging, position }: Card, card: T): T {
  return dragging ? { ...card, dragging, position } : card;
}

function reuse<T extends { id: string }>(previous: T[], next: T[], carry: (old: T, now: T) => T): T[] {
  const known = new Map(previous.map((item) => [item.id, item]));
  return next.map((item) => {
    const old = known.get(item.id);
    if (!old) return item;
    const now = carry(old, item);
    return same(old, now) ? old : now;
  });
}

/** Equal as plain data; keys that are undefined count as absent. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = Object.entries(b).filter(([, value]) => value !== undefined);
  if (left.length !== right.length) return false;
  const values = new Map(right);
  return left.every(([key, value]) => values.has(key) && same(value, values.get(key)));
}
