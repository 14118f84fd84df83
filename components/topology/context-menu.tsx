"use client";

import { Menu } from "@mantine/core";
import { IconBox, IconInfoCircle, IconNetwork, IconPlugConnected, IconTrash } from "@tabler/icons-react";
import { useReactFlow } from "@xyflow/react";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { focusInspector } from "#components/inspector/inspector-head.tsx";
import type { Current } from "./gesture.tsx";
import type { Card, Line } from "./graph.ts";
import { spotAt } from "./spot.ts";
import styles from "./topology.module.css";

export interface MenuAt {
  /** Null on the empty canvas. */
  on: Current | null;
  x: number;
  y: number;
}

/** What can be done here, for the right button and Shift+F10. */
export function ContextMenu({ on, x, y, close }: MenuAt & { close: () => void }) {
  const ui = useUiStore();
  const edit = useEditVerdict();
  const flow = useReactFlow<Card, Line>();
  const create = (kind: "network" | "sandbox") => ui.set({ dialog: { kind, spot: spotAt(flow, { x, y }) } });
  const inspect = (id: string) => {
    ui.set({ selection: [id] });
    requestAnimationFrame(focusInspector);
  };
  return (
    <Menu
      opened
      onClose={close}
      position="bottom-start"
      width={200}
      returnFocus
      withinPortal={false}
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        <button
          type="button"
          tabIndex={-1}
          aria-label="Menu"
          className={styles.menuAnchor}
          style={{ left: x, top: y }}
        />
      </Menu.Target>
      <Menu.Dropdown>
        {on ? (
          <>
            <Menu.Item leftSection={<IconInfoCircle size={16} aria-hidden />} onClick={() => inspect(on.id)}>
              Inspect
            </Menu.Item>
            {on.kind === "card" && (
              <Menu.Item
                disabled={!edit.ok}
                leftSection={<IconPlugConnected size={16} aria-hidden />}
                onClick={() => ui.set({ dialog: { kind: "connect", from: on.id } })}
              >
                Connect…
              </Menu.Item>
            )}
            <Menu.Item
              disabled={!edit.ok}
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() => ui.set({ dialog: { kind: "delete", ids: [on.id] } })}
            >
              Delete…
            </Menu.Item>
          </>
        ) : (
          <>
            <Menu.Item
              disabled={!edit.ok}
              leftSection={<IconNetwork size={16} aria-hidden />}
              onClick={() => create("network")}
            >
              New network here
            </Menu.Item>
            <Menu.Item
              disabled={!edit.ok}
              leftSection={<IconBox size={16} aria-hidden />}
              onClick={() => create("sandbox")}
            >
              New sandbox here
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
