"use client";

import { NumberInput, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { bridgeSwitches } from "./bridge-options.ts";
import { inForm } from "./form-parts.tsx";
import { GatewayModeSelect } from "./gateway-mode-select.tsx";
import type { NetworkValues } from "./network-values.ts";

interface AdvancedProps {
  form: UseFormReturnType<NetworkValues>;
  /** Those that the driver takes. */
  fields: ReadonlySet<keyof NetworkValues>;
}

/** The options that most networks leave alone. */
export function AdvancedFields({ form, fields }: AdvancedProps) {
  const { ipv6, internal } = form.values;
  const switches = bridgeSwitches.filter(({ key }) => fields.has(key));
  return (
    <Stack gap="sm">
      <SimpleGrid cols={2} spacing="sm">
        {fields.has("bridge") && (
          <TextInput
            label="Bridge device"
            placeholder="automatic"
            classNames={{ input: "mono" }}
            {...form.getInputProps("bridge")}
          />
        )}
        <NumberInput
          label="MTU"
          placeholder="automatic"
          hideControls
          allowDecimal={false}
          {...form.getInputProps("mtu")}
        />
      </SimpleGrid>
      {fields.has("hostBindingIpv4") && (
        <TextInput
          label="Host binding"
          description="Where ports are published that do not say where"
          placeholder="every address"
          classNames={{ input: "mono" }}
          {...form.getInputProps("hostBindingIpv4")}
        />
      )}
      {switches.map(({ key, label, description }) => (
        <Switch key={key} label={label} description={description} {...form.getInputProps(key, { type: "checkbox" })} />
      ))}
      {([4, 6] as const)
        .filter((family) => fields.has(`gatewayModeIpv${family}`) && (family === 4 || ipv6))
        .map((family) => (
          <GatewayModeSelect
            key={family}
            family={family}
            internal={internal}
            comboboxProps={inForm}
            {...form.getInputProps(`gatewayModeIpv${family}`)}
          />
        ))}
    </Stack>
  );
}
