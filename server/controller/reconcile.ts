import type { StepRecord } from "#cnm/history.ts";
import { type KernelObject, keyOf } from "#server/kernel/objects.ts";
import type { KernelPort } from "./kernel.ts";

export interface Reconciled {
  steps: StepRecord[];
  /** Steps that did not work; the rest of the host was brought in order all the same. */
  failures: StepRecord[];
}

/**
 * Makes the kernel equal to `want`; what is ours and not in it goes, or without `everything` what is where `want` is. A step that fails is left out and the rest is planned
 * again, so that one broken object does not keep the others from being repaired. Idempotent.
 */
export async function reconcile(
  kernel: KernelPort,
  want: readonly KernelObject[],
  { everything = true }: { everything?: boolean } = {},
): Promise<Reconciled> {
  const steps: StepRecord[] = [];
  const failures = new Map<string, StepRecord>();
  for (;;) {
    const missing = kernel.plan(want, await kernel.observe(want, everything));
    const todo = missing.filter((step) => !failures.has(kernel.render(step)));
    if (todo.length === 0) return { steps, failures: [...failures.values()] };
    const records = await kernel.apply(todo);
    steps.push(...records.filter((record) => record.outcome !== "skipped"));
    const failed = records.find((record) => record.outcome === "failed");
    if (failed) failures.set(failed.command, failed);
    else return { steps, failures: [...failures.values()] };
  }
}

/**
 * Puts back what a change that failed half-way has touched, and nothing else: `have` again instead of `want`. Where what is
 * there now cannot be seen, that is the step that failed.
 */
export async function undo(
  kernel: KernelPort,
  have: readonly KernelObject[],
  want: readonly KernelObject[],
): Promise<StepRecord[]> {
  const touched = [...have, ...want];
  const keys = new Set(touched.map(keyOf));
  try {
    const observed = await kernel.observe(touched, false);
    const ours = observed.filter((object) => keys.has(keyOf(object)));
    return await kernel.apply(kernel.plan(have, ours));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return [{ command: "# look at the host", outcome: "failed", durationUs: 0, error: { errno: "unknown", text } }];
  }
}

/** A failed step in one line: the command, without what it is fed, and the kernel's own words. */
export function failureOf(step: StepRecord): string {
  const [command] = step.command.split(/ <<'END\d*'\n/);
  return `${command}: ${step.error?.text ?? "failed"} (${step.error?.errno ?? "unknown"})`;
}

/** All of them, or null when there are none. */
export function failuresOf(steps: readonly StepRecord[]): string | null {
  return steps.length > 0 ? steps.map(failureOf).join("; ") : null;
}
