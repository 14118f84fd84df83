"use client";

import { Button, Group, Radio, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import type { Id } from "#cnm/ids.ts";
import { sentence } from "#components/api/trouble.ts";
import { Dialog } from "#components/frame/dialog.tsx";
import { useTopology } from "#components/live/live-provider.tsx";
import { type Meeting, meetingName, meetings } from "#components/topology/meeting.ts";
import { useUiStore } from "./ui.ts";

/** A cable from one sandbox to another: what it shall be. The plan of the choice is shown next. */
export function MeetDialog({ from, to, close }: { from: Id; to: Id; close: () => void }) {
  const topology = useTopology();
  const ui = useUiStore();
  const [a, b] = [topology.sandboxes[from], topology.sandboxes[to]];
  const [name, setName] = useState(() => (a && b ? meetingName(topology, a, b) : ""));
  const choices = useMemo(() => (a && b ? meetings(topology, [a, b], name) : []), [topology, a, b, name]);
  const [kind, setKind] = useState<Meeting["kind"] | null>(null);
  const chosen = choices.find((choice) => (kind ? choice.kind === kind : choice.verdict.ok));
  if (!a || !b) return null;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!chosen?.verdict.ok) return;
    ui.set({ dialog: { kind: "plan", title: `${chosen.title}: ${a.name} and ${b.name}`, commands: chosen.commands } });
  };
  return (
    <Dialog title={`Join ${a.name} and ${b.name}`} close={close}>
      <form onSubmit={send} noValidate>
        <Stack gap="sm">
          <Radio.Group
            label="As"
            value={chosen?.kind ?? null}
            onChange={(value) => setKind(choices.find((choice) => choice.kind === value)?.kind ?? null)}
          >
            <Stack gap="xs" mt={4}>
              {choices.map(({ kind: value, title, words, verdict }) => (
                <Radio
                  key={value}
                  value={value}
                  label={title}
                  disabled={!verdict.ok}
                  description={verdict.ok ? words : `${sentence(verdict.message)}.`}
                  data-autofocus={value === chosen?.kind || undefined}
                />
              ))}
            </Stack>
          </Radio.Group>
          {chosen && chosen.kind !== "share" && (
            <TextInput
              label="Name of the network"
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.currentTarget.value.trim())}
            />
          )}
          {!chosen && <Text size="sm">None of these is possible.</Text>}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="xs" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" size="xs" disabled={!chosen?.verdict.ok}>
              Show the plan
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
