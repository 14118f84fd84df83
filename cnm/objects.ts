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
