"use client";

import { IconArrowsLeftRight, IconHome, IconNetwork, IconNetworkOff } from "@tabler/icons-react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { CableHandles } from "./cable-handles.tsx";
import styles from "./card.module.css";
import { Card } from "./card.tsx";
import type { NetworkNode } from "./graph.ts";

const icons = { bridge: IconNetwork, ptp: IconArrowsLeftRight, host: IconHome, null: IconNetworkOff };

export const NetworkCard = memo(function NetworkCard({ id, data, selected }: NodeProps<NetworkNode>) {
  return (
    <Card
      {...data}
      id={id}
      kind="network"
      icon={icons[data.driver]}
      selected={selected}
      tags={
        <span className={styles.count} title={`${data.members} endpoints`}>
          {data.members}
        </span>
      }
    >
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
    </Card>
  );
});
