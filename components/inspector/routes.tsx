"use client";

import { ActionIcon, Button, Group, Loader, Text, TextInput } from "@mantine/core";
import { IconCrown, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type DragEvent, type FormEvent, useEffect, useState } from "react";
import { type Contender, contenders, crowning } from "#cnm/crown.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import { endpointsIn } from "#cnm/members.ts";
import { formatRoute, parseRoute } from "#cnm/route.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { sentence, troubleOf } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useLive, useTopology } from "#components/live/live-provider.tsx";
import styles from "./routes.module.css";
import { Section } from "./section.tsx";
import { useProposal } from "./use-proposal.ts";

/** Where a sandbox sends what: its routes as the kernel has them, who has the default ones, and those that were asked for. */
export function Routes({ sandbox }: { sandbox: Sandbox }) {
  const topology = useTopology();
  const home = sandbox.sharedWith ?? sandbox.id;
  const candidates = contenders(topology, home);
  const endpoints = endpointsIn(topology, home).filter(({ attachment }) => attachment?.interfaceName);
  return (
    <Section title="Routes">
      {candidates.length > 0 && <Crown candidates={candidates} />}
      <Table sandbox={sandbox} />
      {sandbox.sharedWith === null && endpoints.map((endpoint) => <Asked key={endpoint.id} endpoint={endpoint} />)}
    </Section>
  );
}

/** Who has the default routes. The crown is dragged to another network, or given by its button. */
function Crown({ candidates }: { candidates: readonly Contender[] }) {
  const topology = useTopology();
  const ui = useUiStore();
  const verdict = useEditVerdict();
  const [over, setOver] = useState<string | null>(null);
  const nameOf = ({ endpoint }: Contender) => topology.networks[endpoint.networkId]?.name ?? "";
  const give = (contender: Contender) =>
    ui.set({
      dialog: {
        kind: "plan",
        title: `Send by ${nameOf(contender)} what has no other route?`,
        commands: [crowning(topology, contender)],
      },
    });
  const movable = verdict.ok && candidates.length > 1;
  return (
    <ul className={styles.crowns} aria-label="Default routes">
      {candidates.map((contender) => {
        const { endpoint, crown, whole } = contender;
        const name = nameOf(contender);
        const dropping = {
          onDragOver: (event: DragEvent) => {
            if (!event.dataTransfer.types.includes(dragType) || whole) return;
            event.preventDefault();
            setOver(endpoint.id);
          },
          onDragLeave: () => setOver(null),
          onDrop: (event: DragEvent) => {
            event.preventDefault();
            setOver(null);
            give(contender);
          },
        };
        return (
          <li key={endpoint.id} className={styles.crown} data-over={over === endpoint.id || undefined} {...dropping}>
            <span className={styles.seat}>
              {crown !== "" && (
                // biome-ignore lint/a11y/noStaticElementInteractions: the button of each other row does the same
                <span
                  className={styles.handle}
                  draggable={movable}
                  data-movable={movable || undefined}
                  title={`${crown} default route${movable ? ": drag it to another network" : ""}`}
                  onDragStart={(event) => {
                    event.dataTransfer.setData(dragType, endpoint.id);
                    event.dataTransfer.effectAllowed = "move";
                  }}
                >
                  <IconCrown size={17} stroke={1.8} aria-hidden />
                </span>
              )}
            </span>
            <span className={styles.who}>
              <strong>{name}</strong> <span className="mono">{endpoint.attachment?.interfaceName}</span>
              <span className={styles.serves}>{crown === "" ? "" : ` ${crown} default`}</span>
            </span>
            {!whole && (
              <Button
                size="compact-xs"
                variant="default"
                disabled={!verdict.ok}
                aria-label={`Give the default route to ${name}`}
                onClick={() => give(contender)}
              >
                Make default
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const dragType = "application/x-patchbay-crown";

function Table({ sandbox }: { sandbox: Sandbox }) {
  const trpc = useTRPC();
  const revision = useLive((live) => live.state?.revision);
  const { data, error, refetch } = useQuery(trpc.sandbox.routes.queryOptions({ ref: sandbox.id }, { staleTime: 0 }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another revision is the reason to ask again
  useEffect(() => void refetch(), [revision, refetch]);
  if (error)
    return (
      <Text size="sm" c="dimmed">
        {sentence(troubleOf(error).message)}.
      </Text>
    );
  if (!data) return <Loader type="dots" size="sm" aria-label="Reading the routes" role="status" />;
  if (data.length === 0)
    return (
      <Text size="sm" c="dimmed">
        The kernel has no route here: nothing leaves.
      </Text>
    );
  return (
    <table className={styles.routes}>
      <caption className={styles.caption}>As the kernel has them</caption>
      <thead>
        <tr>
          <th scope="col">Destination</th>
          <th scope="col">Via</th>
          <th scope="col">Device</th>
        </tr>
      </thead>
      <tbody>
        {data.map(({ family, destination, via, device, metric, origin }) => (
          <tr key={`${family} ${destination} ${device} ${metric}`} data-origin={origin}>
            <td>{destination === "default" ? `default (IPv${family})` : destination}</td>
            <td>{via ?? "on link"}</td>
            <td>
              {device}
              {origin === "other" && <span title="Patchbay did not make it and leaves it alone"> · not ours</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The routes that were asked for through one endpoint. */
function Asked({ endpoint }: { endpoint: Endpoint }) {
  const { verdict, propose } = useProposal(endpoint);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const { routes } = endpoint.options;
  const device = endpoint.attachment?.interfaceName;
  const texts = routes.map(formatRoute);
  const add = (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseRoute(endpoint, text);
    if (!parsed.ok) return setProblem(parsed.message);
    propose(`Add the route ${formatRoute(parsed.value)}?`, { routes: [...texts, text] }, () => setText(""));
  };
  return (
    <form onSubmit={add} className={styles.asked} aria-label={`Routes through ${device}`} noValidate>
      {texts.map((route, index) => (
        <Group key={route} gap={6} wrap="nowrap">
          <span className={`${styles.route} mono`}>{route}</span>
          <ActionIcon
            variant="subtle"
            size={26}
            disabled={!verdict.ok}
            aria-label={`Remove the route ${route}`}
            onClick={() => propose(`Remove the route ${route}?`, { routes: texts.filter((_, i) => i !== index) })}
          >
            <IconTrash size={15} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group gap={6} align="flex-start" wrap="nowrap">
        <TextInput
          size="xs"
          flex={1}
          classNames={{ input: "mono" }}
          aria-label={`New route through ${device}`}
          placeholder={`10.9.0.0/16 via … through ${device}`}
          value={text}
          error={problem && sentence(problem)}
          disabled={!verdict.ok}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value);
            setProblem(null);
          }}
        />
        <Button type="submit" size="xs" variant="default" disabled={!verdict.ok || text.trim() === ""}>
          Add
        </Button>
      </Group>
    </form>
  );
}
