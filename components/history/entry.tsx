"use client";

import { Alert, Center, CloseButton, Loader, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import type { HistoryEntry } from "#cnm/history.ts";
import { TroubleText } from "#components/api/notify.tsx";
import { sentence, troubleOf } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { Copy, Facts, localTime } from "#components/inspector/facts.tsx";
import { useLive } from "#components/live/live-provider.tsx";
import { ChangeTable } from "./change-table.tsx";
import styles from "./history.module.css";
import { OutcomeMark } from "./outcome.tsx";
import { Steps } from "./steps.tsx";
import { commandWords, duration, script, shortSummary } from "./words.ts";

/** One row in full: what was asked, what ran, what it changed, and how it can be told that nobody edited it. */
export function Entry({ seq, close }: { seq: number; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const entry = useQuery(trpc.history.show.queryOptions({ seq }));
  const ended = useLive(({ lastEntry }) => lastEntry?.seq === seq && lastEntry.outcome);
  useEffect(() => {
    if (ended) void queries.invalidateQueries(trpc.history.show.queryFilter({ seq }));
  }, [ended, seq, queries, trpc]);
  return (
    <section className={styles.entry} aria-label={`History row ${seq}`}>
      <div className={styles.entryHead}>
        <Title order={2} size="h4">
          {entry.data ? sentence(shortSummary(entry.data.summary)) : `Row ${seq}`}
        </Title>
        <CloseButton aria-label="Close the row" onClick={close} />
      </div>
      {entry.isPending && (
        <Center p="xl">
          <Loader type="dots" aria-label="Loading the row" role="status" />
        </Center>
      )}
      {entry.isError && (
        <Alert color="red" m="md">
          {sentence(troubleOf(entry.error).message)}
        </Alert>
      )}
      {entry.data && <EntryBody entry={entry.data} />}
    </section>
  );
}

function EntryBody({ entry }: { entry: HistoryEntry }) {
  const { commands, changes, steps, undoSteps, error, errorDetails } = entry;
  return (
    <>
      <Section>
        <Facts
          facts={[
            { label: "Outcome", value: <OutcomeMark outcome={entry.outcome} /> },
            { label: "When", value: localTime(entry.at) },
            { label: "Who", value: `${entry.actor.name} (${entry.actor.role}), from ${entry.source}` },
            { label: "Verb", value: entry.verb, mono: true },
            { label: "Took", value: entry.durationMs === null ? null : duration(entry.durationMs * 1000) },
            { label: "Row", value: entry.seq, mono: true },
            { label: "Hash", value: `${entry.hash.slice(0, 16)}…`, mono: true, copy: entry.hash },
          ]}
        />
        {error && (
          <Alert color="red" variant="light" mt="sm" p="sm" title="Why">
            <TroubleText trouble={{ code: "INTERNAL", message: error, details: errorDetails ?? {} }} />
          </Alert>
        )}
      </Section>
      {commands.length > 0 && (
        <Section title="What was asked">
          <ol className={styles.asked}>
            {commands.map((command, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
              <li key={index}>{sentence(commandWords(command))}</li>
            ))}
          </ol>
        </Section>
      )}
      {steps.length > 0 && (
        <Section title="What the kernel did" aside={<Copy text={script(steps)} label="all commands" />}>
          <Steps steps={steps} />
        </Section>
      )}
      {undoSteps.length > 0 && (
        <Section title="What put it back" aside={<Copy text={script(undoSteps)} label="the undoing commands" />}>
          <Steps steps={undoSteps} />
        </Section>
      )}
      {changes.length > 0 && (
        <Section title="Before and after">
          {changes.map((change) => (
            <ChangeTable key={`${change.kind} ${change.id}`} change={change} />
          ))}
        </Section>
      )}
    </>
  );
}

function Section({ title, aside, children }: { title?: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.section}>
      {title && (
        <Title order={3} size="h6" mb={6} className={styles.sectionTitle}>
          {title}
          {aside}
        </Title>
      )}
      {children}
    </div>
  );
}
