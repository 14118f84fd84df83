"use client";

import { Select, type SelectProps, Text } from "@mantine/core";
import type { Family } from "#cnm/cidr.ts";
import { GatewayMode } from "#cnm/drivers/bridge.ts";
import { gatewayModeItems, gatewayModeWords } from "./bridge-options.ts";

type Props = { family: Family; internal: boolean } & SelectProps;

/** Every mode with a line of what it means; the one that is chosen is explained below the field. */
export function GatewayModeSelect({ family, internal, ...props }: Props) {
  const chosen = GatewayMode.safeParse(props.value);
  return (
    <Select
      label={`Gateway mode, IPv${family}`}
      data={gatewayModeItems(internal)}
      allowDeselect={false}
      inputWrapperOrder={["label", "input", "description", "error"]}
      description={chosen.success ? gatewayModeWords[chosen.data] : undefined}
      renderOption={({ option }) => <ModeOption value={option.value} label={option.label} />}
      {...props}
    />
  );
}

function ModeOption({ value, label }: { value: string; label: string }) {
  const mode = GatewayMode.safeParse(value);
  return (
    <div>
      <Text size="sm">{label}</Text>
      {mode.success && (
        <Text size="xs" c="dimmed">
          {gatewayModeWords[mode.data]}
        </Text>
      )}
    </div>
  );
}
