"use client";

import { useMemo } from "react";
import type { Id } from "#cnm/ids.ts";
import { sourceWords } from "#cnm/origin.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import type { Topology } from "#cnm/topology.ts";
import { localTime } from "#components/inspector/facts.tsx";
import { useTopology } from "#components/live/live-provider.tsx";
import { ListPage } from "./list-page.tsx";
import { ConnectButton, DeleteButton, NewButton } from "./row-actions.tsx";
import { StatusCell } from "./status-cell.tsx";

interface SandboxRow {
  id: Id;
  name: string;
  mode: string;
  networks: string;
  addresses: string;
  createdAt: string;
}

const columns = [
  { key: "name", label: "Name", value: (row: SandboxRow) => row.name, cell: (row: SandboxRow) => row.name },
  { key: "status", label: "Status", value: () => "", cell: (row: SandboxRow) => <StatusCell id={row.id} /> },
  { key: "mode", label: "Namespace", value: (row: SandboxRow) => row.mode, cell: (row: SandboxRow) => row.mode },
  {
    key: "networks",
    label: "Networks",
    value: (row: SandboxRow) => row.networks,
    cell: (row: SandboxRow) => row.networks,
  },
  {
    key: "addresses",
    label: "Addresses",
    value: (row: SandboxRow) => row.addresses,
    cell: (row: SandboxRow) => <span className="mono">{row.addresses}</span>,
  },
  {
    key: "created",
    label: "Created",
    value: (row: SandboxRow) => row.createdAt,
    cell: (row: SandboxRow) => localTime(row.createdAt),
  },
];

/** Whose namespace it is in. */
function placeWords(topology: Topology, { mode, sharedWith, origin }: Sandbox): string {
  if (mode === "host") return "the host's";
  if (origin) return `that of ${sourceWords(origin.source)}`;
  return sharedWith ? `that of ${topology.sandboxes[sharedWith]?.name}` : "its own";
}

export function Sandboxes() {
  const topology = useTopology();
  const rows = useMemo(() => {
    const joined = new Map<Id, { networks: string[]; addresses: string[] }>();
    for (const { attachment, networkId, ipv4, ipv6 } of Object.values(topology.endpoints)) {
      if (!attachment) continue;
      const { networks, addresses } = joined.get(attachment.sandboxId) ?? { networks: [], addresses: [] };
      networks.push(topology.networks[networkId]?.name ?? "");
      addresses.push(...[ipv4, ipv6].filter((address) => address !== null));
      joined.set(attachment.sandboxId, { networks, addresses });
    }
    return Object.values(topology.sandboxes).map(
      (sandbox): SandboxRow => ({
        id: sandbox.id,
        name: sandbox.name,
        mode: [placeWords(topology, sandbox), sandbox.managed && "managed"].filter(Boolean).join(", "),
        networks: (joined.get(sandbox.sharedWith ?? sandbox.id)?.networks ?? []).join(", "),
        addresses: (joined.get(sandbox.sharedWith ?? sandbox.id)?.addresses ?? []).join(" "),
        createdAt: sandbox.createdAt,
      }),
    );
  }, [topology]);
  return (
    <ListPage
      title="Sandboxes"
      rows={rows}
      columns={columns}
      tools={<NewButton kind="sandbox" />}
      actions={({ id, name }) => (
        <>
          <ConnectButton id={id} name={name} />
          <DeleteButton id={id} name={name} />
        </>
      )}
      empty="There is no sandbox yet. Make one here, or drag one onto the canvas."
    />
  );
}
