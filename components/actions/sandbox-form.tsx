"use client";

import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { CommandDraft } from "#cnm/commands.ts";
import { Name } from "#cnm/ids.ts";
import { canCreateSandbox } from "#cnm/rules.ts";
import type { Trouble } from "#components/api/trouble.ts";
import { sentence } from "#components/api/trouble.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { freeName } from "#components/topology/intent.ts";
import { FormTrouble, useFormTrouble } from "./form-trouble.tsx";

export interface FormProps<Draft> {
  /** Null when it was made; else why not. */
  submit: (draft: Draft) => Promise<Trouble | null>;
  cancel: () => void;
}

type Draft = Extract<CommandDraft, { type: "sandbox.create" }>;

export function SandboxForm({ submit, cancel }: FormProps<Draft>) {
  const topology = useTopology();
  const form = useForm({
    initialValues: { name: freeName(topology, "sandbox"), mode: "private" as "private" | "host" },
    validate: {
      name: (name) => {
        const shape = Name.safeParse(name);
        if (!shape.success) return sentence(shape.error.issues[0]?.message ?? "is not a name");
        const verdict = canCreateSandbox(topology, name);
        return verdict.ok ? null : sentence(verdict.message);
      },
    },
  });
  const { trouble, report } = useFormTrouble(form);
  const send = form.onSubmit(async ({ name, mode }) => report(await submit({ type: "sandbox.create", name, mode })));
  return (
    <form onSubmit={send} noValidate>
      <Stack gap="sm">
        <TextInput
          label="Name"
          data-autofocus
          autoFocus
          {...form.getInputProps("name")}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Select
          label="Namespace"
          allowDeselect={false}
          data={[
            { value: "private", label: "its own" },
            { value: "host", label: "the host's" },
          ]}
          comboboxProps={{ withinPortal: false }}
          {...form.getInputProps("mode")}
        />
        <FormTrouble trouble={trouble} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" size="xs" onClick={cancel}>
            Cancel
          </Button>
          <Button type="submit" size="xs" loading={form.submitting}>
            Create sandbox
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
