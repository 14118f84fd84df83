"use client";

import { Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { canCreateSandbox, canShare } from "#cnm/rules.ts";
import type { Trouble } from "#components/api/trouble.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { freeName } from "#components/topology/intent.ts";
import { FormButtons, NameField, nameProblem } from "./form-parts.tsx";
import { FormTrouble, useFormTrouble } from "./form-trouble.tsx";
import {
  adoptable,
  adoptableWords,
  initialSandbox,
  isAdoptable,
  type SandboxDraft,
  type SandboxValues,
  sandboxDraft,
  sourceProblem,
} from "./sandbox-values.ts";

export interface FormProps<Draft> {
  /** Null when it was made; else why not. */
  submit: (draft: Draft) => Promise<Trouble | null>;
  cancel: () => void;
}

const namespaces = [
  { value: "private", label: "its own" },
  { value: "host", label: "the host's" },
  { value: "shared", label: "that of another sandbox" },
  ...adoptable.map((value) => ({ value, label: adoptableWords[value].choice })),
];

export function SandboxForm({ submit, cancel }: FormProps<SandboxDraft>) {
  const topology = useTopology();
  const form = useForm<SandboxValues>({
    initialValues: { ...initialSandbox, name: freeName(topology, "sandbox") },
    validate: {
      sharedWith: (id, { mode }) => (mode === "shared" && !id ? "Choose a sandbox" : null),
      pid: (_, values) => sourceProblem("pid", values),
      netns: (_, values) => sourceProblem("netns", values),
      container: (_, values) => sourceProblem("container", values),
      name: (name) => nameProblem(name, (free) => canCreateSandbox(topology, free)),
    },
  });
  const { trouble, report } = useFormTrouble(form);
  const send = form.onSubmit(async (values) => report(await submit(sandboxDraft(values))));
  const homes = Object.values(topology.sandboxes).filter(({ id }) => canShare(topology, id).ok);
  return (
    <form onSubmit={send} noValidate>
      <Stack gap="sm">
        <NameField field={form.getInputProps("name")} />
        <Select
          label="Namespace"
          allowDeselect={false}
          data={namespaces.map((choice) => ({ ...choice, disabled: choice.value === "shared" && homes.length === 0 }))}
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
        {isAdoptable(form.values.mode) && (
          <TextInput
            label={adoptableWords[form.values.mode].label}
            placeholder={adoptableWords[form.values.mode].example}
            description="Nothing in it is changed but what you connect, and deletion leaves it as it was."
            {...form.getInputProps(form.values.mode)}
          />
        )}
        <FormTrouble trouble={trouble} />
        <FormButtons label="Create sandbox" busy={form.submitting} cancel={cancel} />
      </Stack>
    </form>
  );
}
