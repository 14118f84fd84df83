"use client";

import { VisuallyHidden } from "@mantine/core";
import { createStore, useStore } from "#components/live/store.ts";

const store = createStore({ text: "", count: 0 });

/** Says something to people who cannot see it happen; politely, the same text twice if need be. */
export function announce(text: string): void {
  store.set({ text, count: store.get().count + 1 });
}

/** The page's own live region. A changed no-break space makes a repeated text a new one. */
export function Announcer() {
  const { text, count } = useStore(store, (value) => value);
  return (
    <VisuallyHidden role="status" aria-live="polite" data-announcer>
      {text}
      {count % 2 ? "\u00a0" : ""}
    </VisuallyHidden>
  );
}
