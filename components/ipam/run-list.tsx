"use client";

import { Anchor, Button, Table, Text } from "@mantine/core";
import { useState } from "react";
import { type AddressRun, type AddressUse, describeUse, formatCount, formatRun } from "#cnm/address-map.ts";
import type { Cidr } from "#cnm/cidr.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { sentence } from "#components/api/trouble.ts";
import styles from "./ipam.module.css";

const page = 100;

interface RunListProps {
  subnet: Cidr;
  runs: readonly AddressRun[];
  /** Whether free addresses are listed as well. */
  gaps: boolean;
}

/** The same as the grid, as a table: what of a subnet is taken and by whom. */
export function RunList({ subnet, runs, gaps }: RunListProps) {
  const [limit, setLimit] = useState(page);
  const shown = gaps ? runs : runs.filter(({ use }) => use.kind !== "free" && use.kind !== "outside");
  if (shown.length === 0)
    return (
      <Text size="sm" c="dimmed" mt="md">
        Every address here is free.
      </Text>
    );
  return (
    <>
      <Table className={styles.runs} verticalSpacing={4} horizontalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{gaps ? "Addresses" : "Taken"}</Table.Th>
            {gaps && <Table.Th ta="right">Number</Table.Th>}
            <Table.Th>For</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.slice(0, limit).map((run) => (
            <Table.Tr key={String(run.first)}>
              <Table.Td className="mono">{formatRun(subnet, run)}</Table.Td>
              {gaps && <Table.Td ta="right">{formatCount(run.last - run.first + 1n)}</Table.Td>}
              <Table.Td>
                <Owner use={run.use} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {shown.length > limit && (
        <Button variant="subtle" size="compact-sm" onClick={() => setLimit(limit + 5 * page)}>
          Show more of {shown.length}
        </Button>
      )}
    </>
  );
}

function Owner({ use }: { use: AddressUse }) {
  const ui = useUiStore();
  const topology = useTopology();
  if (use.kind !== "endpoint") return <span className={styles.dim}>{sentence(describeUse(use))}</span>;
  const sandboxId = topology.endpoints[use.id]?.attachment?.sandboxId;
  const sandbox = sandboxId && topology.sandboxes[sandboxId]?.name;
  return (
    <>
      <Anchor
        component="button"
        fz="sm"
        fw={600}
        c="var(--text)"
        underline="always"
        onClick={() => ui.set({ selection: [use.id] })}
      >
        {use.name}
      </Anchor>
      <span className={styles.dim}>{sandbox ? ` in sandbox ${sandbox}` : " (not joined)"}</span>
    </>
  );
}
