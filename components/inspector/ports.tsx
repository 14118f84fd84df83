"use client";

import { ActionIcon, Group, Text } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash, IconWorldShare } from "@tabler/icons-react";
import { useState } from "react";
import type { Endpoint } from "#cnm/endpoint.ts";
import { endpointTitle } from "#cnm/lookup.ts";
import { formatPublication, type Publication } from "#cnm/ports.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { portChip } from "#components/topology/port-chips.ts";
import { exposedSettings } from "./endpoint-settings.ts";
import { ActionButton } from "./facts.tsx";
import styles from "./inspector.module.css";
import { draftOf, withText } from "./port-draft.ts";
import { PortForm } from "./port-form.tsx";
import { Section } from "./section.tsx";
import { SettingsEditor } from "./settings-editor.tsx";
import { useProposal } from "./use-proposal.ts";

/** What an endpoint publishes and exposes, with everything that changes it. */
export function Ports({ endpoint, title = "Ports" }: { endpoint: Endpoint; title?: string }) {
  /** Which one is in the form: its place in the list, or a new one. */
  const [edited, setEdited] = useState<number | "new" | null>(null);
  const { verdict, propose } = useProposal(endpoint);
  const topology = useTopology();
  const network = topology.networks[endpoint.networkId];
  const binding = network?.driver === "bridge" ? network.options.hostBindingIpv4 : null;
  const texts = endpoint.ports.map(formatPublication);
  const close = () => setEdited(null);
  const send = (at: number | null, text: string | null, what: string) =>
    propose(what, { publish: withText(texts, at, text) }, close);
  return (
    <Section title={title} count={texts.length}>
      {texts.length === 0 && edited === null && (
        <Text size="sm" c="dimmed" mb={6}>
          Nothing is published.
        </Text>
      )}
      <ul className={styles.list} aria-label="Published ports">
        {endpoint.ports.map((publication, index) =>
          edited === index ? (
            <li key={texts[index]}>
              <PortForm
                initial={draftOf(publication)}
                binding={binding}
                submit={(text) => send(index, text, `Change ${texts[index]}?`)}
                cancel={close}
              />
            </li>
          ) : (
            <Published
              key={texts[index]}
              publication={publication}
              editable={verdict.ok}
              edit={() => setEdited(index)}
              remove={() => send(index, null, `No longer publish ${texts[index]}?`)}
            />
          ),
        )}
      </ul>
      {edited === "new" && (
        <PortForm binding={binding} submit={(text) => send(null, text, `Publish ${text}?`)} cancel={close} />
      )}
      <Group gap="xs" mt={6}>
        {edited !== "new" && (
          <ActionButton verdict={verdict} icon={<IconPlus size={15} aria-hidden />} onClick={() => setEdited("new")}>
            Publish a port
          </ActionButton>
        )}
        {endpoint.exposed.length > 0 && (
          <ActionButton
            verdict={verdict}
            icon={<IconWorldShare size={15} aria-hidden />}
            onClick={() => propose("Publish every exposed port?", { publishAll: true })}
          >
            Publish all exposed
          </ActionButton>
        )}
      </Group>
      <div className={styles.below}>
        <SettingsEditor what="exposed ports" name={endpointTitle(topology, endpoint)} of={exposedSettings(endpoint)} />
      </div>
    </Section>
  );
}

interface PublishedProps {
  publication: Publication;
  editable: boolean;
  edit: () => void;
  remove: () => void;
}

function Published({ publication, editable, edit, remove }: PublishedProps) {
  const text = formatPublication(publication);
  return (
    <li className={styles.item}>
      <span className="mono" title={portChip(publication).title}>
        {text}
      </span>
      {portChip(publication).local && (
        <Text span size="xs" c="dimmed">
          this host only
        </Text>
      )}
      <span className={styles.tools}>
        <ActionIcon variant="subtle" size={26} disabled={!editable} aria-label={`Change ${text}`} onClick={edit}>
          <IconPencil size={15} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          size={26}
          disabled={!editable}
          aria-label={`No longer publish ${text}`}
          onClick={remove}
        >
          <IconTrash size={15} aria-hidden />
        </ActionIcon>
      </span>
    </li>
  );
}
