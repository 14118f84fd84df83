import { expect, test } from "vitest";
import type { TopologyState } from "#cnm/events.ts";
import { emptyTopology } from "#cnm/topology.ts";
import { EventLog } from "./event-log.ts";

const state: TopologyState = {
  revision: 7,
  topology: emptyTopology,
  layout: {},
  applying: [],
  problems: {},
  unsupported: {},
  edited: {},
};
const started = (seq: number) => ({ type: "change.started" as const, seq, ids: [] });

async function take(log: EventLog, lastId: string | null, count: number) {
  const abort = new AbortController();
  const taken = [];
  for await (const logged of log.subscribe(lastId, abort.signal)) {
    taken.push(logged);
    if (taken.length === count) abort.abort();
  }
  return taken;
}

test("a new subscriber starts with the state and hears what follows", async () => {
  const log = new EventLog("run", () => state);
  const taken = take(log, null, 2);
  await Promise.resolve();
  log.publish(started(8));
  expect((await taken).map((logged) => logged.event.type)).toEqual(["state", "change.started"]);
});

test("a subscriber that comes back gets what it missed and no state", async () => {
  const log = new EventLog("run", () => state);
  log.publish(started(1));
  log.publish(started(2));
  log.publish(started(3));
  expect((await take(log, "run-1", 2)).map((logged) => logged.event)).toEqual([started(2), started(3)]);
});

test.each(["other-1", "run-99", "run-x", "", "run--1"])(
  "an unknown last id %j is answered with the state",
  async (lastId) => {
    const log = new EventLog("run", () => state);
    log.publish(started(1));
    expect((await take(log, lastId, 1))[0]?.event.type).toBe("state");
  },
);

test("a subscriber slower than the log gets the state again instead of a gap", async () => {
  const log = new EventLog("run", () => state);
  const abort = new AbortController();
  const subscriber = log.subscribe(null, abort.signal);
  await subscriber.next();
  for (let seq = 1; seq <= 1500; seq++) log.publish(started(seq));
  expect((await subscriber.next()).value.event.type).toBe("state");
  abort.abort();
});
