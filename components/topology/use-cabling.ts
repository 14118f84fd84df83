"use client";

import {
  type Connection,
  type IsValidConnection,
  type OnConnectEnd,
  type OnConnectStart,
  useReactFlow,
  useStoreApi,
} from "@xyflow/react";
import { type MouseEvent as ReactMouseEvent, useCallback, useMemo, useRef } from "react";
import type { Id } from "#cnm/ids.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { notifyTrouble } from "#components/api/notify.tsx";
import { troubleOfRefusal } from "#components/api/trouble.ts";
import { useApply } from "#components/api/use-apply.ts";
import { useLiveStore } from "#components/live/live-provider.tsx";
import { useGestureStore } from "./gesture.tsx";
import type { Card, Line } from "./graph.ts";
import { cableVerdict, cableVerdicts, connectCommands, endsOf } from "./intent.ts";
import { spotAt } from "./spot.ts";

/** Drawing a cable, by drag or by two clicks: the same handlers for React Flow's two ways of telling. */
export function useCabling() {
  const gestures = useGestureStore();
  const live = useLiveStore();
  const ui = useUiStore();
  const apply = useApply();
  const flow = useReactFlow<Card, Line>();
  const store = useStoreApi();
  const cancelled = useRef(false);

  const begin = useCallback<OnConnectStart>(
    (_event, { nodeId }) => {
      const topology = live.get().state?.topology;
      if (!topology || !nodeId) return;
      cancelled.current = false;
      gestures.set({ cableFrom: nodeId, verdicts: cableVerdicts(topology, nodeId) });
    },
    [gestures, live],
  );

  const isValidConnection = useCallback<IsValidConnection<Line>>(
    ({ source, target }) => {
      const { cableFrom, verdicts } = gestures.get();
      const other = source === cableFrom ? target : source;
      return verdicts[other]?.ok ?? false;
    },
    [gestures],
  );

  const connect = useCallback(
    ({ source, target }: Connection) => {
      const topology = live.get().state?.topology;
      if (!topology || cancelled.current) return;
      const ends = endsOf(topology, source, target);
      if (!ends) return ui.set({ dialog: { kind: "meet", from: source, to: target } });
      const names = [topology.sandboxes[ends.sandbox]?.name, topology.networks[ends.network]?.name];
      void apply(connectCommands(topology, ends), { title: `Connect ${names.join(" to ")}` });
    },
    [apply, live, ui],
  );

  /** Let go: on a card that refuses it says why, on nothing it makes what is missing there. */
  const end = useCallback(
    (from: Id | null, to: Id | null, at: { x: number; y: number }) => {
      gestures.set({ cableFrom: null, verdicts: {} });
      const topology = live.get().state?.topology;
      if (!topology || !from || from === to || cancelled.current) return;
      const verdict = to === null ? null : cableVerdict(topology, from, to);
      if (verdict && !verdict.ok) notifyTrouble("No cable here", troubleOfRefusal(verdict));
      const kind = topology.sandboxes[from] ? "network" : "sandbox";
      if (to === null) ui.set({ dialog: { kind, connectTo: from, spot: spotAt(flow, at, { side: true }) } });
    },
    [gestures, live, ui, flow],
  );

  const onConnectEnd = useCallback<OnConnectEnd>(
    (event, { fromNode, toNode, isValid }) => {
      if (isValid) return gestures.set({ cableFrom: null, verdicts: {} });
      end(fromNode?.id ?? null, toNode?.id ?? null, pointOf(event));
    },
    [end, gestures],
  );

  const onClickConnectEnd = useCallback<OnConnectEnd>(
    (event) => {
      const to = cardAt(event.target);
      const { cableFrom, verdicts } = gestures.get();
      if (to && verdicts[to]?.ok) gestures.set({ cableFrom: null, verdicts: {} });
      else end(cableFrom, to ?? cableFrom, pointOf(event));
    },
    [end, gestures],
  );

  const cancel = useCallback(() => {
    cancelled.current = true;
    store.getState().cancelConnection();
    store.setState({ connectionClickStartHandle: null });
    gestures.set({ cableFrom: null, verdicts: {} });
  }, [gestures, store]);

  /** The second click of click–click, on the empty canvas. True if there was a cable to end. */
  const endOnPane = useCallback(
    (event: ReactMouseEvent): boolean => {
      const { cableFrom } = gestures.get();
      if (!cableFrom) return false;
      store.setState({ connectionClickStartHandle: null });
      end(cableFrom, null, { x: event.clientX, y: event.clientY });
      return true;
    },
    [end, gestures, store],
  );

  const handlers = useMemo(
    () => ({
      onConnectStart: begin,
      onClickConnectStart: begin,
      onConnect: connect,
      onConnectEnd,
      onClickConnectEnd,
      isValidConnection,
    }),
    [begin, connect, onConnectEnd, onClickConnectEnd, isValidConnection],
  );
  return { handlers, cancel, endOnPane };
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: point?.clientX ?? 0, y: point?.clientY ?? 0 };
}

function cardAt(target: EventTarget | null): Id | null {
  const card = target instanceof Element ? target.closest<HTMLElement>(".react-flow__node") : null;
  return card?.dataset.id ?? null;
}
