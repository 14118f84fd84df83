"use client";

import { Button, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import type { Id } from "#cnm/ids.ts";
import { useUi, useUiStore } from "#components/actions/ui.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { kindOf } from "#components/topology/intent.ts";
import { EndpointFacts } from "./endpoint-facts.tsx";
import styles from "./inspector.module.css";
import { InspectorHead } from "./inspector-head.tsx";
import { NetworkFacts } from "./network-facts.tsx";
import { SandboxFacts } from "./sandbox-facts.tsx";

/** Everything about what is selected, and everything that can be done with it. Nothing is shown when nothing is selected. */
export function Inspector() {
  const selection = useUi((ui) => ui.selection);
  const topology = useTopology();
  const present = selection.filter((id) => kindOf(topology, id));
  const [only] = present;
  if (!only) return null;
  return <Panel>{present.length === 1 ? <One id={only} key={only} /> : <Several ids={present} />}</Panel>;
}

function Panel({ children }: { children: ReactNode }) {
  const ui = useUiStore();
  const panel = useRef<HTMLElement>(null);
  const back = useRef<Element | null>(null);
  useEffect(() => {
    const remember = (event: FocusEvent) => {
      if (!panel.current?.contains(event.relatedTarget as Node | null))
        back.current = event.relatedTarget as Element | null;
    };
    const current = panel.current;
    current?.addEventListener("focusin", remember);
    return () => current?.removeEventListener("focusin", remember);
  }, []);
  const close = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    ui.set({ selection: [] });
    if (back.current instanceof HTMLElement || back.current instanceof SVGElement) back.current.focus();
  };
  return (
    <aside id="inspector" ref={panel} className={styles.panel} aria-label="Inspector" tabIndex={-1} onKeyDown={close}>
      {children}
    </aside>
  );
}

function One({ id }: { id: Id }) {
  const topology = useTopology();
  const network = topology.networks[id];
  const sandbox = topology.sandboxes[id];
  const endpoint = topology.endpoints[id];
  if (network) return <NetworkFacts network={network} />;
  if (sandbox) return <SandboxFacts sandbox={sandbox} />;
  return endpoint ? <EndpointFacts endpoint={endpoint} /> : null;
}

function Several({ ids }: { ids: Id[] }) {
  const ui = useUiStore();
  return (
    <>
      <InspectorHead kind="Selection" name={`${ids.length} objects`} />
      <div className={styles.section}>
        <Text size="sm" c="dimmed" mb="sm">
          Choose one to see its facts, or delete them together as one change.
        </Text>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconTrash size={15} aria-hidden />}
          onClick={() => ui.set({ dialog: { kind: "delete", ids } })}
        >
          Delete…
        </Button>
      </div>
    </>
  );
}
