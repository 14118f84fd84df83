"use client";

import { createContext, type ReactNode, useContext, useState } from "react";
import type { Verdict } from "#cnm/errors.ts";
import type { Id } from "#cnm/ids.ts";
import { createStore, type Store, useStore } from "#components/live/store.ts";

/** What the hand is doing: a cable from a card with every other card's verdict, or moving the focused card by keyboard. */
export interface Gesture {
  cableFrom: Id | null;
  verdicts: Record<Id, Verdict>;
  /** Move mode: arrow keys move this card. */
  moving: Id | null;
  /** The one card or cable that is the canvas's Tab stop. */
  current: Current | null;
}

/** A card, or a cable looked at from one of its cards. */
export type Current = { kind: "card"; id: Id } | { kind: "cable"; id: Id; around: Id };

const idle: Gesture = { cableFrom: null, verdicts: {}, moving: null, current: null };
const GestureContext = createContext<Store<Gesture> | null>(null);

export function GestureProvider({ children }: { children: ReactNode }) {
  const [store] = useState(() => createStore(idle));
  return <GestureContext value={store}>{children}</GestureContext>;
}

export function useGestureStore(): Store<Gesture> {
  const store = useContext(GestureContext);
  if (!store) throw new Error("useGesture is used outside GestureProvider");
  return store;
}

export function useGesture<S>(select: (gesture: Gesture) => S): S {
  return useStore(useGestureStore(), select);
}

export type Role = "source" | "legal" | "illegal" | undefined;

/** What a card is to the cable in the air. */
export function useCableRole(id: Id): Role {
  return useGesture(({ cableFrom, verdicts }) => {
    if (cableFrom === null) return undefined;
    if (cableFrom === id) return "source";
    return verdicts[id]?.ok ? "legal" : "illegal";
  });
}
