"use client";

import { useMemo } from "react";
import type { Id } from "#cnm/ids.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { badgesOf } from "#components/topology/graph.ts";
import { ListPage } from "./list-page.tsx";
import { ConnectButton, DeleteButton, NewButton } from "./row-actions.tsx";
import { StatusCell } from "./status-cell.tsx";

interface NetworkRow {
  id: Id;
  name: string;
  driver: string;
  subnets: string;
  endpoints: number;
  notes: string;
  predefined: boolean;
}

const columns = [
  { key: "name", label: "Name", value: (row: NetworkRow) => row.name, cell: (row: NetworkRow) => row.name },
  { key: "status", label: "Status", value: () => "", cell: (row: NetworkRow) => <StatusCell id={row.id} /> },
  { key: "driver", label: "Driver", value: (row: NetworkRow) => row.driver, cell: (row: NetworkRow) => row.driver },
  {
    key: "subnets",
    label: "Subnets",
    value: (row: NetworkRow) => row.subnets,
    cell: (row: NetworkRow) => <span className="mono">{row.subnets}</span>,
  },
  {
    key: "endpoints",
    label: "Endpoints",
    align: "right" as const,
    value: (row: NetworkRow) => row.endpoints,
    cell: (row: NetworkRow) => row.endpoints,
  },
  { key: "notes", label: "Notes", value: (row: NetworkRow) => row.notes, cell: (row: NetworkRow) => row.notes },
];

export function Networks() {
  const topology = useTopology();
  const rows = useMemo(() => {
    const counts = new Map<Id, number>();
    for (const { networkId } of Object.values(topology.endpoints))
      counts.set(networkId, (counts.get(networkId) ?? 0) + 1);
    return Object.values(topology.networks).map(
      (network): NetworkRow => ({
        id: network.id,
        name: network.name,
        driver: network.driver,
        subnets: network.pools.map(({ subnet }) => subnet).join(" "),
        endpoints: counts.get(network.id) ?? 0,
        notes: badgesOf(network).join(", "),
        predefined: network.predefined,
      }),
    );
  }, [topology]);
  return (
    <ListPage
      title="Networks"
      rows={rows}
      columns={columns}
      tools={<NewButton kind="network" />}
      actions={({ id, name, predefined }) => (
        <>
          <ConnectButton id={id} name={name} />
          {!predefined && <DeleteButton id={id} name={name} />}
        </>
      )}
      empty="There is no network yet."
    />
  );
}
