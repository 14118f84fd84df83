import type { Id } from "#cnm/ids.ts";
import type { Current } from "./gesture.tsx";
import type { CableEdge, Card, Graph } from "./graph.ts";
import { firstSpot } from "./navigation.ts";

/**
 * The graph with what is selected and with one single Tab stop; objects about which neither has changed stay the same.
 * Without a current card, the keyboard enters at the first one in reading order.
 */
export function decorate(graph: Graph, selection: readonly Id[], current: Current | null): Graph {
  const selected = new Set(selection);
  const stop = tabStop(graph, current);
  return {
    cards: graph.cards.map((card) => mark<Card>(card, selected, stop)),
    cables: graph.cables.map((cable) => mark<CableEdge>(cable, selected, stop)),
    links: graph.links,
  };
}

function tabStop({ cards, cables }: Graph, current: Current | null): Id | null {
  if (current?.kind === "card" && cards.some(({ id }) => id === current.id)) return current.id;
  if (current?.kind === "cable" && cables.some(({ id }) => id === current.id)) return current.id;
  return firstSpot(cards.map(({ id, position }) => ({ id, ...position, width: 0, height: 0 })));
}

type Markable = { id: Id; selected?: boolean; domAttributes?: object };
const stopHere = { tabIndex: 0 };
const passBy = { tabIndex: -1 };
const known = new WeakMap<Markable, Markable>();

/** The decorated twin of an object is kept as long as the object, so that cards render only when theirs changes. */
function mark<T extends Markable>(item: T, selected: ReadonlySet<Id>, stop: Id | null): T {
  const isSelected = selected.has(item.id);
  const domAttributes = item.id === stop ? stopHere : passBy;
  const twin = known.get(item) as T | undefined;
  if (twin && twin.selected === isSelected && twin.domAttributes === domAttributes) return twin;
  const marked = { ...item, selected: isSelected, domAttributes };
  known.set(item, marked);
  return marked;
}
