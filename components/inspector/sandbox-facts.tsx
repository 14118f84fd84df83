"use client";

import { Button, Group, Text } from "@mantine/core";
import { IconPlugConnected, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { shortId } from "#cnm/ids.ts";
import { endpointsIn, occupantsOf } from "#cnm/members.ts";
import { sourceWords } from "#cnm/origin.ts";
import { reachedBy } from "#cnm/resolver.ts";
import { canHaveOwnFiles } from "#cnm/rules.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import { count } from "#cnm/text.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { sentence } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { Dns } from "./dns.tsx";
import { ActionButton, Facts, localTime } from "./facts.tsx";
import { Files } from "./files.tsx";
import styles from "./inspector.module.css";
import { InspectorHead } from "./inspector-head.tsx";
import { Labels } from "./labels.tsx";
import { Members } from "./members.tsx";
import { Ports } from "./ports.tsx";
import { Routes } from "./routes.tsx";
import { Section } from "./section.tsx";
import { StatusLine } from "./status-line.tsx";

export function SandboxFacts({ sandbox }: { sandbox: Sandbox }) {
  const topology = useTopology();
  const ui = useUiStore();
  const edit = useEditVerdict();
  const trpc = useTRPC();
  // No event tells that a process has ended.
  const refetchInterval = sandbox.origin ? 2000 : false;
  const { data } = useQuery(trpc.sandbox.inspect.queryOptions({ ref: sandbox.id }, { refetchInterval }));
  const endpoints = useMemo(() => endpointsIn(topology, sandbox.id), [topology, sandbox.id]);
  const occupants = occupantsOf(topology, sandbox.id);
  const owner = sandbox.sharedWith ? topology.sandboxes[sandbox.sharedWith] : undefined;
  return (
    <>
      <InspectorHead kind={sandbox.managed ? "Sandbox, managed" : "Sandbox"} name={sandbox.name}>
        <StatusLine id={sandbox.id} />
      </InspectorHead>
      <div className={styles.section}>
        <Group gap="xs">
          {!owner && (
            <ActionButton
              verdict={edit}
              icon={<IconPlugConnected size={15} aria-hidden />}
              onClick={() => ui.set({ dialog: { kind: "connect", from: sandbox.id } })}
            >
              Connect…
            </ActionButton>
          )}
          <ActionButton
            verdict={edit}
            icon={<IconTrash size={15} aria-hidden />}
            onClick={() => ui.set({ dialog: { kind: "delete", ids: [sandbox.id] } })}
          >
            Delete…
          </ActionButton>
        </Group>
      </div>
      <div className={styles.section}>
        <Facts
          facts={[
            {
              label: "Namespace",
              value: data?.namespace ?? (sandbox.mode === "host" ? "the host's" : null),
              mono: Boolean(data?.namespace),
            },
            ...adoptionFacts(sandbox, data?.processRuns ?? null),
            { label: "Key", value: data?.key ?? null, mono: true, copy: data?.key ?? undefined },
            ...(owner ? [{ label: "Shares", value: `the namespace of ${owner.name}` }] : []),
            { label: "Lifetime", value: sandbox.managed ? "goes with its last endpoint" : "until it is deleted" },
            { label: "Created", value: localTime(sandbox.createdAt) },
            { label: "Id", value: shortId(sandbox.id), mono: true, copy: sandbox.id },
          ]}
        />
        <Labels labels={sandbox.labels} />
      </div>
      {occupants.length > 0 && <Occupants occupants={occupants} />}
      {!owner && (
        <Section title="Endpoints" count={endpoints.length}>
          {endpoints.length === 0 ? (
            <Text size="sm" c="dimmed">
              In no network. Draw a cable to one, or press C.
            </Text>
          ) : (
            <Members
              endpoints={endpoints}
              from="sandbox"
              label={`${count(endpoints.length, "endpoint")} of ${sandbox.name}`}
            />
          )}
        </Section>
      )}
      {endpoints
        .filter(({ networkId }) => topology.networks[networkId]?.driver === "bridge")
        .map((endpoint) => (
          <Ports
            key={endpoint.id}
            endpoint={endpoint}
            title={endpoints.length > 1 ? `Ports on ${topology.networks[endpoint.networkId]?.name}` : "Ports"}
          />
        ))}
      <Routes sandbox={sandbox} />
      <Names sandbox={sandbox} />
    </>
  );
}

/** What it knows others by. An occupant has its owner's; who has neither resolver nor files of its own says why. */
function Names({ sandbox }: { sandbox: Sandbox }) {
  const topology = useTopology();
  const verdict = canHaveOwnFiles(topology, sandbox);
  const home = (sandbox.sharedWith && topology.sandboxes[sandbox.sharedWith]) || sandbox;
  if (!verdict.ok && home === sandbox)
    return (
      <Section title="DNS and files">
        <Text size="sm" c="dimmed">
          {sentence(verdict.message)}. {sentence(verdict.lift ?? "")}.
          {sandbox.mode === "adopted" && ` ${sentence(reachedBy(topology, sandbox))}.`}
        </Text>
      </Section>
    );
  return (
    <>
      <Dns sandbox={home} verdict={verdict} />
      <Files sandbox={home} verdict={verdict} />
    </>
  );
}

/** Who else is in the namespace; a click looks at one of them. */
function Occupants({ occupants }: { occupants: readonly Sandbox[] }) {
  const ui = useUiStore();
  return (
    <Section title="Shared by" count={occupants.length}>
      <Group gap="xs">
        {occupants.map(({ id, name }) => (
          <Button key={id} size="compact-sm" variant="default" onClick={() => ui.set({ selection: [id] })}>
            {name}
          </Button>
        ))}
      </Group>
    </Section>
  );
}

function adoptionFacts({ origin }: Sandbox, runs: boolean | null) {
  if (!origin) return [];
  const state = { label: "Its process", value: runs ? "runs" : "has ended" };
  return [{ label: "Adopted from", value: sourceWords(origin.source) }, ...(runs === null ? [] : [state])];
}
