"use client";

import { useReactFlow } from "@xyflow/react";
import { useCallback, useEffect } from "react";
import { useUi, useUiStore } from "#components/actions/ui.ts";
import { type Current, useGestureStore } from "./gesture.tsx";
import { type CableEdge, type Card, cardWidth } from "./graph.ts";

const margin = 40;

/** Moves the keyboard to a card or a cable, and the view there if it is out of sight. Never out of a form that is open. */
export function useCanvasFocus(): (current: Current) => void {
  const ui = useUiStore();
  const flow = useReactFlow<Card, CableEdge>();
  const gestures = useGestureStore();
  return useCallback(
    (current) => {
      gestures.set({ current });
      bringIntoView(flow, current);
      // Twice: a card that was out of sight is drawn in the frame after the view has moved.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => ui.get().dialog || elementOf(current)?.focus({ preventScroll: true })),
      );
    },
    [ui, flow, gestures],
  );
}

/** Gives the keyboard to a card that was just made, once it is drawn and its form has let go of the focus. */
export function useFocusOnNew(cards: readonly Card[]): void {
  const ui = useUiStore();
  const wanted = useUi((state) => state.focus);
  const focus = useCanvasFocus();
  const drawn = wanted !== null && cards.some(({ id }) => id === wanted);
  useEffect(() => {
    if (!drawn || wanted === null) return;
    const timer = setTimeout(() => {
      ui.set({ focus: null });
      focus({ kind: "card", id: wanted });
    }, 60);
    return () => clearTimeout(timer);
  }, [drawn, wanted, ui, focus]);
}

export function elementOf({ kind, id }: Current): HTMLElement | SVGElement | null {
  const part = kind === "card" ? "node" : "edge";
  return document.querySelector<HTMLElement | SVGElement>(`.react-flow__${part}[data-id="${id}"]`);
}

function bringIntoView(flow: ReturnType<typeof useReactFlow<Card, CableEdge>>, current: Current) {
  const card = flow.getNode(current.kind === "card" ? current.id : current.around);
  const canvas = document.querySelector(".react-flow")?.getBoundingClientRect();
  if (!card || !canvas) return;
  const { x, y } = flow.flowToScreenPosition(card.position);
  const zoom = flow.getZoom();
  const inside =
    x >= canvas.left + margin &&
    y >= canvas.top + margin &&
    x + cardWidth * zoom <= canvas.right - margin &&
    y + (card.height ?? 60) * zoom <= canvas.bottom - margin;
  if (inside) return;
  void flow.setCenter(card.position.x + cardWidth / 2, card.position.y + 40, { zoom });
}
