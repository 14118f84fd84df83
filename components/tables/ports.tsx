"use client";

import { useMemo } from "react";
import type { Id } from "#cnm/ids.ts";
import { formatExposure, formatPublication, formatRange } from "#cnm/ports.ts";
import { type PublishedPort, publishedPorts } from "#cnm/published.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { ListPage } from "./list-page.tsx";
import { EditPortsButton } from "./row-actions.tsx";
import { StatusCell } from "./status-cell.tsx";

interface PortRow {
  id: string;
  object: Id;
  hostPort: string;
  hostAddress: string;
  target: string;
  sandbox: string;
  endpoint: string;
  reach: string;
  active: boolean;
}

const mono = (text: string) => <span className="mono">{text}</span>;

const columns = [
  {
    key: "hostPort",
    label: "Host port",
    value: (row: PortRow) => row.hostPort,
    cell: (row: PortRow) => mono(row.hostPort),
  },
  {
    key: "hostAddress",
    label: "Host address",
    value: (row: PortRow) => row.hostAddress,
    cell: (row: PortRow) => (row.hostAddress === anyAddress ? anyAddress : mono(row.hostAddress)),
  },
  { key: "target", label: "Leads to", value: (row: PortRow) => row.target, cell: (row: PortRow) => mono(row.target) },
  {
    key: "sandbox",
    label: "Sandbox",
    value: (row: PortRow) => row.sandbox,
    cell: (row: PortRow) => row.sandbox || "not joined",
  },
  {
    key: "endpoint",
    label: "Endpoint",
    value: (row: PortRow) => row.endpoint,
    cell: (row: PortRow) => row.endpoint,
  },
  { key: "reach", label: "Reached from", value: (row: PortRow) => row.reach, cell: (row: PortRow) => row.reach },
  {
    key: "status",
    label: "Status",
    value: (row: PortRow) => (row.active ? "" : "waiting"),
    cell: (row: PortRow) => (row.active ? <StatusCell id={row.object} /> : "waiting"),
  },
];

const anyAddress = "any";

export function Ports() {
  const topology = useTopology();
  const rows = useMemo(() => publishedPorts(topology).map(rowOf), [topology]);
  return (
    <ListPage
      title="Ports"
      rows={rows}
      columns={columns}
      tools={null}
      actions={({ object, endpoint }) => <EditPortsButton id={object} name={endpoint} />}
      empty="Nothing is published. Select an endpoint, on the canvas or in its table, and publish a port of it."
    />
  );
}

function rowOf({ publication, endpoint, network, sandbox, active, reach }: PublishedPort): PortRow {
  const { hostAddress, hostPort, count } = publication;
  return {
    id: `${endpoint.id} ${formatPublication(publication)}`,
    object: endpoint.id,
    hostPort: formatRange(hostPort, count),
    hostAddress: hostAddress ?? anyAddress,
    target: formatExposure(publication),
    sandbox: sandbox?.name ?? "",
    endpoint: `${network.name}/${endpoint.name}`,
    reach,
    active,
  };
}
