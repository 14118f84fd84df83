"use client";

import { Select, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { CommandDraft } from "#cnm/commands.ts";
import { drivers } from "#cnm/drivers/index.ts";
import { canCreateNetwork, canUseDriver } from "#cnm/rules.ts";
import { useLive, useTopology } from "#components/live/live-provider.tsx";
import { freeName } from "#components/topology/intent.ts";
import { AdvancedFields } from "./advanced-fields.tsx";
import { internalSwitch } from "./bridge-options.ts";
import { Disclosure } from "./disclosure.tsx";
import { FormButtons, inForm, NameField, nameProblem } from "./form-parts.tsx";
import { FormTrouble, useFormTrouble } from "./form-trouble.tsx";
import { fieldOf, fieldsOf, initialNetwork, networkDraft } from "./network-values.ts";
import type { FormProps } from "./sandbox-form.tsx";

type Draft = Extract<CommandDraft, { type: "network.create" }>;
const none: Record<string, string> = {};

export function NetworkForm({ submit, cancel }: FormProps<Draft>) {
  const topology = useTopology();
  const form = useForm({
    initialValues: { ...initialNetwork, name: freeName(topology, "network") },
    validate: {
      name: (name) => nameProblem(name, (free) => canCreateNetwork(topology, free)),
    },
  });
  const { trouble, report } = useFormTrouble(form, fieldOf);
  const fields = fieldsOf(form.values.driver);
  const send = form.onSubmit(async (values) => report(await submit(networkDraft(values))));
  return (
    <form onSubmit={send} noValidate>
      <Stack gap="sm">
        <NameField field={form.getInputProps("name")} />
        <TextInput
          label="Subnet"
          placeholder="automatic"
          classNames={{ input: "mono" }}
          {...form.getInputProps("subnet")}
        />
        <Disclosure more="More options" fewer="Fewer options">
          <Stack gap="sm">
            <DriverSelect value={form.getInputProps("driver")} />
            <SimpleGrid cols={2} spacing="sm">
              {fields.has("gateway") && (
                <TextInput label="Gateway" placeholder="automatic" {...form.getInputProps("gateway")} />
              )}
              <TextInput label="IP range" placeholder="whole subnet" {...form.getInputProps("ipRange")} />
            </SimpleGrid>
            <Switch label="IPv6" {...form.getInputProps("ipv6", { type: "checkbox" })} />
            {form.values.ipv6 && (
              <TextInput label="IPv6 subnet" placeholder="automatic" {...form.getInputProps("subnet6")} />
            )}
            {fields.has("internal") && (
              <Switch {...internalSwitch} {...form.getInputProps("internal", { type: "checkbox" })} />
            )}
            <Disclosure more="Advanced" fewer="Hide advanced">
              <AdvancedFields form={form} fields={fields} />
            </Disclosure>
          </Stack>
        </Disclosure>
        <FormTrouble trouble={trouble} />
        <FormButtons label="Create network" busy={form.submitting} cancel={cancel} />
      </Stack>
    </form>
  );
}

/** Every driver that exists; what cannot be used is there too, with the reason. */
function DriverSelect({ value }: { value: object }) {
  const unsupported = useLive((live) => live.state?.unsupported ?? none);
  const data = Object.values(drivers)
    .filter((driver) => driver.creatable)
    .map(({ name, title }) => {
      const verdict = canUseDriver(name, unsupported);
      return { value: name, label: verdict.ok ? title : `${title}: ${verdict.message}`, disabled: !verdict.ok };
    });
  return <Select label="Driver" data={data} allowDeselect={false} comboboxProps={inForm} {...value} />;
}
