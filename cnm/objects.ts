import type { Id } from "./ids.ts";

/** The objects of one kind in a topology. */
export type Objects<T> = Readonly<Record<Id, T>>;

/**
 * Those that fit. Several times as fast as `Object.values(…).filter(…)`, which makes a list of all the thousand endpoints of
 * a large topology first; commands and rules look through them several times.
 */
export function select<T>(objects: Objects<T>, fits: (object: T) => boolean): T[] {
  const selected: T[] = [];
  for (const id in objects) {
    const object = objects[id];
    if (object && fits(object)) selected.push(object);
  }
  return selected;
}

/**
 * Finds objects by a key of theirs. The index is made once for each set of objects, which never changes, and goes with it: a
 * command looks through a thousand endpoints once instead of at every question. An object without a key is not found.
 */
export function indexBy<T>(
  keyOf: (object: T) => string | undefined,
): (objects: Objects<T>, key: string) => readonly T[] {
  const indexes = new WeakMap<Objects<T>, ReadonlyMap<string, T[]>>();
  return (objects, key) => {
    const known = indexes.get(objects);
    const index = known ?? makeIndex(objects, keyOf);
    if (!known) indexes.set(objects, index);
    return index.get(key) ?? [];
  };
}

function makeIndex<T>(objects: Objects<T>, keyOf: (object: T) => string | undefined): Map<string, T[]> {
  const index = new Map<string, T[]>();
  for (const id in objects) {
    const object = objects[id];
    const key = object && keyOf(object);
    if (object === undefined || key === undefined) continue;
    const group = index.get(key);
    if (group) group.push(object);
    else index.set(key, [object]);
  }
  return index;
}
