"use client";

import { ActionIcon, Button, Text, UnstyledButton } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { Endpoint } from "#cnm/endpoint.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useLive, useTopology } from "#components/live/live-provider.tsx";
import { statusOf, statusWords } from "#components/topology/status.ts";
import { StatusGlyph } from "#components/topology/status-glyph.tsx";
import styles from "./inspector.module.css";

const page = 50;

/** The endpoints of a network or in a sandbox; each leads to its own facts. */
export function Members({
  endpoints,
  from,
  label,
}: {
  endpoints: readonly Endpoint[];
  from: "network" | "sandbox";
  label: string;
}) {
  const [shown, setShown] = useState(page);
  return (
    <>
      <ul aria-label={label} style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {endpoints.slice(0, shown).map((endpoint) => (
          <Member key={endpoint.id} endpoint={endpoint} from={from} />
        ))}
      </ul>
      {endpoints.length > shown && (
        <Button variant="subtle" size="compact-sm" onClick={() => setShown(shown + 4 * page)}>
          Show more of {endpoints.length}
        </Button>
      )}
    </>
  );
}

function Member({ endpoint, from }: { endpoint: Endpoint; from: "network" | "sandbox" }) {
  const ui = useUiStore();
  const topology = useTopology();
  const { id, attachment, networkId, ipv4, ipv6, name } = endpoint;
  const sandbox = attachment ? topology.sandboxes[attachment.sandboxId]?.name : undefined;
  const network = topology.networks[networkId]?.name;
  const status = useLive(({ state }) => (state ? statusOf(state, id) : "up"));
  const other = from === "network" ? (sandbox ?? `${name} (not joined)`) : network;
  return (
    <li className={styles.member}>
      <UnstyledButton onClick={() => ui.set({ selection: [id] })} mih={28}>
        <Text size="sm" component="span" fw={500} c={sandbox ? undefined : "dimmed"}>
          {other}
        </Text>{" "}
        <Text size="xs" component="span" className="mono" c="dimmed">
          {[attachment?.interfaceName, ipv4, ipv6].filter(Boolean).join(" ")}
        </Text>
        {status !== "up" && (
          <Text size="xs" component="span" className={`status-${status}`}>
            {" "}
            <StatusGlyph status={status} /> {statusWords[status]}
          </Text>
        )}
      </UnstyledButton>
      <ActionIcon
        variant="subtle"
        size={26}
        aria-label={`Delete endpoint ${network}/${name}`}
        onClick={() => ui.set({ dialog: { kind: "delete", ids: [id] } })}
      >
        <IconTrash size={15} aria-hidden />
      </ActionIcon>
    </li>
  );
}
