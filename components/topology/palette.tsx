"use client";

import { Tooltip } from "@mantine/core";
import { IconBox, IconNetwork } from "@tabler/icons-react";
import { Panel, useReactFlow } from "@xyflow/react";
import { type PointerEvent as ReactPointerEvent, useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { canUseDriver } from "#cnm/rules.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { sentence } from "#components/api/trouble.ts";
import { useLive } from "#components/live/live-provider.tsx";
import { type Card, cardWidth, type Line, networkHeight } from "./graph.ts";
import { sandboxHeight } from "./sandbox-rows.ts";
import { firstRefusal } from "./intent.ts";
import { spotAt, spotInView } from "./spot.ts";
import styles from "./topology.module.css";

type Kind = "network" | "sandbox";
interface Drag {
  kind: Kind;
  x: number;
  y: number;
  /** Whether the hand has moved far enough to mean a drag and not a click. */
  far: boolean;
}

const items = [
  { kind: "network" as const, label: "Network", icon: IconNetwork, height: networkHeight(1) },
  { kind: "sandbox" as const, label: "Sandbox", icon: IconBox, height: sandboxHeight([]) },
];
const noDrivers: Record<string, string> = {};

/** What can be put on the canvas: dragged there, or clicked to stand in the middle. */
export function Palette() {
  const { drag, start } = usePaletteDrag();
  const edit = useEditVerdict();
  const unsupported = useLive((live) => live.state?.unsupported ?? noDrivers);
  const verdicts = { network: firstRefusal(edit, canUseDriver("bridge", unsupported)), sandbox: edit };
  return (
    <Panel position="top-left" className={styles.palette}>
      {items.map(({ kind, label, icon: Icon }) => {
        const verdict = verdicts[kind];
        return (
          <Tooltip
            key={kind}
            label={verdict.ok ? `Drag onto the canvas, or press ${label.charAt(0)}` : sentence(verdict.message)}
            multiline
            maw={280}
            position="bottom-start"
            openDelay={verdict.ok ? 600 : 0}
          >
            <button
              type="button"
              className={styles.paletteItem}
              aria-disabled={!verdict.ok || undefined}
              onPointerDown={(event) => verdict.ok && start(kind, event)}
              onClick={(event) => verdict.ok && event.detail === 0 && start(kind, null)}
            >
              <Icon size={17} stroke={1.7} aria-hidden />
              {label}
            </button>
          </Tooltip>
        );
      })}
      {drag?.far && createPortal(<Ghost {...drag} />, document.body)}
    </Panel>
  );
}

/** The card to be, at the size it will have. */
function Ghost({ kind, x, y }: Drag) {
  const zoom = useReactFlow().getZoom();
  const item = items.find((candidate) => candidate.kind === kind) ?? items[0];
  if (!item) return null;
  const { icon: Icon, height, label } = item;
  const left = x - (cardWidth / 2) * zoom;
  const top = y - 22 * zoom;
  return (
    <div
      className={styles.ghost}
      data-legal={overCanvas(x, y)}
      style={{ width: cardWidth, height, transform: `translate(${left}px, ${top}px) scale(${zoom})` }}
    >
      <Icon size={16} aria-hidden />
      New {label.toLowerCase()}
    </div>
  );
}

function usePaletteDrag() {
  const flow = useReactFlow<Card, Line>();
  const ui = useUiStore();
  const [drag, setDrag] = useState<Drag | null>(null);
  const active = drag !== null;

  const inMiddle = (kind: Kind) =>
    ui.set({ dialog: { kind, spot: spotInView(flow, document.querySelector(".react-flow")) } });
  const start = (kind: Kind, event: ReactPointerEvent | null) => {
    if (!event) return inMiddle(kind);
    if (event.button !== 0) return;
    event.currentTarget.releasePointerCapture?.(event.pointerId);
    setDrag({ kind, x: event.clientX, y: event.clientY, far: false });
  };

  useEffect(() => {
    if (!active) return;
    const move = ({ clientX: x, clientY: y }: PointerEvent) =>
      setDrag((now) => now && { ...now, x, y, far: now.far || Math.hypot(x - now.x, y - now.y) > 4 });
    const drop = (event: PointerEvent) =>
      setDrag((now) => {
        if (now) queueMicrotask(() => finish(now, event));
        return null;
      });
    const finish = ({ kind, far }: Drag, { clientX: x, clientY: y, altKey }: PointerEvent) => {
      if (!far) inMiddle(kind);
      else if (overCanvas(x, y)) ui.set({ dialog: { kind, spot: spotAt(flow, { x, y }, { free: altKey }) } });
    };
    const cancel = ({ key }: KeyboardEvent) => key === "Escape" && setDrag(null);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", drop);
    window.addEventListener("keydown", cancel);
    return () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("keydown", cancel);
    };
  });
  return { drag, start };
}

/** A drop counts on the canvas itself, not on what lies over it. */
function overCanvas(x: number, y: number): boolean {
  const under = document.elementFromPoint(x, y);
  return Boolean(under?.closest(".react-flow") && !under.closest(".react-flow__panel"));
}
