"use client";

import type { ConnectionLineComponentProps } from "@xyflow/react";
import { useMemo } from "react";
import { useTopology } from "#components/live/live-provider.tsx";
import styles from "./card.module.css";
import type { Card } from "./graph.ts";
import { cablePreview, cableVerdict, endsOf } from "./intent.ts";

/** The cable under the pointer, with what it would get there: interface and address, or the reason it may not end there. */
export function CableInAir({ fromX, fromY, toX, toY, fromNode, toNode }: ConnectionLineComponentProps<Card>) {
  const topology = useTopology();
  const target = toNode && toNode.id !== fromNode.id ? toNode : null;
  const hint = useMemo(() => {
    if (!target)
      return { ok: true, text: topology.sandboxes[fromNode.id] ? "to a network or a sandbox" : "to a sandbox" };
    const verdict = cableVerdict(topology, fromNode.id, target.id);
    const ends = endsOf(topology, fromNode.id, target.id);
    if (!verdict.ok) return { ok: false, text: verdict.message };
    return { ok: true, text: ends ? cablePreview(topology, ends) : "a link, a network, or one namespace for both" };
  }, [topology, fromNode.id, target]);
  const bend = Math.max(30, Math.abs(toX - fromX) / 2) * (toX < fromX ? -1 : 1);
  return (
    <g className={styles.air} data-ok={hint.ok || undefined}>
      <path d={`M${fromX},${fromY} C${fromX + bend},${fromY} ${toX - bend},${toY} ${toX},${toY}`} fill="none" />
      <circle cx={toX} cy={toY} r={4} />
      <foreignObject
        x={toX + (target ? -60 : 12)}
        y={toY + (target ? 38 : 10)}
        width={300}
        height={80}
        style={{ overflow: "visible" }}
      >
        <div className={styles.airLabel} data-ok={hint.ok || undefined} data-testid="cable-hint">
          {hint.text}
        </div>
      </foreignObject>
    </g>
  );
}
