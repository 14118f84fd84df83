"use client";

import { CloseButton, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useUiStore } from "#components/actions/ui.ts";
import styles from "./inspector.module.css";

/** What is looked at, and the way to stop looking. */
export function InspectorHead({ kind, name, children }: { kind: string; name: string; children?: ReactNode }) {
  const ui = useUiStore();
  return (
    <div className={styles.head}>
      <div className={styles.title}>
        <Text size="xs" c="dimmed">
          {kind}
        </Text>
        <Title order={2} size="h4">
          {name}
        </Title>
        {children}
      </div>
      <CloseButton aria-label="Close the inspector" onClick={() => ui.set({ selection: [] })} />
    </div>
  );
}

/** Enter on a card asks for the inspector's focus; Escape in there gives it back. */
export const focusInspector = () => document.getElementById("inspector")?.focus();
