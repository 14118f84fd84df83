import type { Outcome } from "#cnm/history.ts";
import styles from "./history.module.css";

const glyphs: Record<Outcome, string> = {
  pending: "◌",
  applied: "●",
  failed: "✕",
  recovered: "↺",
  refused: "⊘",
  denied: "⊘",
};

/** How a row ended, as a glyph, a word and a colour. */
export function OutcomeMark({ outcome }: { outcome: Outcome }) {
  return (
    <span className={styles.outcome} data-outcome={outcome}>
      <span aria-hidden>{glyphs[outcome]}</span> {outcome}
    </span>
  );
}
