import { cardWidth } from "./graph.ts";

export interface CableEnds {
  sourceX: number;
  sourceY: number;
  targetX: number;
  targetY: number;
}

export interface Curve {
  /** As SVG writes it. */
  path: string;
  /** A point near the middle of it. */
  x: number;
  y: number;
}

/**
 * The line of a cable. Anchors are on the sandbox's right and the network's left side; the end moves to the other side of its
 * card where that is nearer. A flat S between facing sides, a bow where both ends look the same way.
 */
export function cablePath({ sourceX, sourceY, targetX, targetY }: CableEnds): Curve {
  const { from, to } = sides(sourceX, targetX);
  return curve({ ...from, y: sourceY }, { ...to, y: targetY });
}

/**
 * The line of a link between two sandboxes whose anchors are both on the right side, and its arrow's head. Between cards
 * above each other it goes round their left sides, as cables take the right ones.
 */
export function linkPath({ sourceX, sourceY, targetX, targetY }: CableEnds): Curve & { head: string } {
  const [fromLeft, toLeft] = [sourceX - cardWidth, targetX - cardWidth];
  const rightwards = sourceX < toLeft;
  const leftwards = targetX < fromLeft;
  const from: Side = rightwards ? { x: sourceX, side: 1 } : { x: fromLeft, side: -1 };
  const to: Side = leftwards ? { x: targetX, side: 1 } : { x: toLeft, side: -1 };
  const tip = { ...to, y: targetY };
  const back = tip.x + tip.side * 9;
  return {
    ...curve({ ...from, y: sourceY }, { ...tip, x: tip.x + tip.side * 7 }),
    head: `M${tip.x},${tip.y} L${back},${tip.y - 4.5} L${back},${tip.y + 4.5} Z`,
  };
}

/** The line of a point-to-point link: as a cable's, but both its anchors are on the right side of a sandbox. */
export function wirePath({ sourceX, sourceY, targetX, targetY }: CableEnds): Curve {
  const [fromLeft, toLeft] = [sourceX - cardWidth, targetX - cardWidth];
  const from: Side = targetX < fromLeft ? { x: fromLeft, side: -1 } : { x: sourceX, side: 1 };
  const to: Side = sourceX < toLeft ? { x: toLeft, side: -1 } : { x: targetX, side: 1 };
  return curve({ ...from, y: sourceY }, { ...to, y: targetY });
}

interface Side {
  x: number;
  /** 1 looks right, -1 left. */
  side: 1 | -1;
}

type End = Side & { y: number };

function curve(from: End, to: End): Curve {
  const reach = from.side === to.side ? 60 : Math.max(30, Math.min(140, Math.abs(to.x - from.x) / 2));
  const c1 = from.x + from.side * reach;
  const c2 = to.x + to.side * reach;
  return {
    path: `M${from.x},${from.y} C${c1},${from.y} ${c2},${to.y} ${to.x},${to.y}`,
    x: (from.x + to.x) / 8 + (3 * (c1 + c2)) / 8,
    y: (from.y + to.y) / 2,
  };
}

function sides(sourceX: number, targetX: number): { from: Side; to: Side } {
  const sandboxLeft = sourceX - cardWidth;
  const networkRight = targetX + cardWidth;
  if (sourceX <= targetX) return { from: { x: sourceX, side: 1 }, to: { x: targetX, side: -1 } };
  if (networkRight <= sandboxLeft) return { from: { x: sandboxLeft, side: -1 }, to: { x: networkRight, side: 1 } };
  return { from: { x: sourceX, side: 1 }, to: { x: networkRight, side: 1 } };
}
