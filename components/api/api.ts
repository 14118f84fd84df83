"use client";

import { QueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { initialLive, type Live } from "#components/live/live.ts";
import { createStore, type Store } from "#components/live/store.ts";
import { type Client, createClient } from "./trpc.ts";

/** What a tab has one of. */
export interface Api {
  client: Client;
  queryClient: QueryClient;
  live: Store<Live>;
}

export function createApi(): Api {
  const live = createStore(initialLive);
  const queryClient = new QueryClient({
    defaultOptions: { queries: { staleTime: 5000, retry: false, refetchOnWindowFocus: false } },
  });
  return { live, queryClient, client: createClient(() => live.set({ beatAt: Date.now() })) };
}

export const ApiContext = createContext<Api | null>(null);

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("useApi is used outside Providers");
  return api;
}
