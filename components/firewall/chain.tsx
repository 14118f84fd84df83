"use client";

import { Anchor, Button, Title } from "@mantine/core";
import { useState } from "react";
import { type FirewallRule, userChain } from "#cnm/firewall.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { sentence } from "#components/api/trouble.ts";
import { Copy } from "#components/inspector/facts.tsx";
import { Counter } from "./counter.tsx";
import styles from "./firewall.module.css";
import { commandLine, formatBytes, type ShownRule } from "./rules.ts";

interface ChainProps {
  family: 4 | 6;
  table: string;
  chain: string;
  rules: readonly ShownRule[];
}

const page = 100;

export function Chain({ family, table, chain, rules }: ChainProps) {
  const [limit, setLimit] = useState(page);
  return (
    <section className={styles.chain} aria-label={`IPv${family}, table ${table}, chain ${chain}`}>
      <div className={styles.chainHead}>
        <Title order={2} size="h6" className="mono">
          {chain}
        </Title>
        <span className={styles.dim}>
          IPv{family} · table {table}
          {chain === userChain && " · yours"}
        </span>
        <span className={styles.unit}>packets</span>
        <span className={styles.unit}>bytes</span>
      </div>
      <ol className={styles.rules}>
        {rules.slice(0, limit).map(({ key, ...shown }) => (
          <Rule key={key} {...shown} />
        ))}
      </ol>
      {rules.length > limit && (
        <Button variant="subtle" size="compact-sm" onClick={() => setLimit(limit + 5 * page)}>
          Show more of {rules.length}
        </Button>
      )}
    </section>
  );
}

function Rule({ rule, words, owner }: Omit<ShownRule, "key">) {
  const known = words !== rule.rule;
  return (
    <li className={styles.rule}>
      <div className={styles.told}>
        {known && <div>{sentence(words)}</div>}
        <code className="mono">{rule.rule || "(counts only)"}</code>
      </div>
      <Owner owner={rule.owner} words={owner} />
      <Counter value={rule.packets} text={rule.packets.toLocaleString("en")} unit="packets" />
      <Counter value={rule.bytes} text={formatBytes(rule.bytes)} unit="bytes" />
      <Copy text={commandLine(rule)} label={`rule: ${words}`} />
    </li>
  );
}

function Owner({ owner: { id }, words }: { owner: FirewallRule["owner"]; words: string }) {
  const ui = useUiStore();
  if (!id) return <span className={styles.owner}>{words}</span>;
  return (
    <Anchor component="button" underline="always" className={styles.owner} onClick={() => ui.set({ selection: [id] })}>
      {words}
    </Anchor>
  );
}
