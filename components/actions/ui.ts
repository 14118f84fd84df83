"use client";

import { createContext, useContext } from "react";
import type { CommandDraft } from "#cnm/commands.ts";
import type { Position } from "#cnm/events.ts";
import type { Id } from "#cnm/ids.ts";
import { type Store, useStore } from "#components/live/store.ts";

/** Where on the canvas something is to be made, and where on the screen its form opens. */
export interface Spot {
  position: Position;
  screen: { x: number; y: number };
}

export type Dialog =
  | { kind: "network"; spot?: Spot; connectTo?: Id }
  /** With `adopt`, the form for what others have made. */
  | { kind: "sandbox"; spot?: Spot; connectTo?: Id; adopt?: boolean }
  | { kind: "connect"; from: Id }
  /** Two sandboxes, and what they shall have in common. */
  | { kind: "meet"; from: Id; to: Id }
  | { kind: "delete"; ids: Id[] }
  /** Shows what would be done, and does it; `done` hears of it when it is. */
  | { kind: "plan"; title: string; commands: CommandDraft[]; done?: () => void };

/** What the tables and the canvas share: what is selected, which form is open, where new cards shall stand. */
export interface Ui {
  selection: Id[];
  /** A card that wants the keyboard as soon as it is drawn: it was just made, or its form has closed. */
  focus: Id | null;
  dialog: Dialog | null;
  /** Positions for objects that have no id yet, by `claimKey`. */
  claims: Record<string, Position>;
}

export const initialUi: Ui = { selection: [], focus: null, dialog: null, claims: {} };
export const claimKey = (kind: "network" | "sandbox", name: string): string => `${kind} ${name}`;

export const UiContext = createContext<Store<Ui> | null>(null);

export function useUiStore(): Store<Ui> {
  const store = useContext(UiContext);
  if (!store) throw new Error("useUi is used outside ActionsProvider");
  return store;
}

export function useUi<S>(select: (ui: Ui) => S): S {
  return useStore(useUiStore(), select);
}
