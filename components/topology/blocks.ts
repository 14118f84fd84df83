import type { Layout } from "#cnm/events.ts";
import type { Id } from "#cnm/ids.ts";

/** Preparing a graph for the layout engine, and reading its answer. Pure. */

export interface LayoutCard {
  id: Id;
  kind: "network" | "sandbox";
  width: number;
  height: number;
}

/** A cable from a sandbox to a network. */
export interface LayoutCable {
  sandbox: Id;
  network: Id;
}

/** One node for the engine: a card, or many sandboxes that have the same only network, as a grid. */
export interface Block {
  id: string;
  width: number;
  height: number;
  /** Where each card stands inside. */
  inside: Layout;
  links: Id[];
}

const gap = 24;

/**
 * Sandboxes that are in the same networks stand together as a grid: a network of 500 would otherwise be laid out as one
 * column 500 cards high. Everything else stays a node of its own.
 */
export function toBlocks(cards: readonly LayoutCard[], cables: readonly LayoutCable[]): Block[] {
  const networksOf = new Map<Id, Set<Id>>();
  for (const { sandbox, network } of cables)
    networksOf.set(sandbox, (networksOf.get(sandbox) ?? new Set()).add(network));
  const groups = new Map<string, LayoutCard[]>();
  for (const card of cards) {
    const links = [...(networksOf.get(card.id) ?? [])].sort();
    const key = card.kind === "network" ? card.id : `in ${links.join(" ")}`;
    groups.set(key, [...(groups.get(key) ?? []), card]);
  }
  return [...groups].map(([id, members]) => {
    const first = members[0];
    return { id, ...arrange(members), links: first ? [...(networksOf.get(first.id) ?? [])] : [] };
  });
}

/** Cards in columns of equal length, about twice as high as wide. */
function arrange(members: readonly LayoutCard[]): Pick<Block, "width" | "height" | "inside"> {
  const columns = Math.max(1, Math.round(Math.sqrt(members.length / 5)));
  const perColumn = Math.ceil(members.length / columns);
  const inside: Layout = {};
  let width = 0;
  let height = 0;
  for (let column = 0; column < columns; column++) {
    const cards = members.slice(column * perColumn, (column + 1) * perColumn);
    let y = 0;
    for (const card of cards) {
      inside[card.id] = { x: width, y };
      y += card.height + gap;
    }
    height = Math.max(height, y - gap);
    width += Math.max(0, ...cards.map((card) => card.width)) + gap * 2;
  }
  return { inside, width: Math.max(0, width - gap * 2), height };
}

/** The engine's positions of the blocks as positions of the cards, on the grid. */
export function fromBlocks(blocks: readonly Block[], at: Layout, snap: (value: number) => number): Layout {
  const layout: Layout = {};
  for (const block of blocks) {
    const origin = at[block.id] ?? { x: 0, y: 0 };
    for (const [id, { x, y }] of Object.entries(block.inside))
      layout[id] = { x: snap(origin.x + x), y: snap(origin.y + y) };
  }
  return layout;
}
