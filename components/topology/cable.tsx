"use client";

import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { cablePath, wirePath } from "./cable-path.ts";
import styles from "./card.module.css";
import type { CableEdge } from "./graph.ts";

/** An endpoint's cable. Its label is shown when it is selected; no animation, ever: it costs more than everything else. */
export const Cable = memo(function Cable({
  id,
  selected,
  data,
  sourceX,
  sourceY,
  targetX,
  targetY,
}: EdgeProps<CableEdge>) {
  const ends = { sourceX, sourceY, targetX, targetY };
  const { path, x, y } = data?.wire ? wirePath(ends) : cablePath(ends);
  return (
    <g
      className={styles.cable}
      data-status={data?.status}
      data-apart={data?.apart || undefined}
      data-wire={data?.wire || undefined}
      data-selected={selected || undefined}
    >
      <BaseEdge id={id} path={path} interactionWidth={18} />
      {data?.wire && <path className={styles.core} d={path} />}
      {data?.apart && (
        <g className={styles.lock} transform={`translate(${x - 8}, ${y - 8})`}>
          <title>Inter-container communication is off: the endpoints of this network are kept apart</title>
          <circle cx="8" cy="8" r="8" />
          <path d="M5.2 7.5h5.6v4H5.2zM6.3 7.5V6a1.7 1.7 0 0 1 3.4 0v1.5" />
        </g>
      )}
      {selected && data && (
        <EdgeLabelRenderer>
          <div className={styles.cableLabel} style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
            {data.label}
          </div>
        </EdgeLabelRenderer>
      )}
    </g>
  );
});
