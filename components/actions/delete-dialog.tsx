"use client";

import { Button, Group, List, ScrollArea, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Id } from "#cnm/ids.ts";
import { count } from "#cnm/text.ts";
import { type Trouble, troubleOfRefusal } from "#components/api/trouble.ts";
import { useApply } from "#components/api/use-apply.ts";
import { Dialog } from "#components/frame/dialog.tsx";
import { useTopology } from "#components/live/live-provider.tsx";
import { type DeletionPlan, type Going, planDeletion } from "./deletion.ts";
import { FormTrouble } from "./form-trouble.tsx";
import { useUiStore } from "./ui.ts";

/** Says what goes, and what goes with it, before anything does. */
export function DeleteDialog({ ids, close }: { ids: Id[]; close: () => void }) {
  const plan = planDeletion(useTopology(), ids);
  const { typed, setTyped, busy, trouble, run } = useDeletion(plan, close);
  const { asked, along, confirm, verdict } = plan;
  const title =
    asked.length === 1 ? `Delete ${asked[0]?.kind} ${asked[0]?.name}?` : `Delete ${count(asked.length, "object")}?`;
  const ready = verdict.ok && (confirm === null || typed === confirm);
  return (
    <Dialog title={title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void run();
        }}
      >
        <Stack gap="sm">
          {asked.length > 1 && <GoingList title="These are deleted" items={asked} />}
          {along.length > 0 && <GoingList title="These go along" items={along} />}
          {asked.length === 0 && <Text size="sm">It is gone already.</Text>}
          {verdict.ok && along.length === 0 && asked.length === 1 && <Text size="sm">Nothing else goes with it.</Text>}
          {confirm !== null && (
            <TextInput
              label={`Type "${confirm}" to confirm`}
              autoComplete="off"
              data-autofocus
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          {busy && (
            <Text size="sm" c="dimmed" role="status">
              The kernel takes away {count(asked.length + along.length, "object")}; their cards are marked until it is
              done.
            </Text>
          )}
          <FormTrouble trouble={trouble ?? (verdict.ok ? null : troubleOfRefusal(verdict))} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="xs" onClick={close}>
              Cancel
            </Button>
            <Button
              type="submit"
              size="xs"
              color="#b91c1c"
              loading={busy}
              disabled={!ready || asked.length === 0}
              data-autofocus={confirm === null || undefined}
            >
              Delete
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function useDeletion(plan: DeletionPlan, close: () => void) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const apply = useApply();
  const ui = useUiStore();
  const run = async () => {
    setBusy(true);
    const result = await apply(plan.commands, { title: "Delete", quiet: true });
    setBusy(false);
    if (!result.ok) return setTrouble(result.trouble);
    ui.set({ selection: [] });
    close();
  };
  return { typed, setTyped, busy, trouble, run };
}

function GoingList({ title, items }: { title: string; items: Going[] }) {
  return (
    <div>
      <Text size="sm" fw={500}>
        {title}: {items.length}
      </Text>
      <ScrollArea.Autosize mah={180} type="auto" viewportProps={{ tabIndex: 0, role: "group", "aria-label": title }}>
        <List size="sm" withPadding>
          {items.map(({ id, kind, name, live }) => (
            <List.Item key={id}>
              {kind} <strong>{name}</strong>
              {live && " (in use)"}
            </List.Item>
          ))}
        </List>
      </ScrollArea.Autosize>
    </div>
  );
}
