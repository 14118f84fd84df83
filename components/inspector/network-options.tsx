"use client";

import { Stack, Switch, Text } from "@mantine/core";
import type { CommandDraft } from "#cnm/commands.ts";
import type { NetworkOf } from "#cnm/network.ts";
import { canUpdateNetwork } from "#cnm/rules.ts";
import { bridgeSwitches, internalSwitch, shortLabel } from "#components/actions/bridge-options.ts";
import { GatewayModeSelect } from "#components/actions/gateway-mode-select.tsx";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { sentence } from "#components/api/trouble.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { firstRefusal } from "#components/topology/intent.ts";
import { Section } from "./section.tsx";

type Update = Omit<Extract<CommandDraft, { type: "network.update" }>, "type" | "network">;

/** The switches of a bridge network. Each shows its plan first; until that is applied the switch stays where it was. */
export function NetworkOptions({ network }: { network: NetworkOf<"bridge"> }) {
  const { id, name, internal, options, pools } = network;
  const ui = useUiStore();
  const verdict = firstRefusal(useEditVerdict(), canUpdateNetwork(useTopology(), id));
  const propose = (what: string, update: Update) =>
    ui.set({
      dialog: {
        kind: "plan",
        title: `${what} of ${name}?`,
        commands: [{ type: "network.update", network: id, ...update }],
      },
    });
  const option = (key: string, value: string) => ({ options: { [shortLabel(key)]: value } });
  const onOff = (on: boolean, label: string) => `Turn ${on ? "on" : "off"} ${label.toLowerCase()}`;
  return (
    <Section title="Options">
      <Stack gap="sm">
        {!verdict.ok && (
          <Text size="xs" c="dimmed">
            {sentence(verdict.message)}.
          </Text>
        )}
        {bridgeSwitches.map(({ key, label, description }) => (
          <Switch
            key={key}
            size="sm"
            label={label}
            description={description}
            checked={options[key]}
            disabled={!verdict.ok}
            onChange={() => propose(onOff(!options[key], label), option(key, String(!options[key])))}
          />
        ))}
        <Switch
          size="sm"
          {...internalSwitch}
          checked={internal}
          disabled={!verdict.ok}
          onChange={() => propose(onOff(!internal, internalSwitch.label), { internal: !internal })}
        />
        {pools.map(({ family }) => {
          const key = `gatewayModeIpv${family}` as const;
          return (
            <GatewayModeSelect
              key={family}
              size="xs"
              family={family}
              internal={internal}
              value={options[key]}
              disabled={!verdict.ok}
              onChange={(mode) =>
                mode && mode !== options[key] && propose(`Change the IPv${family} gateway mode`, option(key, mode))
              }
            />
          );
        })}
      </Stack>
    </Section>
  );
}
