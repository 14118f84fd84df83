import type { StepRecord } from "#cnm/history.ts";
import styles from "./history.module.css";
import { duration } from "./words.ts";

const glyphs: Record<StepRecord["outcome"], string> = { done: "✓", absent: "–", failed: "✕", skipped: "○" };
const meanings: Record<StepRecord["outcome"], string> = {
  done: "done",
  absent: "there was nothing to delete",
  failed: "failed",
  skipped: "not reached",
};

/** Kernel operations as command lines, each with how it ended and how long it took. */
export function Steps({ steps }: { steps: StepRecord[] }) {
  return (
    <ol className={styles.steps}>
      {steps.map(({ command, outcome, durationUs, error }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <li key={index} data-outcome={outcome}>
          <span role="img" aria-label={meanings[outcome]} title={meanings[outcome]}>
            {glyphs[outcome]}
          </span>
          <code>{command}</code>
          <span className={styles.took}>{outcome === "skipped" ? "" : duration(durationUs)}</span>
          {error && <code className={styles.stepError}>{[error.errno, error.text].filter(Boolean).join(": ")}</code>}
        </li>
      ))}
    </ol>
  );
}
