import type { CommandInput } from "./commands.ts";
import type { ErrorDetails } from "./errors.ts";
import type { Id } from "./ids.ts";
import type { Change, ObjectKind } from "./topology.ts";

/** Who did it. `name` is a user name, "root", or the part of the daemon that acted. */
export interface Actor {
  kind: "user" | "token" | "uid" | "daemon";
  id: string;
  name: string;
  role: Role;
}

export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** pending: the kernel is being changed · applied · failed: rolled back · recovered: the daemon died and the host was made equal to the intent · refused: a rule said no · denied: the caller may not. */
export const outcomes = ["pending", "applied", "failed", "recovered", "refused", "denied"] as const;
export type Outcome = (typeof outcomes)[number];

/** One kernel operation as it was run. */
export interface StepRecord {
  /** The command line that does the same: "ip link add …". */
  command: string;
  /** absent: a deletion that found nothing to delete. skipped: not reached. */
  outcome: "done" | "absent" | "failed" | "skipped";
  durationUs: number;
  error?: { errno: string; text: string };
}

/** A row of the list. */
export interface HistorySummary {
  seq: number;
  at: string;
  actor: Actor;
  /** Where from: "cli", "127.0.0.1", "daemon". */
  source: string;
  /** The verb ("endpoint.join"; of several commands the last one's, which the others prepare), or "auth.login", "sandbox.exec", "daemon.reconcile" … */
  verb: string;
  /** One sentence: "joined web-1 to web as eth0, 172.17.0.2/16". */
  summary: string;
  objects: { kind: ObjectKind; id: Id; name: string }[];
  outcome: Outcome;
  durationMs: number | null;
  error: string | null;
}

/** Everything about one row. */
export interface HistoryEntry extends HistorySummary {
  commands: CommandInput[];
  changes: Change[];
  steps: StepRecord[];
  /** What undoing a failed change ran. */
  undoSteps: StepRecord[];
  errorDetails: ErrorDetails | null;
  /** sha256 over this row and the hash of the one before. */
  hash: string;
}
