"use client";

import { useReactFlow } from "@xyflow/react";
import { useState } from "react";
import type { Layout } from "#cnm/events.ts";
import { notifyTrouble } from "#components/api/notify.tsx";
import { useEditVerdict } from "#components/api/session.tsx";
import { troubleOfRefusal } from "#components/api/trouble.ts";
import { announce } from "#components/frame/announcer.tsx";
import type { Graph } from "./graph.ts";

/** Lays everything out for everybody, when asked: it is the one time besides opening the page that the view is fitted. */
export function useAutoLayout({ cards, cables }: Graph, move: (positions: Layout) => void) {
  const flow = useReactFlow();
  const edit = useEditVerdict();
  const [busy, setBusy] = useState(false);
  const layout = async () => {
    if (busy) return;
    if (!edit.ok) return notifyTrouble("The layout stays", troubleOfRefusal(edit));
    setBusy(true);
    try {
      const { autoLayout } = await import("./auto-layout.ts");
      const boxes = cards.map(({ id, type, width = 0, height = 0 }) => ({
        id,
        kind: type ?? "network",
        width,
        height,
      }));
      move(
        await autoLayout(
          boxes,
          cables.map(({ source, target }) => ({ sandbox: source, network: target })),
        ),
      );
      announce("Laid out automatically");
      setTimeout(() => void flow.fitView({ duration: 200, maxZoom: 1, padding: 0.15 }), 260);
    } finally {
      setBusy(false);
    }
  };
  return { layout: () => void layout(), busy };
}
