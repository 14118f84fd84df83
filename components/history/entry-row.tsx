"use client";

import { UnstyledButton } from "@mantine/core";
import type { HistorySummary } from "#cnm/history.ts";
import { sentence } from "#components/api/trouble.ts";
import { localTime } from "#components/inspector/facts.tsx";
import styles from "./history.module.css";
import { OutcomeMark } from "./outcome.tsx";
import { duration, shortSummary } from "./words.ts";

export function EntryRow({ entry, selected, open }: { entry: HistorySummary; selected: boolean; open: () => void }) {
  const { seq, at, actor, source, verb, summary, outcome, durationMs } = entry;
  return (
    <li className={styles.row} data-selected={selected || undefined}>
      <UnstyledButton className={styles.rowButton} onClick={open} aria-current={selected || undefined}>
        <span className={styles.seq}>{seq}</span>
        <span className={styles.summary}>{sentence(shortSummary(summary))}</span>
        <OutcomeMark outcome={outcome} />
        <span className={styles.meta}>
          <time dateTime={at}>{localTime(at)}</time>
          <span>
            {actor.name} · {source}
          </span>
          <span className="mono">{verb}</span>
          {durationMs !== null && <span>{duration(durationMs * 1000)}</span>}
        </span>
      </UnstyledButton>
    </li>
  );
}
