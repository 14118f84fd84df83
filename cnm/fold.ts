import { applyChanges } from "./changes.ts";
import type { ObjectProblem, TopologyEvent, TopologyState } from "./events.ts";
import type { Id } from "./ids.ts";
import type { Change, Topology } from "./topology.ts";

/** What a subscriber holds after an event. Pure. */
export function foldEvent(state: TopologyState, event: TopologyEvent): TopologyState {
  switch (event.type) {
    case "state":
      return event.state;
    case "change.started":
      return { ...state, applying: [...new Set([...state.applying, ...event.ids])] };
    case "change.applied":
      return applied(state, event.revision, event.changes);
    case "change.failed":
      return failed(state, event);
    case "history.recorded":
      return { ...state, revision: event.revision };
    case "files.edited":
      return { ...state, edited: event.edited };
    case "layout.moved":
      return { ...state, layout: { ...state.layout, ...event.layout } };
  }
}

function applied(state: TopologyState, revision: number, changes: readonly Change[]): TopologyState {
  const ids = new Set(changes.map(({ id }) => id));
  const deleted = new Set(changes.filter(({ after }) => !after).map(({ id }) => id));
  return {
    ...state,
    revision,
    topology: applyChanges(state.topology, changes),
    layout: without(state.layout, deleted),
    applying: state.applying.filter((id) => !ids.has(id)),
    problems: without(state.problems, ids),
  };
}

/** What the change would have created never came to be, and has no problem that could be shown. */
function failed(state: TopologyState, event: Extract<TopologyEvent, { type: "change.failed" }>): TopologyState {
  const problem: ObjectProblem = { seq: event.entry.seq, message: event.message };
  const present = event.ids.filter((id) => exists(state.topology, id));
  return {
    ...state,
    revision: event.revision,
    applying: state.applying.filter((id) => !event.ids.includes(id)),
    problems: { ...state.problems, ...Object.fromEntries(present.map((id) => [id, problem])) },
  };
}

function exists(topology: Topology, id: Id): boolean {
  return id in topology.networks || id in topology.sandboxes || id in topology.endpoints;
}

/** The same record if none of the ids is in it. */
function without<T>(record: Record<Id, T>, ids: ReadonlySet<Id>): Record<Id, T> {
  if (![...ids].some((id) => id in record)) return record;
  return Object.fromEntries(Object.entries(record).filter(([id]) => !ids.has(id)));
}
