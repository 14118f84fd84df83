"use client";

import { Alert, Text } from "@mantine/core";
import Link from "next/link";
import type { Id } from "#cnm/ids.ts";
import { useLive } from "#components/live/live-provider.tsx";
import { statusOf, statusWords } from "#components/topology/status.ts";
import { StatusGlyph } from "#components/topology/status-glyph.tsx";

/** How an object is, as the daemon last said; with the kernel's words where something failed. */
export function StatusLine({ id }: { id: Id }) {
  const status = useLive((live) => (live.state ? statusOf(live.state, id) : "up"));
  const problem = useLive((live) => live.state?.problems[id]);
  const stale = useLive((live) => live.link !== "live");
  return (
    <>
      <Text size="sm" component="div" style={{ display: "flex", alignItems: "center", gap: 6 }}>
        <StatusGlyph status={status} />
        {stale ? `${statusWords[status]} when last seen` : statusWords[status]}
      </Text>
      {problem && (
        <Alert color="red" variant="light" p="xs" mt="xs">
          <Text size="xs" className="kernel-words mono">
            {problem.message}
          </Text>
          <Link href={`/history?seq=${problem.seq}`}>What was tried</Link>
        </Alert>
      )}
    </>
  );
}
