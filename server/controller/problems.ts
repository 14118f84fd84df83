import type { ObjectProblem } from "#cnm/events.ts";
import type { StepRecord } from "#cnm/history.ts";
import type { Id } from "#cnm/ids.ts";
import type { Topology } from "#cnm/topology.ts";
import { affectedBy } from "./affected.ts";
import { failuresOf } from "./reconcile.ts";

/** What the last attempt on each object ended with, as long as nothing has gone well since. */
export class Problems {
  readonly #problems = new Map<Id, ObjectProblem>();
  readonly #conditions = new Map<Id, ObjectProblem>();
  readonly #unrepaired = new Set<Id>();

  /** `untilRepaired`: it is gone as soon as the host is as it should be, and not only with the next success. */
  set(id: Id, problem: ObjectProblem, untilRepaired: boolean): void {
    this.#problems.set(id, problem);
    if (untilRepaired) this.#unrepaired.add(id);
  }

  delete(id: Id): void {
    this.#problems.delete(id);
    this.#conditions.delete(id);
  }

  /**
   * What a reconciliation could not mend is a problem of the objects it is about; once nothing is, those are none any more.
   * False if nothing has changed.
   */
  note(failures: readonly StepRecord[], topology: Topology, seq: number): boolean {
    const message = failuresOf(failures);
    if (message) for (const id of affectedBy(failures, topology)) this.set(id, { seq, message }, true);
    if (this.#unrepaired.size === 0) return false;
    if (message) return true;
    for (const id of this.#unrepaired) this.#problems.delete(id);
    this.#unrepaired.clear();
    return true;
  }

  /** How objects are that nobody has tried to change. False if that is nothing new. */
  noteConditions(conditions: ReadonlyMap<Id, string>, seq: number): boolean {
    const same = [...conditions].every(([id, message]) => this.#conditions.get(id)?.message === message);
    if (same && conditions.size === this.#conditions.size) return false;
    for (const id of this.#conditions.keys()) if (!conditions.has(id)) this.#conditions.delete(id);
    for (const [id, message] of conditions)
      if (this.#conditions.get(id)?.message !== message) this.#conditions.set(id, { seq, message });
    return true;
  }

  toRecord(): Record<Id, ObjectProblem> {
    return Object.fromEntries([...this.#conditions, ...this.#problems]);
  }
}
