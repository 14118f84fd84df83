"use client";

import { useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect, useEffectEvent } from "react";
import type { Layout } from "#cnm/events.ts";
import type { Id } from "#cnm/ids.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { announce } from "#components/frame/announcer.tsx";
import { focusInspector } from "#components/inspector/inspector-head.tsx";
import { type Current, useGestureStore } from "./gesture.tsx";
import type { Card, Line } from "./graph.ts";
import { cycle, type Direction, directionOf, moveBy, neighbour, type Spot } from "./navigation.ts";
import { spotInView } from "./spot.ts";
import { elementOf, useCanvasFocus } from "./use-canvas-focus.ts";

interface CanvasKeys {
  canvas: RefObject<HTMLElement | null>;
  move: (positions: Layout) => void;
  cancelCable: () => void;
  layout: () => void;
  fit: () => void;
  help: () => void;
  menu: (current: Current, at: { x: number; y: number }) => void;
}

/** The whole canvas by keyboard. Keys count while the canvas has the focus (or nothing has), and never while typing. */
export function useCanvasKeys(options: CanvasKeys): void {
  const { canvas, move, cancelCable, layout, fit, help, menu } = options;
  const flow = useReactFlow<Card, Line>();
  const gestures = useGestureStore();
  const ui = useUiStore();
  const focus = useCanvasFocus();

  const select = (ids: Id[]) => ui.set({ selection: ids });
  const card = (): Id | null => {
    const { current } = gestures.get();
    if (current?.kind === "card") return current.id;
    const [only, more] = ui.get().selection;
    return only && !more && flow.getNode(only) ? only : null;
  };
  const chosen = (): Id[] => {
    const { selection } = ui.get();
    const { current } = gestures.get();
    const there = current && (flow.getNode(current.id) ?? flow.getEdge(current.id));
    return there && !selection.includes(there.id) ? [there.id] : selection;
  };

  const walk = (direction: Direction) => {
    const { current } = gestures.get();
    if (current?.kind === "cable") return leaveCable(current.id, direction);
    const next = neighbour(spotsOf(flow.getNodes()), current?.id ?? "", direction);
    if (next) focus({ kind: "card", id: next });
  };
  const leaveCable = (id: Id, direction: Direction) => {
    const cable = flow.getEdge(id);
    if (cable) focus({ kind: "card", id: direction === "left" || direction === "up" ? cable.source : cable.target });
  };
  const walkCables = (step: 1 | -1) => {
    const { current } = gestures.get();
    if (!current) return;
    const around = current.kind === "cable" ? current.around : current.id;
    const ids = flow
      .getEdges()
      .flatMap(({ id, type, source, target }) =>
        type === "cable" && (source === around || target === around) ? [id] : [],
      );
    const next = cycle(ids, current.kind === "cable" ? current.id : null, step);
    if (next) focus({ kind: "cable", id: next, around });
    else announce("No cables here");
  };
  const nudge = (direction: Direction, distance: number) => {
    const node = flow.getNode(gestures.get().moving ?? "");
    const by = moveBy(direction, distance);
    if (node) move({ [node.id]: { x: node.position.x + by.x, y: node.position.y + by.y } });
  };
  const setMoving = (id: Id | null) => {
    gestures.set({ moving: id });
    announce(id ? "Move mode: arrow keys move the card, Escape ends" : "Move mode ended");
  };
  const create = (kind: "network" | "sandbox") => ui.set({ dialog: { kind, spot: spotInView(flow, canvas.current) } });
  const toggle = () => {
    const { current } = gestures.get();
    const { selection } = ui.get();
    if (!current) return;
    const on = !selection.includes(current.id);
    select(on ? [...selection, current.id] : selection.filter((id) => id !== current.id));
    announce(on ? "Selected" : "Not selected any more");
  };
  const inspect = () => {
    const { current } = gestures.get();
    if (!current) return;
    select([current.id]);
    requestAnimationFrame(focusInspector);
  };
  const climbOut = () => {
    const { cableFrom, moving, current } = gestures.get();
    if (cableFrom) return cancelCable();
    if (moving) return setMoving(null);
    if (current?.kind === "cable") return focus({ kind: "card", id: current.around });
    if (ui.get().selection.length > 0) return select([]);
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  };
  const openMenu = () => {
    const { current } = gestures.get();
    const box = current && elementOf(current)?.getBoundingClientRect();
    if (current && box) menu(current, { x: box.left + box.width / 2, y: box.top + box.height / 2 });
  };

  const commands: Record<string, () => void> = {
    "[": () => walkCables(-1),
    "]": () => walkCables(1),
    Enter: () => (gestures.get().moving ? setMoving(null) : inspect()),
    " ": toggle,
    m: () => card() && setMoving(gestures.get().moving ? null : card()),
    c: () => {
      const from = card();
      if (from) ui.set({ dialog: { kind: "connect", from } });
    },
    n: () => create("network"),
    s: () => create("sandbox"),
    l: layout,
    f: fit,
    "?": help,
    Delete: () => chosen().length > 0 && ui.set({ dialog: { kind: "delete", ids: chosen() } }),
    Backspace: () => chosen().length > 0 && ui.set({ dialog: { kind: "delete", ids: chosen() } }),
    Escape: climbOut,
    ContextMenu: openMenu,
    "shift F10": openMenu,
  };

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || !concernsCanvas(event, canvas.current) || ui.get().dialog) return;
    const direction = directionOf[event.key];
    if (direction) {
      event.preventDefault();
      return gestures.get().moving ? nudge(direction, event.shiftKey ? 100 : 20) : walk(direction);
    }
    const name =
      event.shiftKey && event.key === "F10"
        ? "shift F10"
        : event.key.length === 1
          ? event.key.toLowerCase()
          : event.key;
    const command = commands[name];
    if (!command) return;
    event.preventDefault();
    command();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}

/** Focus in the canvas on something that is no control of its own, or nowhere at all. */
function concernsCanvas(event: KeyboardEvent, canvas: HTMLElement | null): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  if (!target || target === document.body || target.id === "main") return true;
  if (!canvas?.contains(target))
    return event.key === "Escape" && canvas !== null && !target.closest("[role=dialog], #inspector, [role=menu]");
  if (target.closest("input, textarea, select, [contenteditable]")) return false;
  return !target.closest("button, a, [role=button]") || (event.key !== "Enter" && event.key !== " ");
}

function spotsOf(cards: readonly Card[]): Spot[] {
  return cards.map(({ id, position, width = 0, height = 0 }) => ({ id, ...position, width, height }));
}
