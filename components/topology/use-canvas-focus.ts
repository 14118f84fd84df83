"use client";

import { useReactFlow } from "@xyflow/react";
import { type RefObject, useCallback, useEffect } from "react";
import { useUi, useUiStore } from "#components/actions/ui.ts";
import { type Current, useGestureStore } from "./gesture.tsx";
import { type Card, cardWidth, type Line } from "./graph.ts";
import { motion } from "./motion.ts";

/** What panels lie on at each edge of the canvas, in pixels: nothing that has the keyboard may hide under them. */
const insets = { top: 80, right: 30, bottom: 70, left: 30 };

/** Moves the keyboard to a card or a cable, and the view there if it is out of sight. Never out of a form that is open. */
export function useCanvasFocus(): (current: Current) => void {
  const ui = useUiStore();
  const flow = useReactFlow<Card, Line>();
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

/** Keeps what is selected in sight when the inspector takes a part of the canvas, or the window is made smaller. */
export function useKeepInSight(canvas: RefObject<HTMLElement | null>): void {
  const ui = useUiStore();
  const flow = useReactFlow<Card, Line>();
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      const [only, more] = ui.get().selection;
      if (!only || more) return;
      const id = flow.getNode(only)?.id ?? flow.getEdge(only)?.source;
      if (id) bringIntoView(flow, { kind: "card", id });
    });
    if (canvas.current) observer.observe(canvas.current);
    return () => observer.disconnect();
  }, [canvas, ui, flow]);
}

export function elementOf({ kind, id }: Current): HTMLElement | SVGElement | null {
  const part = kind === "card" ? "node" : "edge";
  return document.querySelector<HTMLElement | SVGElement>(`.react-flow__${part}[data-id="${id}"]`);
}

function bringIntoView(flow: ReturnType<typeof useReactFlow<Card, Line>>, current: Current) {
  const card = flow.getNode(current.kind === "card" ? current.id : current.around);
  const canvas = document.querySelector(".react-flow")?.getBoundingClientRect();
  if (!card || !canvas) return;
  const { x, y } = flow.flowToScreenPosition(card.position);
  const zoom = flow.getZoom();
  const dx = shift({ from: x, size: cardWidth * zoom }, canvas.left + insets.left, canvas.right - insets.right);
  const dy = shift(
    { from: y, size: (card.height ?? 60) * zoom },
    canvas.top + insets.top,
    canvas.bottom - insets.bottom,
  );
  if (dx === 0 && dy === 0) return;
  const view = flow.getViewport();
  void flow.setViewport({ x: view.x + dx, y: view.y + dy, zoom }, { duration: motion(150) });
}

/** How far to move a stretch so that it lies between two bounds; its beginning counts more than its end. */
function shift({ from, size }: { from: number; size: number }, least: number, most: number): number {
  if (from < least) return least - from;
  return Math.max(Math.min(0, most - from - size), least - from);
}
