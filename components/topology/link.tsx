"use client";

import { BaseEdge, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { linkPath } from "./cable-path.ts";
import styles from "./link.module.css";
import type { LinkEdge } from "./links.ts";

/** A legacy link: a thin dashed arrow with the alias beside it, on the side of the cards that cables leave free. */
export const Link = memo(function Link({ id, data, sourceX, sourceY, targetX, targetY }: EdgeProps<LinkEdge>) {
  const { path, x, y, head } = linkPath({ sourceX, sourceY, targetX, targetY });
  return (
    <g className={styles.link}>
      <title>{data?.title}</title>
      <BaseEdge id={id} path={path} interactionWidth={14} />
      <path className={styles.arrow} d={head} />
      <text x={x} y={y}>
        {data?.alias}
      </text>
    </g>
  );
});
