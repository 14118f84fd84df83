"use client";

import { Center, Loader } from "@mantine/core";
import { ReactFlowProvider } from "@xyflow/react";
import { useSearchParams } from "next/navigation";
import { useEffect } from "react";
import { useUiStore } from "#components/actions/ui.ts";
import { Inspector } from "#components/inspector/inspector.tsx";
import { useLive } from "#components/live/live-provider.tsx";
import { Canvas } from "./canvas.tsx";
import { GestureProvider } from "./gesture.tsx";
import styles from "./topology.module.css";

/** The page: canvas and inspector. `?select=<id>` opens with that object selected. */
export function Topology() {
  const ready = useLive((live) => live.state !== null);
  useSelectFromAddress();
  return (
    <div className={styles.page}>
      <h1 className={styles.hidden}>Topology</h1>
      {ready ? (
        <ReactFlowProvider>
          <GestureProvider>
            <Canvas />
          </GestureProvider>
        </ReactFlowProvider>
      ) : (
        <Center flex={1}>
          <Loader type="dots" aria-label="Loading the topology" role="status" />
        </Center>
      )}
      <Inspector />
    </div>
  );
}

function useSelectFromAddress() {
  const wanted = useSearchParams().get("select");
  const ui = useUiStore();
  useEffect(() => {
    if (wanted) ui.set({ selection: [wanted] });
  }, [wanted, ui]);
}
