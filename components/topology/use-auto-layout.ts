"use client";

import { useReactFlow } from "@xyflow/react";
import { useState } from "react";
import type { Layout } from "#cnm/events.ts";
import { notifyTrouble } from "#components/api/notify.tsx";
import { useEditVerdict } from "#components/api/session.tsx";
import { troubleOfRefusal } from "#components/api/trouble.ts";
import { announce } from "#components/frame/announcer.tsx";
import type { Graph } from "./graph.ts";
import { motion } from "./motion.ts";
import { boxOf } from "./placement.ts";

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
      const ends = cables.map(({ source, target }) => ({ sandbox: source, network: target }));
      move(await autoLayout(cards.map(boxOf), ends));
      announce("Laid out automatically");
      setTimeout(() => void flow.fitView({ duration: motion(200), maxZoom: 1, padding: 0.15 }), 260);
    } finally {
      setBusy(false);
    }
  };
  return { layout: () => void layout(), busy };
}
