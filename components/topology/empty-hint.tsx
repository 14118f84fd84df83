"use client";

import { Kbd, Text, Title } from "@mantine/core";
import { useLive } from "#components/live/live-provider.tsx";
import styles from "./topology.module.css";

/** The first look: what to do, in one sentence per step. Gone with the first object. */
export function EmptyHint() {
  const empty = useLive(({ state }) => {
    if (!state) return false;
    const { networks, sandboxes } = state.topology;
    return Object.keys(sandboxes).length === 0 && Object.values(networks).every((network) => network.predefined);
  });
  if (!empty) return null;
  return (
    <div className={styles.empty}>
      <Title order={2} size="h4" mb={6}>
        Nothing is patched yet
      </Title>
      <Text size="sm" c="dimmed">
        Drag a <strong>Network</strong> and two <strong>Sandboxes</strong> from the top left onto the canvas, then draw
        a cable from each sandbox's socket to the network. By keyboard: <Kbd size="xs">N</Kbd>, <Kbd size="xs">S</Kbd>,
        then <Kbd size="xs">C</Kbd> on a sandbox.
      </Text>
    </div>
  );
}
