"use client";

import { Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { canCreateSandbox, canShare } from "#cnm/rules.ts";
import { useAdoptVerdict } from "#components/api/session.tsx";
import { sentence, type Trouble } from "#components/api/trouble.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { freeName } from "#components/topology/intent.ts";
import { AdoptablePicker } from "./adoptable-picker.tsx";
import { valuesOf } from "./adoptable-search.ts";
import { FormButtons, inForm, NameField, nameProblem } from "./form-parts.tsx";
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

export function SandboxForm({ submit, cancel, mode }: FormProps<SandboxDraft> & Partial<Pick<SandboxValues, "mode">>) {
  const topology = useTopology();
  const adopt = useAdoptVerdict();
  const form = useForm<SandboxValues>({
    initialValues: { ...initialSandbox, name: freeName(topology, "sandbox"), ...(mode && { mode }) },
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
          description={adopt.ok ? undefined : `${sentence(adopt.message)}.`}
          data={choices({ share: homes.length > 0, adopt: adopt.ok })}
          comboboxProps={inForm}
          {...form.getInputProps("mode")}
        />
        {form.values.mode === "shared" && (
          <Select
            label="Shares the namespace of"
            searchable
            data={homes.map(({ id, name }) => ({ value: id, label: name }))}
            comboboxProps={inForm}
            {...form.getInputProps("sharedWith")}
          />
        )}
        {isAdoptable(form.values.mode) && adopt.ok && (
          <AdoptablePicker onChoose={(found) => form.setValues(valuesOf(found, topology))} />
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

/** Whose namespace the sandbox can be in; what cannot be now is dimmed. */
function choices(possible: { share: boolean; adopt: boolean }) {
  return [
    { value: "private", label: "its own" },
    { value: "host", label: "the host's" },
    { value: "shared", label: "that of another sandbox", disabled: !possible.share },
    ...adoptable.map((value) => ({ value, label: adoptableWords[value].choice, disabled: !possible.adopt })),
  ];
}
