"use client";

import { Anchor, Group } from "@mantine/core";
import { IconPlugConnectedX, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { drivers } from "#cnm/drivers/index.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import { gatewayOf } from "#cnm/gateway.ts";
import { shortId } from "#cnm/ids.ts";
import { endpointTitle } from "#cnm/lookup.ts";
import { otherEndOf } from "#cnm/members.ts";
import { canLeave } from "#cnm/rules.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { useApply } from "#components/api/use-apply.ts";
import { useLive, useTopology } from "#components/live/live-provider.tsx";
import { firstRefusal } from "#components/topology/intent.ts";
import { endpointSettings } from "./endpoint-settings.ts";
import { ActionButton, Facts, localTime } from "./facts.tsx";
import styles from "./inspector.module.css";
import { InspectorHead } from "./inspector-head.tsx";
import { JoinSelect } from "./join-select.tsx";
import { Labels } from "./labels.tsx";
import { Links } from "./links.tsx";
import { Ports } from "./ports.tsx";
import { Section } from "./section.tsx";
import { SettingsEditor } from "./settings-editor.tsx";
import { StatusLine } from "./status-line.tsx";

const none: Record<string, string> = {};

export function EndpointFacts({ endpoint }: { endpoint: Endpoint }) {
  const topology = useTopology();
  const trpc = useTRPC();
  const { data } = useQuery(trpc.endpoint.inspect.queryOptions({ ref: endpoint.id }));
  const unsupported = useLive((live) => live.state?.unsupported ?? none);
  const sandboxId = endpoint.attachment?.sandboxId;
  const paired = drivers[topology.networks[endpoint.networkId]?.driver ?? "null"].paired;
  const waits = paired && sandboxId && !otherEndOf(topology, endpoint);
  const gateways = sandboxId ? gatewayOf(topology, sandboxId) : null;
  const serves = [gateways?.ipv4 === endpoint.id && "IPv4", gateways?.ipv6 === endpoint.id && "IPv6"].filter(Boolean);
  return (
    <>
      <InspectorHead kind="Endpoint" name={endpoint.name}>
        <StatusLine id={endpoint.id} />
      </InspectorHead>
      <EndpointActions endpoint={endpoint} />
      <div className={styles.section}>
        <Facts
          facts={[
            {
              label: "Network",
              value: <Jump id={endpoint.networkId} name={topology.networks[endpoint.networkId]?.name} />,
            },
            {
              label: "Sandbox",
              value: sandboxId ? <Jump id={sandboxId} name={topology.sandboxes[sandboxId]?.name} /> : "not joined",
            },
            { label: "Interface", value: endpoint.attachment?.interfaceName ?? null, mono: true },
            { label: "Link", value: waits ? "waits for its other end" : null },
            { label: "IPv4", value: endpoint.ipv4, mono: true, copy: endpoint.ipv4 ?? undefined },
            { label: "IPv6", value: endpoint.ipv6, mono: true, copy: endpoint.ipv6 ?? undefined },
            { label: "MAC", value: endpoint.mac, mono: true, copy: endpoint.mac ?? undefined },
            { label: "Default route", value: endpoint.attachment ? serves.join(" and ") || "no" : null },
            { label: "Host side", value: data?.device ?? null, mono: true, copy: data?.device ?? undefined },
            { label: "Created", value: localTime(endpoint.createdAt) },
            { label: "Id", value: shortId(endpoint.id), mono: true, copy: endpoint.id },
          ]}
        />
        <Labels labels={endpoint.labels} />
      </div>
      <Section title="Options">
        <SettingsEditor
          what="options"
          name={endpointTitle(topology, endpoint)}
          of={endpointSettings(topology, endpoint, unsupported)}
        />
      </Section>
      {topology.networks[endpoint.networkId]?.driver === "bridge" && (
        <>
          <Ports endpoint={endpoint} />
          <Links endpoint={endpoint} />
        </>
      )}
    </>
  );
}

function EndpointActions({ endpoint }: { endpoint: Endpoint }) {
  const ui = useUiStore();
  const topology = useTopology();
  const edit = useEditVerdict();
  const apply = useApply();
  return (
    <div className={styles.section}>
      <Group gap="xs">
        {endpoint.attachment && (
          <ActionButton
            verdict={firstRefusal(edit, canLeave(topology, endpoint.id))}
            icon={<IconPlugConnectedX size={15} aria-hidden />}
            onClick={() =>
              void apply([{ type: "endpoint.leave", endpoint: endpoint.id }], { title: `Unplug ${endpoint.name}` })
            }
          >
            Leave
          </ActionButton>
        )}
        <ActionButton
          verdict={edit}
          icon={<IconTrash size={15} aria-hidden />}
          onClick={() => ui.set({ dialog: { kind: "delete", ids: [endpoint.id] } })}
        >
          Delete…
        </ActionButton>
      </Group>
      {!endpoint.attachment && <JoinSelect endpoint={endpoint} />}
    </div>
  );
}

function Jump({ id, name }: { id: string; name: string | undefined }) {
  const ui = useUiStore();
  return (
    <Anchor
      component="button"
      type="button"
      size="sm"
      underline="always"
      c="inherit"
      onClick={() => ui.set({ selection: [id] })}
    >
      {name ?? shortId(id)}
    </Anchor>
  );
}
