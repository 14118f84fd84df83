"use client";

import { createContext, type ReactNode, useContext, useEffect } from "react";
import { emptyTopology, type Topology } from "#cnm/topology.ts";
import type { Client } from "#components/api/trpc.ts";
import { followTopology, type Live } from "./live.ts";
import { type Store, useStore } from "./store.ts";

const LiveContext = createContext<Store<Live> | null>(null);

/** Follows the topology while its children are shown; they read it with `useLive`. */
export function LiveProvider({ client, store, children }: { client: Client; store: Store<Live>; children: ReactNode }) {
  useEffect(() => followTopology(client, store), [client, store]);
  return <LiveContext value={store}>{children}</LiveContext>;
}

export function useLiveStore(): Store<Live> {
  const store = useContext(LiveContext);
  if (!store) throw new Error("useLive is used outside LiveProvider");
  return store;
}

export function useLive<S>(select: (live: Live) => S): S {
  return useStore(useLiveStore(), select);
}

/** The topology as it is known; empty before the first state has arrived. */
export function useTopology(): Topology {
  return useLive((live) => live.state?.topology ?? emptyTopology);
}
