import type { ELK } from "elkjs/lib/elk-api.js";
import type { Layout } from "#cnm/events.ts";
import type { Id } from "#cnm/ids.ts";
import { fromBlocks, type LayoutCable, type LayoutCard, toBlocks } from "./blocks.ts";
import { type Box, place, snap } from "./placement.ts";

let engine: Promise<ELK> | null = null;

/** The layout engine is large and runs in a worker: it is loaded when somebody asks for a layout. */
function loadEngine(): Promise<ELK> {
  engine ??= import("elkjs/lib/elk-api.js").then(
    ({ default: Engine }) =>
      new Engine({ workerFactory: () => new Worker(new URL("elkjs/lib/elk-worker.min.js", import.meta.url)) }),
  );
  return engine;
}

/**
 * Positions for every card: sandboxes to the left of their networks, few crossings. What has no cable says nothing to the
 * engine; it stands where a new card would.
 */
export async function autoLayout(boxes: readonly Box[], cables: readonly LayoutCable[]): Promise<Layout> {
  const cabled = new Set(cables.flatMap(({ sandbox, network }) => [sandbox, network]));
  const cards = boxes.filter(({ id }) => cabled.has(id)).map(asLayoutCard);
  const layout = cards.length > 0 ? await layoutCabled(cards, cables) : {};
  return { ...layout, ...place(boxes, layout) };
}

function asLayoutCard({ kind, ...box }: Box): LayoutCard {
  return { ...box, kind: kind === "sandbox" ? "sandbox" : "network" };
}

/** A network that is only a line takes no room. */
const asPoint = (id: Id): LayoutCard => ({ id, kind: "network", width: 1, height: 1 });

async function layoutCabled(cards: readonly LayoutCard[], cables: readonly LayoutCable[]): Promise<Layout> {
  const elk = await loadEngine();
  const lines = new Set(cables.map(({ network }) => network));
  for (const { id } of cards) lines.delete(id);
  const blocks = toBlocks([...cards, ...[...lines].map(asPoint)], cables);
  const answer = await elk.layout({
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      "elk.spacing.nodeNode": "40",
      "elk.layered.spacing.nodeNodeBetweenLayers": "140",
      "elk.spacing.componentComponent": "60",
      "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
    },
    children: blocks.map(({ id, width, height }) => ({ id, width, height })),
    edges: blocks.flatMap(({ id, links }) =>
      links.map((link) => ({ id: `${id} ${link}`, sources: [id], targets: [link] })),
    ),
  });
  const at = Object.fromEntries((answer.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
  const layout = fromBlocks(blocks, at, snap);
  return Object.fromEntries(cards.flatMap(({ id }) => (layout[id] ? [[id, layout[id]]] : [])));
}
