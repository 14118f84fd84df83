"use client";

import { Group } from "@mantine/core";
import type { Id } from "#cnm/ids.ts";
import { useLive } from "#components/live/live-provider.tsx";
import { statusOf, statusWords } from "#components/topology/status.ts";
import { StatusGlyph } from "#components/topology/status-glyph.tsx";

export function StatusCell({ id }: { id: Id }) {
  const status = useLive(({ state }) => (state ? statusOf(state, id) : "up"));
  const stale = useLive((live) => live.link !== "live");
  return (
    <Group gap={6} wrap="nowrap">
      <StatusGlyph status={status} />
      {stale ? "unknown" : statusWords[status]}
    </Group>
  );
}
