"use client";

import { Select, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { CommandDraft } from "#cnm/commands.ts";
import type { Id } from "#cnm/ids.ts";
import { canCreateSandbox, canShare } from "#cnm/rules.ts";
import type { SandboxMode } from "#cnm/sandbox.ts";
import type { Trouble } from "#components/api/trouble.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { freeName } from "#components/topology/intent.ts";
import { FormButtons, NameField, nameProblem } from "./form-parts.tsx";
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
    initialValues: {
      name: freeName(topology, "sandbox"),
      mode: "private" as SandboxMode,
      sharedWith: null as Id | null,
    },
    validate: {
      sharedWith: (id, { mode }) => (mode === "shared" && !id ? "Choose a sandbox" : null),
      name: (name) => nameProblem(name, (free) => canCreateSandbox(topology, free)),
    },
  });
  const { trouble, report } = useFormTrouble(form);
  const send = form.onSubmit(async ({ name, mode, sharedWith }) => {
    const place = mode === "shared" && sharedWith ? { mode, sharedWith } : { mode };
    report(await submit({ type: "sandbox.create", name, ...place }));
  });
  const homes = Object.values(topology.sandboxes).filter(({ id }) => canShare(topology, id).ok);
  return (
    <form onSubmit={send} noValidate>
      <Stack gap="sm">
        <NameField field={form.getInputProps("name")} />
        <Select
          label="Namespace"
          allowDeselect={false}
          data={[
            { value: "private", label: "its own" },
            { value: "host", label: "the host's" },
            { value: "shared", label: "that of another sandbox", disabled: homes.length === 0 },
          ]}
          comboboxProps={{ withinPortal: false }}
          {...form.getInputProps("mode")}
        />
        {form.values.mode === "shared" && (
          <Select
            label="Shares the namespace of"
            searchable
            data={homes.map(({ id, name }) => ({ value: id, label: name }))}
            comboboxProps={{ withinPortal: false }}
            {...form.getInputProps("sharedWith")}
          />
        )}
        <FormTrouble trouble={trouble} />
        <FormButtons label="Create sandbox" busy={form.submitting} cancel={cancel} />
      </Stack>
    </form>
  );
}
