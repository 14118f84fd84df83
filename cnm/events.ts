import type { HistorySummary } from "./history.ts";
import type { Id } from "./ids.ts";
import type { Change, Topology } from "./topology.ts";

/** Where a card stands on the canvas, in its own pixels. Shared by everyone, never part of history. */
export interface Position {
  x: number;
  y: number;
}
export type Layout = Record<Id, Position>;

/** What the last attempt on an object ended with, in the kernel's words; gone after the next success. */
export interface ObjectProblem {
  seq: number;
  message: string;
}

/** What a subscriber holds: the first event, and what every later one is folded into. */
export interface TopologyState {
  /** Sequence number of the last history row: what a command is based on. */
  revision: number;
  topology: Topology;
  layout: Layout;
  /** Objects that a running change touches. */
  applying: Id[];
  problems: Record<Id, ObjectProblem>;
  /** Drivers this kernel cannot serve, with the reason; greyed out in the palette. */
  unsupported: Record<string, string>;
  /** Of each sandbox with files that a person has edited: which, and when they were last changed (RFC 3339, UTC). */
  edited: Record<Id, Record<string, string>>;
}

/** Facts in the past tense; folded by `foldEvent` in the browser and nowhere else. */
export type TopologyEvent =
  | { type: "state"; state: TopologyState }
  | { type: "change.started"; seq: number; ids: Id[] }
  | { type: "change.applied"; revision: number; changes: Change[]; entry: HistorySummary }
  | { type: "change.failed"; revision: number; ids: Id[]; message: string; entry: HistorySummary }
  | { type: "history.recorded"; revision: number; entry: HistorySummary }
  | { type: "files.edited"; edited: TopologyState["edited"] }
  | { type: "layout.moved"; layout: Layout };
