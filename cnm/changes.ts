import type { Id } from "./ids.ts";
import type { Objects } from "./objects.ts";
import type { Change, Topology } from "./topology.ts";

interface ObjectChange<T> {
  id: Id;
  before: T | null;
  after: T | null;
}

/** Every object that is another one afterwards, compared by identity; equal topologies differ in nothing. */
export function difference(before: Topology, after: Topology): Change[] {
  return [
    ...changed(before.networks, after.networks).map((change) => ({ kind: "network" as const, ...change })),
    ...changed(before.sandboxes, after.sandboxes).map((change) => ({ kind: "sandbox" as const, ...change })),
    ...changed(before.endpoints, after.endpoints).map((change) => ({ kind: "endpoint" as const, ...change })),
  ];
}

/** The topology with each object as the change has it afterwards. Idempotent; untouched objects stay the same objects. */
export function applyChanges(topology: Topology, changes: readonly Change[]): Topology {
  if (changes.length === 0) return topology;
  return {
    networks: patch(
      topology.networks,
      changes.filter((change) => change.kind === "network"),
    ),
    sandboxes: patch(
      topology.sandboxes,
      changes.filter((change) => change.kind === "sandbox"),
    ),
    endpoints: patch(
      topology.endpoints,
      changes.filter((change) => change.kind === "endpoint"),
    ),
  };
}

/** The changes that lead back. */
export function inverse(changes: readonly Change[]): Change[] {
  return changes.map(backwards).reverse();
}

function backwards(change: Change): Change {
  switch (change.kind) {
    case "network":
      return { ...change, before: change.after, after: change.before };
    case "sandbox":
      return { ...change, before: change.after, after: change.before };
    case "endpoint":
      return { ...change, before: change.after, after: change.before };
  }
}

function changed<T>(before: Objects<T>, after: Objects<T>): ObjectChange<T>[] {
  if (before === after) return [];
  const changes: ObjectChange<T>[] = [];
  for (const id in before) {
    const old = before[id] ?? null;
    const now = after[id] ?? null;
    if (old !== now) changes.push({ id, before: old, after: now });
  }
  for (const id in after) if (!(id in before)) changes.push({ id, before: null, after: after[id] ?? null });
  return changes;
}

function patch<T>(objects: Objects<T>, changes: readonly ObjectChange<T>[]): Objects<T> {
  if (changes.length === 0) return objects;
  const patched = copy(objects);
  for (const { id, after } of changes) {
    if (after) patched[id] = after;
    else delete patched[id];
  }
  return patched;
}

/** Copies a thousand objects in a third of the time that a spread takes: without a prototype, V8 makes a hash table at once. */
function copy<T>(objects: Objects<T>): Record<Id, T> {
  const copied: Record<Id, T> = Object.create(null);
  for (const id in objects) {
    const object = objects[id];
    if (object) copied[id] = object;
  }
  return copied;
}
