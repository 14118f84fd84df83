import type { TopologyEvent, TopologyState } from "#cnm/events.ts";
import { foldEvent } from "#cnm/fold.ts";
import type { HistorySummary } from "#cnm/history.ts";
import type { Client } from "#components/api/trpc.ts";
import type { Store } from "./store.ts";

/** connecting: nothing seen yet · live: what is shown is true · stale: it was true at `beatAt` · signed-out: nobody's view. */
export type Link = "connecting" | "live" | "stale" | "signed-out";

export interface Live {
  link: Link;
  state: TopologyState | null;
  /** Last sign of life, milliseconds since the epoch; 0 before the first. */
  beatAt: number;
  /** The newest history row seen, whoever made it. */
  lastEntry: HistorySummary | null;
}

export const initialLive: Live = { link: "connecting", state: null, beatAt: 0, lastEntry: null };

const retryMs = 1000;

/**
 * Keeps the store equal to the daemon's state over the tab's one subscription, until the returned function is called. A lost
 * stream is stale at once and tried again every second; the daemon replays what was missed, or sends the whole state.
 */
export function followTopology(client: Client, store: Store<Live>): () => void {
  let lastEventId: string | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let subscription: { unsubscribe(): void } | undefined;

  const lost = () => {
    if (store.get().link === "live") store.set({ link: "stale" });
  };
  const again = () => {
    lost();
    clearTimeout(retry);
    retry = setTimeout(connect, retryMs);
  };
  const connect = () => {
    subscription?.unsubscribe();
    subscription = client.topology.watch.subscribe(
      { lastEventId },
      {
        onData: ({ id, data }) => {
          lastEventId = id;
          store.set({ ...receive(store.get(), data), link: "live", beatAt: Date.now() });
        },
        onConnectionStateChange: ({ state }) => {
          if (state === "connecting") lost();
          if (state === "pending" && store.get().state) store.set({ link: "live" });
        },
        onError: ended,
        onComplete: ended,
      },
    );
  };
  const ended = () => {
    lost();
    whoAmI(client).then((actor) => (actor === null ? store.set({ link: "signed-out" }) : again()), again);
  };
  connect();
  return () => {
    clearTimeout(retry);
    subscription?.unsubscribe();
  };
}

async function whoAmI(client: Client) {
  return (await client.auth.status.query()).actor;
}

/** Nothing can be folded into nothing: before the first state, other events are not for us. */
function receive({ state }: Live, event: TopologyEvent): Partial<Live> {
  if (event.type === "state") return { state: event.state };
  const next = state && foldEvent(state, event);
  return "entry" in event ? { state: next, lastEntry: event.entry } : { state: next };
}
