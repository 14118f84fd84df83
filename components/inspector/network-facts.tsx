"use client";

import { Group, Text } from "@mantine/core";
import { IconPlugConnected, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { BridgeOptions } from "#cnm/drivers/bridge.ts";
import { drivers } from "#cnm/drivers/index.ts";
import { allowed } from "#cnm/errors.ts";
import { shortId } from "#cnm/ids.ts";
import type { Network } from "#cnm/network.ts";
import { count } from "#cnm/text.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { firstRefusal } from "#components/topology/intent.ts";
import { ActionButton, type Fact, Facts, localTime } from "./facts.tsx";
import styles from "./inspector.module.css";
import { InspectorHead } from "./inspector-head.tsx";
import { Labels } from "./labels.tsx";
import { Members } from "./members.tsx";
import { NetworkOptions } from "./network-options.tsx";
import { Section } from "./section.tsx";
import { StatusLine } from "./status-line.tsx";

export function NetworkFacts({ network }: { network: Network }) {
  const topology = useTopology();
  const trpc = useTRPC();
  const { data } = useQuery(trpc.network.inspect.queryOptions({ ref: network.id }));
  const endpoints = useMemo(
    () => Object.values(topology.endpoints).filter(({ networkId }) => networkId === network.id),
    [topology.endpoints, network.id],
  );
  return (
    <>
      <InspectorHead kind="Network" name={network.name}>
        <StatusLine id={network.id} />
      </InspectorHead>
      <NetworkActions network={network} />
      <div className={styles.section}>
        <Facts
          facts={[
            { label: "Driver", value: drivers[network.driver].title },
            { label: "Scope", value: network.scope },
            { label: "Bridge", value: data?.device ?? null, mono: true, copy: data?.device ?? undefined },
            ...(network.driver === "bridge" ? bridgeFacts(network.options) : []),
            { label: "Created", value: network.predefined ? "predefined" : localTime(network.createdAt) },
            { label: "Id", value: shortId(network.id), mono: true, copy: network.id },
          ]}
        />
        <Labels labels={network.labels} />
      </div>
      {network.pools.map((pool) => (
        <Section title={`IPv${pool.family} pool`} key={pool.subnet}>
          <Facts
            facts={[
              { label: "Subnet", value: pool.subnet, mono: true, copy: pool.subnet },
              { label: "Gateway", value: pool.gateway ?? "none", mono: Boolean(pool.gateway) },
              { label: "IP range", value: pool.ipRange, mono: true },
              ...Object.entries(pool.auxAddresses).map(([name, address]) => ({
                label: name,
                value: address,
                mono: true,
              })),
            ]}
          />
        </Section>
      ))}
      {network.driver === "bridge" && <NetworkOptions network={network} />}
      <Section title="Endpoints" count={endpoints.length}>
        {endpoints.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing is connected. Draw a cable from a sandbox, or press C.
          </Text>
        ) : (
          <Members
            endpoints={endpoints}
            from="network"
            label={`${count(endpoints.length, "endpoint")} of ${network.name}`}
          />
        )}
      </Section>
    </>
  );
}

/** What is given once, and the rest of what a bridge network has besides switches. */
function bridgeFacts(options: BridgeOptions): Fact[] {
  return [
    { label: "MTU", value: options.mtu },
    {
      label: "Host binding",
      value: options.hostBindingIpv4 ?? "every address",
      mono: Boolean(options.hostBindingIpv4),
    },
    { label: "Source IPv4", value: options.hostIpv4, mono: true },
    { label: "Source IPv6", value: options.hostIpv6, mono: true },
    { label: "Interfaces", value: `${options.interfacePrefix}0, ${options.interfacePrefix}1 …`, mono: true },
    { label: "Bridge IPv4", value: options.inhibitIpv4 ? "no address of its own" : null },
    { label: "Device", value: options.adopted ? "was there before, and stays" : null },
  ];
}

function NetworkActions({ network }: { network: Network }) {
  const ui = useUiStore();
  const edit = useEditVerdict();
  const deletable = network.predefined
    ? ({
        ok: false,
        code: "FORBIDDEN",
        rule: "network-predefined",
        message: `network ${network.name} is predefined and stays`,
      } as const)
    : allowed;
  return (
    <div className={styles.section}>
      <Group gap="xs">
        <ActionButton
          verdict={edit}
          icon={<IconPlugConnected size={15} aria-hidden />}
          onClick={() => ui.set({ dialog: { kind: "connect", from: network.id } })}
        >
          Connect…
        </ActionButton>
        <ActionButton
          verdict={firstRefusal(deletable, edit)}
          icon={<IconTrash size={15} aria-hidden />}
          onClick={() => ui.set({ dialog: { kind: "delete", ids: [network.id] } })}
        >
          Delete…
        </ActionButton>
      </Group>
    </div>
  );
}
