import { expect, test, vi } from "vitest";
import type { TopologyEvent } from "#cnm/events.ts";
import { adoptVerdict, editVerdict } from "#components/api/session.tsx";
import type { Client } from "#components/api/trpc.ts";
import { small, stateOf } from "#components/topology/topology.fixture.ts";
import { followTopology, initialLive } from "./live.ts";
import { createStore } from "./store.ts";

interface Handlers {
  onData(data: { id: string; data: TopologyEvent }): void;
  onConnectionStateChange(state: { state: string }): void;
  onError(error: Error): void;
}

/** A daemon that a test plays by hand. */
function fakeDaemon(actor: object | null) {
  const opened: { input: { lastEventId: string | null }; handlers: Handlers }[] = [];
  const subscribe = (input: { lastEventId: string | null }, handlers: Handlers) => {
    opened.push({ input, handlers });
    return { unsubscribe: () => {} };
  };
  const client = { topology: { watch: { subscribe } }, auth: { status: { query: async () => ({ actor }) } } };
  return { client: client as unknown as Client, opened };
}

test("live with the first state, stale the moment the stream is lost, resumed from the last event", async () => {
  vi.useFakeTimers();
  const { client, opened } = fakeDaemon({});
  const store = createStore(initialLive);
  const stop = followTopology(client, store);
  expect(store.get().link).toBe("connecting");
  opened[0]?.handlers.onData({ id: "run-7", data: { type: "state", state: stateOf(small) } });
  expect(store.get()).toMatchObject({ link: "live", state: { revision: 1 } });
  opened[0]?.handlers.onError(new Error("gone"));
  expect(store.get().link).toBe("stale");
  await vi.advanceTimersByTimeAsync(1000);
  expect(opened[1]?.input).toEqual({ lastEventId: "run-7" });
  opened[1]?.handlers.onConnectionStateChange({ state: "pending" });
  expect(store.get().link).toBe("live");
  stop();
  vi.useRealTimers();
});

test("an ended session is not a lost daemon", async () => {
  const { client, opened } = fakeDaemon(null);
  const store = createStore(initialLive);
  followTopology(client, store);
  opened[0]?.handlers.onError(new Error("401"));
  await vi.waitFor(() => expect(store.get().link).toBe("signed-out"));
});

test("events before the first state are not for us", () => {
  const { client, opened } = fakeDaemon({});
  const store = createStore(initialLive);
  followTopology(client, store)();
  opened[0]?.handlers.onData({ id: "1", data: { type: "layout.moved", layout: {} } });
  expect(store.get().state).toBeNull();
});

test("edits need the role and a live view, and the refusal says which", () => {
  expect(editVerdict("operator", "live")).toEqual({ ok: true });
  expect(editVerdict("viewer", "live")).toMatchObject({ ok: false, rule: "role-viewer" });
  expect(editVerdict("admin", "stale")).toMatchObject({ ok: false, rule: "daemon-unreachable" });
  expect(adoptVerdict("operator", "live")).toMatchObject({ ok: false, rule: "role-adopts" });
  expect(adoptVerdict("admin", "stale")).toMatchObject({ ok: false, rule: "daemon-unreachable" });
  expect(adoptVerdict("admin", "live")).toEqual({ ok: true });
});
