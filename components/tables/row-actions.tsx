"use client";

import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconPencil, IconPlugConnected, IconPlus, IconTrash } from "@tabler/icons-react";
import type { Id } from "#cnm/ids.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { sentence } from "#components/api/trouble.ts";
import { focusInspector } from "#components/inspector/inspector-head.tsx";

export function ConnectButton({ id, name }: { id: Id; name: string }) {
  const ui = useUiStore();
  return (
    <ActionIcon
      variant="subtle"
      size={28}
      aria-label={`Connect ${name}`}
      title="Connect…"
      onClick={() => ui.set({ dialog: { kind: "connect", from: id } })}
    >
      <IconPlugConnected size={16} aria-hidden />
    </ActionIcon>
  );
}

export function DeleteButton({ id, name }: { id: Id; name: string }) {
  const ui = useUiStore();
  return (
    <ActionIcon
      variant="subtle"
      size={28}
      aria-label={`Delete ${name}`}
      title="Delete…"
      onClick={() => ui.set({ dialog: { kind: "delete", ids: [id] } })}
    >
      <IconTrash size={16} aria-hidden />
    </ActionIcon>
  );
}

/** Opens the endpoint in the inspector, where its ports are changed. */
export function EditPortsButton({ id, name }: { id: Id; name: string }) {
  const ui = useUiStore();
  return (
    <ActionIcon
      variant="subtle"
      size={28}
      aria-label={`Change the ports of ${name}`}
      title="Change…"
      onClick={() => {
        ui.set({ selection: [id] });
        requestAnimationFrame(focusInspector);
      }}
    >
      <IconPencil size={16} aria-hidden />
    </ActionIcon>
  );
}

export function NewButton({ kind }: { kind: "network" | "sandbox" }) {
  const ui = useUiStore();
  const edit = useEditVerdict();
  return (
    <Tooltip label={edit.ok ? "" : sentence(edit.message)} disabled={edit.ok}>
      <Button
        size="xs"
        leftSection={<IconPlus size={15} aria-hidden />}
        data-disabled={!edit.ok || undefined}
        aria-disabled={!edit.ok || undefined}
        onClick={() => edit.ok && ui.set({ dialog: { kind } })}
      >
        New {kind}
      </Button>
    </Tooltip>
  );
}
