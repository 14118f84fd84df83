import type { ReactFlowInstance } from "@xyflow/react";
import type { Spot } from "#components/actions/ui.ts";
import { type Card, cardWidth, type Line } from "./graph.ts";
import { snap } from "./placement.ts";

type Flow = ReactFlowInstance<Card, Line>;
const headMiddle = 22;

interface Placing {
  /** Leave the grid alone. */
  free?: boolean;
  /** The card begins at the point (a cable ends there) instead of having its head's middle there. */
  side?: boolean;
}

/** A point of the screen as the spot for a new card. */
export function spotAt(flow: Flow, screen: { x: number; y: number }, { free, side }: Placing = {}): Spot {
  const point = flow.screenToFlowPosition(screen, { snapToGrid: false });
  const corner = { x: point.x - (side ? 0 : cardWidth / 2), y: point.y - headMiddle };
  return { screen, position: free ? corner : { x: snap(corner.x), y: snap(corner.y) } };
}

/** A free spot in the middle of what is seen, for a card that is made without pointing anywhere. */
export function spotInView(flow: Flow, canvas: Element | null): Spot {
  const box = canvas?.getBoundingClientRect() ?? { left: 0, top: 0, width: 800, height: 600 };
  const middle = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  const spot = spotAt(flow, middle);
  const taken = flow.getNodes();
  const overlaps = (y: number) =>
    taken.some(
      ({ position, height = 80 }) =>
        Math.abs(position.x - spot.position.x) < cardWidth + 20 && position.y < y + 100 && y < position.y + height + 20,
    );
  let { y } = spot.position;
  while (overlaps(y)) y += 20;
  return { screen: middle, position: { x: spot.position.x, y } };
}
