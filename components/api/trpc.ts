"use client";

import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, type TRPCClient } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import type { AppRouter } from "#server/router/index.ts";

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
export type Client = TRPCClient<AppRouter>;

const url = "/api/trpc";

/** `onBeat` hears every sign of life of the event stream, the daemon's pings included. */
export function createClient(onBeat: () => void): Client {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink({ url, EventSource: pulsing(onBeat) }),
        false: httpBatchLink({ url, maxURLLength: 6000 }),
      }),
    ],
  });
}

/** tRPC keeps pings to itself; they are what tells a quiet daemon from a lost one. */
function pulsing(onBeat: () => void): typeof EventSource | undefined {
  if (typeof EventSource === "undefined") return undefined;
  return class extends EventSource {
    constructor(address: string | URL, init?: EventSourceInit) {
      super(address, init);
      for (const type of ["ping", "message", "connected"]) this.addEventListener(type, onBeat);
    }
  };
}
