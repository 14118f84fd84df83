"use client";

import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { cablePath } from "./cable-path.ts";
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
  const { path, x, y } = cablePath({ sourceX, sourceY, targetX, targetY });
  return (
    <g className={styles.cable} data-status={data?.status} data-selected={selected || undefined}>
      <BaseEdge id={id} path={path} interactionWidth={18} />
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
