"use client";

import { useReactFlow } from "@xyflow/react";
import { useState } from "react";
import type { Layout } from "#cnm/events.ts";
import { notifyTrouble } from "#components/api/notify.tsx";
import { useEditVerdict } from "#components/api/session.tsx";
import { troubleOfRefusal } from "#components/api/trouble.ts";
import { announce } from "#components/frame/announcer.tsx";
import type { LayoutCable } from "./blocks.ts";
import type { CableEdge, Graph } from "./graph.ts";
import { motion } from "./motion.ts";
import { boxOf } from "./placement.ts";

/** A line between two sandboxes puts them next to each other, as if there were a network. */
function layoutCables({ id, source, target, data }: CableEdge): LayoutCable[] {
  if (!data?.wire) return [{ sandbox: source, network: target }];
  return [source, target].map((sandbox) => ({ sandbox, network: id }));
}

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
      move(await autoLayout(cards.map(boxOf), cables.flatMap(layoutCables)));
      announce("Laid out automatically");
      setTimeout(() => void flow.fitView({ duration: motion(200), maxZoom: 1, padding: 0.15 }), 260);
    } finally {
      setBusy(false);
    }
  };
  return { layout: () => void layout(), busy };
}
