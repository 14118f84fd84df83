"use client";

import { IconArrowsLeftRight, IconHome, IconNetwork, IconNetworkOff } from "@tabler/icons-react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { CableHandles } from "./cable-handles.tsx";
import styles from "./card.module.css";
import { useCableRole, useGesture } from "./gesture.tsx";
import type { NetworkNode } from "./graph.ts";
import { StatusGlyph } from "./status-glyph.tsx";

const glyphs = { bridge: IconNetwork, ptp: IconArrowsLeftRight, host: IconHome, null: IconNetworkOff };

export const NetworkCard = memo(function NetworkCard({ id, data, selected }: NodeProps<NetworkNode>) {
  const role = useCableRole(id);
  const moving = useGesture((gesture) => gesture.moving === id);
  const Glyph = glyphs[data.driver];
  return (
    <div
      className={styles.card}
      data-kind="network"
      data-driver={data.driver}
      data-status={data.status}
      data-selected={selected || undefined}
      data-role={role}
      data-moving={moving || undefined}
      title={data.problem ?? undefined}
    >
      <div className={styles.head}>
        <span className={styles.glyph}>
          <Glyph size={16} stroke={1.7} aria-hidden />
        </span>
        <span className={styles.name}>{data.name}</span>
        <span className={styles.count} title={`${data.members} endpoints`}>
          {data.members}
        </span>
        <StatusGlyph status={data.status} />
      </div>
      <div className={styles.body}>
        {data.subnets.length === 0 && (
          <span className={styles.dim}>{data.driver === "null" ? "no network" : "the host's own"}</span>
        )}
        {data.subnets.map((subnet) => (
          <span key={subnet} className={styles.subnet}>
            {subnet}
          </span>
        ))}
      </div>
      {data.badges.length > 0 && (
        <div className={styles.badges}>
          {data.badges.map((badge) => (
            <span key={badge}>{badge}</span>
          ))}
        </div>
      )}
      <Handle id="anchor" type="target" position={Position.Left} isConnectable={false} className={styles.anchor} />
      <CableHandles name={data.name} side={Position.Left} />
    </div>
  );
});
