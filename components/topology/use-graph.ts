"use client";

import { applyNodeChanges, type NodeChange } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Layout, TopologyState } from "#cnm/events.ts";
import { claimKey, useUi } from "#components/actions/ui.ts";
import { useLive } from "#components/live/live-provider.tsx";
import { glide } from "./glide.ts";
import { type Card, type Graph, toGraph } from "./graph.ts";
import { type Box, boxOf, place } from "./placement.ts";
import { reuseGraph } from "./reuse.ts";
import { useSaveLayout } from "./use-save-layout.ts";

const nothing: Graph = { cards: [], cables: [], links: [] };

/**
 * The daemon's state as the canvas draws it. Only positions run ahead of the daemon: a card stays where it was put while that
 * is on its way to everybody, and goes back if it is refused.
 */
export function useGraph() {
  const { pending, move } = useSaveLayout();
  const latest = useLatest(pending);
  const [graph, setGraph] = useState(latest);
  const shown = useRef(latest);
  const show = useCallback((next: Graph) => {
    shown.current = next;
    setGraph(next);
  }, []);
  useEffect(() => glide({ get: () => shown.current, show }, reuseGraph(shown.current, latest)), [latest, show]);

  const onCardsChange = useCallback(
    (changes: NodeChange<Card>[]) => {
      const own = changes.filter((change) => change.type !== "select" && change.type !== "remove");
      if (own.length > 0) show({ ...shown.current, cards: applyNodeChanges(own, shown.current.cards) });
      const put = own.flatMap((change) =>
        change.type === "position" && change.position && change.dragging === false
          ? [[change.id, change.position]]
          : [],
      );
      if (put.length > 0) move(Object.fromEntries(put));
    },
    [move, show],
  );
  return { graph, onCardsChange, move };
}

/** The graph as it should be shown: positions of everybody, own moves on the way, and a spot for what has none. */
function useLatest(pending: Layout): Graph {
  const state = useLive((live) => live.state);
  const claims = useUi((ui) => ui.claims);
  // A spot found once is kept: a card must not jump because another one was moved.
  const spots = useRef<Layout>({});
  return useMemo(() => {
    if (!state) return nothing;
    const asked = { ...claimed(state, claims), ...state.layout, ...pending };
    spots.current = { ...spots.current, ...place(boxesOf(state), { ...spots.current, ...asked }) };
    return toGraph(state, { ...spots.current, ...asked });
  }, [state, claims, pending]);
}

/** Positions that were asked for before the object had an id. */
function claimed({ topology }: TopologyState, claims: Layout): Layout {
  const layout: Layout = {};
  for (const kind of ["network", "sandbox"] as const)
    for (const { id, name } of Object.values(kind === "network" ? topology.networks : topology.sandboxes)) {
      const position = claims[claimKey(kind, name)];
      if (position) layout[id] = position;
    }
  return layout;
}

function boxesOf(state: TopologyState): Box[] {
  return toGraph(state, {}).cards.map(boxOf);
}
