"use client";

import { Anchor, Text, Title } from "@mantine/core";
import type { GuardCount } from "#cnm/firewall.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { Counter } from "./counter.tsx";
import styles from "./firewall.module.css";
import { formatBytes, ownerWords } from "./rules.ts";

/** What endpoints have tried to send with addresses that are not theirs. */
export function Guard({ counts }: { counts: readonly GuardCount[] }) {
  const topology = useTopology();
  const ui = useUiStore();
  return (
    <section className={styles.chain} aria-label="Anti-spoofing">
      <div className={styles.chainHead}>
        <Title order={2} size="h6">
          Anti-spoofing
        </Title>
        <span className={styles.dim}>dropped at the bridge&apos;s port</span>
        <span className={styles.unit}>packets</span>
        <span className={styles.unit}>bytes</span>
      </div>
      <Text size="sm" className={styles.note}>
        An endpoint sends from its own MAC and IP addresses only. What carried others:
      </Text>
      <ol className={styles.rules}>
        {counts.map(({ port, endpointId, packets, bytes }) => (
          <li key={port} className={styles.rule}>
            <code className="mono">{port}</code>
            <Anchor
              component="button"
              underline="always"
              className={styles.owner}
              onClick={() => ui.set({ selection: [endpointId] })}
            >
              {ownerWords({ kind: "endpoint", id: endpointId }, topology)}
            </Anchor>
            <Counter value={packets} text={packets.toLocaleString("en")} unit="packets" />
            <Counter value={bytes} text={formatBytes(bytes)} unit="bytes" />
          </li>
        ))}
      </ol>
    </section>
  );
}
