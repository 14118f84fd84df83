import { difference } from "#cnm/changes.ts";
import { withPredefined } from "#cnm/predefined.ts";
import type { Topology } from "#cnm/topology.ts";
import type { EntryResult, NewEntry, Store } from "#server/store/store.ts";
import type { KernelPort } from "./kernel.ts";
import { failuresOf, type Reconciled, reconcile } from "./reconcile.ts";
import { type HostState, wantedObjects, wholeScope } from "./wanted.ts";

/** The end of a row that is no change of the topology: nobody knows how far it came. */
const interrupted: EntryResult = {
  outcome: "failed",
  steps: [],
  undoSteps: [],
  durationMs: null,
  error: "the daemon ended before this did: look whether it was done",
  errorDetails: null,
};

/** Rows that the daemon writes on its own behalf. */
export const daemonEntry = {
  actor: { kind: "daemon", id: "patchbayd", name: "patchbayd", role: "admin" },
  source: "daemon",
  objects: [],
  commands: [],
  changes: [],
} satisfies Omit<NewEntry, "verb" | "summary">;

export interface Recovered {
  topology: Topology;
  reconciled: Reconciled;
  /** How many changes a dead daemon had left half-way. */
  pending: number;
}

/**
 * Takes the host over from whatever ran before: the kernel becomes equal to the stored intent, what is right is not touched. A
 * change that was half-way is completed and its row marked `recovered`; if the kernel refuses it, it is taken back and
 * `failed`. Killed at any point, the next start does the same again.
 */
export async function recover(kernel: KernelPort, store: Store, host: HostState): Promise<Recovered> {
  await addPredefined(store);
  const pending = await store.pendingEntries();
  const began = performance.now();
  let topology = await store.loadTopology();
  let reconciled = await reconcile(kernel, everything(topology, host));
  const result = resultOf(reconciled, performance.now() - began);
  const recovered: EntryResult = { ...result, outcome: "recovered" };
  if (pending.length > 0 && reconciled.failures.length > 0) {
    for (const entry of pending.toReversed()) await store.finish(entry.seq, result, { revert: true });
    topology = await store.loadTopology();
    reconciled = await reconcile(kernel, everything(topology, host));
  } else for (const entry of pending) await store.finish(entry.seq, entry.changes.length > 0 ? recovered : interrupted);
  return { topology, reconciled, pending: pending.length };
}

/** The row about a reconciliation nobody asked for; null if there was nothing to do. */
export function reconcileRow(
  reconciled: Reconciled,
  durationMs: number,
): { entry: NewEntry; result: EntryResult } | null {
  const { steps, failures } = reconciled;
  if (steps.length === 0) return null;
  const summary = `made the host equal to the intent: ${steps.length} steps${failures.length ? `, ${failures.length} failed` : ""}`;
  return { entry: { ...daemonEntry, verb: "daemon.reconcile", summary }, result: resultOf(reconciled, durationMs) };
}

export function everything(topology: Topology, host: HostState) {
  return wantedObjects(topology, wholeScope(topology), host);
}

function resultOf({ steps, failures }: Reconciled, durationMs: number): EntryResult {
  const error = failuresOf(failures);
  return { outcome: error ? "failed" : "applied", steps, undoSteps: [], durationMs, error, errorDetails: null };
}

/** A new store has no networks; endpoints refer to the predefined ones as to any other. */
async function addPredefined(store: Store): Promise<void> {
  const stored = await store.loadTopology();
  const changes = difference(stored, withPredefined(stored));
  if (changes.length === 0) return;
  const objects = changes.map(({ kind, id, after }) => ({ kind, id, name: after?.name ?? "" }));
  const summary = `added the predefined networks ${objects.map((object) => object.name).join(" and ")}`;
  const { seq } = await store.begin({ ...daemonEntry, verb: "daemon.start", summary, objects, changes });
  await store.finish(seq, resultOf({ steps: [], failures: [] }, 0));
}
