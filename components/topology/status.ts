import type { TopologyState } from "#cnm/events.ts";
import type { Id } from "#cnm/ids.ts";

export type Status = "up" | "applying" | "failed";

export const statusWords: Record<Status, string> = { up: "up", applying: "being changed", failed: "failed" };

/** failed wins over applying: an old problem is not forgotten because something new is tried. */
export function statusOf(state: TopologyState, id: Id): Status {
  if (state.applying.includes(id)) return "applying";
  return state.problems[id] ? "failed" : "up";
}
