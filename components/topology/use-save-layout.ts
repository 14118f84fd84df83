"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { Layout } from "#cnm/events.ts";
import { notifyTrouble } from "#components/api/notify.tsx";
import { troubleOf } from "#components/api/trouble.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useLive } from "#components/live/live-provider.tsx";

const debounceMs = 400;
const none: Layout = {};

/** Moves cards for everybody, at most every 400 ms. `pending` is what the daemon has not confirmed yet. */
export function useSaveLayout(): { pending: Layout; move: (positions: Layout) => void } {
  const client = useTRPCClient();
  const confirmed = useLive((live) => live.state?.layout ?? none);
  const [pending, setPending] = useState<Layout>({});
  const unsent = useRef<Layout>({});
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    setPending((now) => without(now, (id) => same(now[id], confirmed[id]) && !(id in unsent.current)));
  }, [confirmed]);

  const send = useCallback(() => {
    const positions = unsent.current;
    unsent.current = {};
    if (Object.keys(positions).length === 0) return;
    client.topology.layout.mutate({ positions }).catch((error) => {
      setPending((now) => without(now, (id) => id in positions));
      notifyTrouble("The cards were put back", troubleOf(error));
    });
  }, [client]);

  useEffect(
    () => () => {
      clearTimeout(timer.current);
      send();
    },
    [send],
  );

  const move = useCallback(
    (positions: Layout) => {
      unsent.current = { ...unsent.current, ...positions };
      setPending((now) => ({ ...now, ...positions }));
      clearTimeout(timer.current);
      timer.current = setTimeout(send, debounceMs);
    },
    [send],
  );
  return { pending, move };
}

/** The same record if nothing is to go. */
function without(layout: Layout, gone: (id: string) => boolean): Layout {
  const kept = Object.entries(layout).filter(([id]) => !gone(id));
  return kept.length === Object.keys(layout).length ? layout : Object.fromEntries(kept);
}

function same(a: { x: number; y: number } | undefined, b: { x: number; y: number } | undefined): boolean {
  return a?.x === b?.x && a?.y === b?.y;
}
