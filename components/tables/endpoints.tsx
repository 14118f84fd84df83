"use client";

import { useMemo } from "react";
import type { Id } from "#cnm/ids.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { ListPage } from "./list-page.tsx";
import { DeleteButton } from "./row-actions.tsx";
import { StatusCell } from "./status-cell.tsx";

interface EndpointRow {
  id: Id;
  name: string;
  network: string;
  sandbox: string;
  device: string;
  addresses: string;
  mac: string;
}

const mono = (text: string) => <span className="mono">{text}</span>;

const columns = [
  { key: "name", label: "Name", value: (row: EndpointRow) => row.name, cell: (row: EndpointRow) => row.name },
  { key: "status", label: "Status", value: () => "", cell: (row: EndpointRow) => <StatusCell id={row.id} /> },
  {
    key: "network",
    label: "Network",
    value: (row: EndpointRow) => row.network,
    cell: (row: EndpointRow) => row.network,
  },
  {
    key: "sandbox",
    label: "Sandbox",
    value: (row: EndpointRow) => row.sandbox,
    cell: (row: EndpointRow) => row.sandbox || "not joined",
  },
  {
    key: "device",
    label: "Interface",
    value: (row: EndpointRow) => row.device,
    cell: (row: EndpointRow) => mono(row.device),
  },
  {
    key: "addresses",
    label: "Addresses",
    value: (row: EndpointRow) => row.addresses,
    cell: (row: EndpointRow) => mono(row.addresses),
  },
  { key: "mac", label: "MAC", value: (row: EndpointRow) => row.mac, cell: (row: EndpointRow) => mono(row.mac) },
];

export function Endpoints() {
  const topology = useTopology();
  const rows = useMemo(
    () =>
      Object.values(topology.endpoints).map(
        ({ id, name, networkId, attachment, ipv4, ipv6, mac }): EndpointRow => ({
          id,
          name,
          network: topology.networks[networkId]?.name ?? "",
          sandbox: attachment ? (topology.sandboxes[attachment.sandboxId]?.name ?? "") : "",
          device: attachment?.interfaceName ?? "",
          addresses: [ipv4, ipv6].filter(Boolean).join(" "),
          mac: mac ?? "",
        }),
      ),
    [topology],
  );
  return (
    <ListPage
      title="Endpoints"
      rows={rows}
      columns={columns}
      tools={null}
      actions={({ id, name, network }) => <DeleteButton id={id} name={`endpoint ${network}/${name}`} />}
      empty="There is no endpoint yet. Connecting a sandbox to a network makes one."
    />
  );
}
