"use client";

import { IconBox, IconHome } from "@tabler/icons-react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { useUiStore } from "#components/actions/ui.ts";
import { CableHandles } from "./cable-handles.tsx";
import styles from "./card.module.css";
import { useCableRole, useGesture } from "./gesture.tsx";
import { type Row, rowCenter, rowHeight, type SandboxNode, statusWords } from "./graph.ts";
import { StatusGlyph } from "./status-glyph.tsx";

export const SandboxCard = memo(function SandboxCard({ id, data, selected }: NodeProps<SandboxNode>) {
  const role = useCableRole(id);
  const moving = useGesture((gesture) => gesture.moving === id);
  const Glyph = data.mode === "host" ? IconHome : IconBox;
  return (
    <div
      className={styles.card}
      data-kind="sandbox"
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
        {data.managed && (
          <span className={styles.tag} title="Disappears with its last endpoint">
            managed
          </span>
        )}
        <StatusGlyph status={data.status} />
      </div>
      {data.rows.map((row, index) => (
        <EndpointRow key={row.id} row={row} sandbox={data.name} top={rowCenter(index) - rowHeight / 2} />
      ))}
      {data.rows.map((row, index) => (
        <Handle
          key={row.id}
          id={row.id}
          type="source"
          position={Position.Right}
          isConnectable={false}
          className={styles.anchor}
          style={{ top: rowCenter(index) }}
        />
      ))}
      <CableHandles name={data.name} side={Position.Right} />
    </div>
  );
});

/** One endpoint; a click selects it instead of the card. Its own keyboard path is the cable ([ and ]) and the inspector. */
function EndpointRow({ row, sandbox, top }: { row: Row; sandbox: string; top: number }) {
  const ui = useUiStore();
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`${styles.row} nodrag`}
      style={{ top, height: rowHeight }}
      data-status={row.status}
      title={row.problem ?? undefined}
      aria-label={`Endpoint ${row.interfaceName} ${row.address} of ${sandbox} on ${row.network}, ${statusWords[row.status]}`}
      onClick={(event) => {
        event.stopPropagation();
        ui.set({ selection: [row.id] });
      }}
    >
      <span className={styles.interface}>{row.interfaceName || row.network}</span>{" "}
      <span className={styles.address}>{row.address}</span>
      <span className={styles.port} />
    </button>
  );
}
