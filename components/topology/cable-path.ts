import { cardWidth } from "./graph.ts";

export interface CableEnds {
  sourceX: number;
  sourceY: number;
  targetX: number;
  targetY: number;
}

/**
 * The line of a cable. Anchors are on the sandbox's right and the network's left side; the end moves to the other side of its
 * card where that is nearer. A flat S between facing sides, a bow where both ends look the same way.
 */
export function cablePath({ sourceX, sourceY, targetX, targetY }: CableEnds): { path: string; x: number; y: number } {
  const { from, to } = sides(sourceX, targetX);
  const reach = from.side === to.side ? 60 : Math.max(30, Math.min(140, Math.abs(to.x - from.x) / 2));
  const c1 = from.x + from.side * reach;
  const c2 = to.x + to.side * reach;
  return {
    path: `M${from.x},${sourceY} C${c1},${sourceY} ${c2},${targetY} ${to.x},${targetY}`,
    x: (from.x + to.x) / 8 + (3 * (c1 + c2)) / 8,
    y: (sourceY + targetY) / 2,
  };
}

interface Side {
  x: number;
  /** 1 looks right, -1 left. */
  side: 1 | -1;
}

function sides(sourceX: number, targetX: number): { from: Side; to: Side } {
  const sandboxLeft = sourceX - cardWidth;
  const networkRight = targetX + cardWidth;
  if (sourceX <= targetX) return { from: { x: sourceX, side: 1 }, to: { x: targetX, side: -1 } };
  if (networkRight <= sandboxLeft) return { from: { x: sandboxLeft, side: -1 }, to: { x: networkRight, side: 1 } };
  return { from: { x: sourceX, side: 1 }, to: { x: networkRight, side: 1 } };
}
