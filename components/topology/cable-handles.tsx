"use client";

import { Handle, type Position, useNodeId } from "@xyflow/react";
import type { KeyboardEvent } from "react";
import { useUiStore } from "#components/actions/ui.ts";
import styles from "./card.module.css";

/**
 * Where a cable is picked up (a 24 px socket) and where it may be let go (the whole card, while one is in the air). Pressing
 * Enter on the socket is the same as `C` on the card.
 */
export function CableHandles({ name, side }: { name: string; side: Position.Left | Position.Right }) {
  const ui = useUiStore();
  const id = useNodeId();
  const open = (event: KeyboardEvent) => {
    if ((event.key !== "Enter" && event.key !== " ") || !id) return;
    event.preventDefault();
    event.stopPropagation();
    ui.set({ dialog: { kind: "connect", from: id } });
  };
  return (
    <>
      <Handle id="body" type="target" position={side} isConnectableStart={false} className={styles.drop} />
      <Handle
        id="cable"
        type="source"
        position={side}
        className={styles.socket}
        role="button"
        tabIndex={-1}
        aria-label={`New cable from ${name}`}
        onKeyDown={open}
      >
        <span aria-hidden />
      </Handle>
    </>
  );
}
