import type { Change } from "#cnm/topology.ts";

/** One field of an object, before and after; null where it was not or is not. */
export interface FieldChange {
  path: string;
  before: string | null;
  after: string | null;
}

/** The fields that differ, nested ones as "pools.0.subnet". Of a created or deleted object: all that hold something. */
export function fieldChanges({ before, after }: Change): FieldChange[] {
  const left = flatten(before);
  const right = flatten(after);
  const paths = [...new Set([...left.keys(), ...right.keys()])];
  return paths.flatMap((path) => {
    const [old, now] = [left.get(path) ?? null, right.get(path) ?? null];
    return old === now ? [] : [{ path, before: old, after: now }];
  });
}

/** "created", "deleted" or "changed". */
export function changeWord({ before, after }: Change): "created" | "deleted" | "changed" {
  if (!before) return "created";
  return after ? "changed" : "deleted";
}

export function changedName({ before, after }: Change): string {
  return after?.name ?? before?.name ?? "";
}

function flatten(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined) return into;
  if (typeof value !== "object") return into.set(path, String(value));
  for (const [key, inner] of Object.entries(value)) flatten(inner, path ? `${path}.${key}` : key, into);
  return into;
}
