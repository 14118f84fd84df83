"use client";

import { ActionIcon, Button, Group, Select, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import type { Endpoint } from "#cnm/endpoint.ts";
import { linkersOf } from "#cnm/members.ts";
import { listing } from "#cnm/text.ts";
import { sentence } from "#components/api/trouble.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import styles from "./inspector.module.css";
import { aliasProblem, linkTargets, linkText, targetName } from "./link-draft.ts";
import { withText } from "./port-draft.ts";
import { Section } from "./section.tsx";
import { useProposal } from "./use-proposal.ts";

/** Legacy links of an endpoint, to others of its network and from them. */
export function Links({ endpoint }: { endpoint: Endpoint }) {
  const topology = useTopology();
  const { verdict, propose } = useProposal(endpoint);
  const linkers = linkersOf(topology, endpoint).map((other) => targetName(topology, other));
  const texts = endpoint.links.map(linkText);
  return (
    <Section title="Links" count={texts.length}>
      <ul className={styles.list} aria-label="Links">
        {endpoint.links.map(({ alias, endpointId }, index) => {
          const target = topology.endpoints[endpointId];
          return (
            <li key={alias} className={styles.item}>
              <span>
                {target ? targetName(topology, target) : "gone"} as <strong>{alias}</strong>
              </span>
              <span className={styles.tools}>
                <ActionIcon
                  variant="subtle"
                  size={26}
                  disabled={!verdict.ok}
                  aria-label={`Remove the link ${alias}`}
                  onClick={() => propose(`Remove the link ${alias}?`, { links: withText(texts, index, null) })}
                >
                  <IconTrash size={15} aria-hidden />
                </ActionIcon>
              </span>
            </li>
          );
        })}
      </ul>
      {linkers.length > 0 && (
        <Text size="sm" c="dimmed" mb={6}>
          Linked from {listing(linkers)}.
        </Text>
      )}
      <NewLink endpoint={endpoint} />
    </Section>
  );
}

function NewLink({ endpoint }: { endpoint: Endpoint }) {
  const topology = useTopology();
  const { verdict, propose } = useProposal(endpoint);
  const [target, setTarget] = useState<string | null>(null);
  const [alias, setAlias] = useState("");
  const targets = linkTargets(topology, endpoint);
  const problem = alias === "" ? null : aliasProblem(endpoint.links, alias);
  if (targets.length === 0)
    return (
      <Text size="sm" c="dimmed">
        There is no other endpoint in the network that it could link to.
      </Text>
    );
  const choose = (id: string | null) => {
    setTarget(id);
    setAlias(targets.find((one) => one.id === id)?.name.replace(/ .*/, "") ?? "");
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!target || alias === "" || problem) return;
    const links = withText(endpoint.links.map(linkText), null, linkText({ endpointId: target, alias }));
    propose(`Link to ${targets.find(({ id }) => id === target)?.name} as ${alias}?`, { links }, () => choose(null));
  };
  return (
    <form onSubmit={add} noValidate>
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <Select
          flex={1}
          size="xs"
          aria-label="Link to"
          placeholder="Link to…"
          data={targets.map(({ id, name }) => ({ value: id, label: name }))}
          value={target}
          searchable
          limit={50}
          disabled={!verdict.ok}
          onChange={choose}
        />
        <TextInput
          flex={1}
          size="xs"
          aria-label="Alias"
          placeholder="alias"
          autoComplete="off"
          disabled={!verdict.ok}
          value={alias}
          error={problem && sentence(problem)}
          onChange={(event) => setAlias(event.currentTarget.value.trim())}
        />
        <Button
          type="submit"
          variant="default"
          size="xs"
          disabled={!verdict.ok || !target || alias === "" || problem !== null}
        >
          Link…
        </Button>
      </Group>
    </form>
  );
}
