"use client";

import { Button, Collapse, Group, NumberInput, Select, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import type { CommandDraft } from "#cnm/commands.ts";
import { drivers } from "#cnm/drivers/index.ts";
import { Name } from "#cnm/ids.ts";
import { canCreateNetwork, canUseDriver } from "#cnm/rules.ts";
import { sentence } from "#components/api/trouble.ts";
import { useLive, useTopology } from "#components/live/live-provider.tsx";
import { freeName } from "#components/topology/intent.ts";
import { FormTrouble, useFormTrouble } from "./form-trouble.tsx";
import { fieldOf, initialNetwork, networkDraft } from "./network-values.ts";
import type { FormProps } from "./sandbox-form.tsx";

type Draft = Extract<CommandDraft, { type: "network.create" }>;
const none: Record<string, string> = {};

export function NetworkForm({ submit, cancel }: FormProps<Draft>) {
  const topology = useTopology();
  const [more, { toggle }] = useDisclosure();
  const form = useForm({
    initialValues: { ...initialNetwork, name: freeName(topology, "network") },
    validate: {
      name: (name) => {
        const shape = Name.safeParse(name);
        if (!shape.success) return sentence(shape.error.issues[0]?.message ?? "is not a name");
        const verdict = canCreateNetwork(topology, name);
        return verdict.ok ? null : sentence(verdict.message);
      },
    },
  });
  const { trouble, report } = useFormTrouble(form, fieldOf);
  const send = form.onSubmit(async (values) => report(await submit(networkDraft(values))));
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
        <TextInput
          label="Subnet"
          placeholder="automatic"
          classNames={{ input: "mono" }}
          {...form.getInputProps("subnet")}
        />
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={toggle}
          aria-expanded={more}
          style={{ alignSelf: "flex-start" }}
        >
          {more ? "Fewer options" : "More options"}
        </Button>
        <Collapse expanded={more}>
          <Stack gap="sm">
            <DriverSelect value={form.getInputProps("driver")} />
            <SimpleGrid cols={2} spacing="sm">
              <TextInput label="Gateway" placeholder="automatic" {...form.getInputProps("gateway")} />
              <TextInput label="IP range" placeholder="whole subnet" {...form.getInputProps("ipRange")} />
            </SimpleGrid>
            <Switch label="IPv6" {...form.getInputProps("ipv6", { type: "checkbox" })} />
            {form.values.ipv6 && (
              <TextInput label="IPv6 subnet" placeholder="automatic" {...form.getInputProps("subnet6")} />
            )}
            <Switch
              label="Internal"
              description="No default route: nothing gets in or out"
              {...form.getInputProps("internal", { type: "checkbox" })}
            />
            <NumberInput
              label="MTU"
              placeholder="1500"
              hideControls
              allowDecimal={false}
              {...form.getInputProps("mtu")}
            />
          </Stack>
        </Collapse>
        <FormTrouble trouble={trouble} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" size="xs" onClick={cancel}>
            Cancel
          </Button>
          <Button type="submit" size="xs" loading={form.submitting}>
            Create network
          </Button>
        </Group>
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
  return <Select label="Driver" data={data} allowDeselect={false} comboboxProps={{ withinPortal: false }} {...value} />;
}
