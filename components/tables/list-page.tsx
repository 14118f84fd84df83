"use client";

import { Button, Group, ScrollArea, Table, Text, TextInput, Title, UnstyledButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type ReactNode, useMemo, useState } from "react";
import type { Id } from "#cnm/ids.ts";
import { useUi, useUiStore } from "#components/actions/ui.ts";
import { Inspector } from "#components/inspector/inspector.tsx";
import { useLive } from "#components/live/live-provider.tsx";
import { type Column, type Sort, shownRows } from "./rows.ts";
import styles from "./tables.module.css";

/** A row; `object` is what it selects where that is not the row itself. */
interface ListItem {
  id: string;
  object?: Id;
}

interface ListPageProps<Row extends ListItem> {
  title: string;
  rows: Row[];
  columns: readonly (Column<Row> & { cell: (row: Row) => ReactNode; align?: "right" })[];
  /** Buttons beside the filter. */
  tools: ReactNode;
  /** Buttons of one row. */
  actions: (row: Row) => ReactNode;
  /** What to do when there is nothing at all. */
  empty: string;
}

const page = 200;

/** The table twin of the canvas: the same objects, the same selection, the same actions. */
export function ListPage<Row extends ListItem>({ title, rows, columns, tools, actions, empty }: ListPageProps<Row>) {
  const [filter, setFilter] = useState("");
  const [sort, setSort] = useState<Sort>({ column: columns[0]?.key ?? "", descending: false });
  const [limit, setLimit] = useState(page);
  const ready = useLive((live) => live.state !== null);
  const found = useMemo(() => shownRows({ rows, columns, filter, sort }), [rows, columns, filter, sort]);
  return (
    <div className={styles.page}>
      <div className={styles.list}>
        <Group className={styles.tools} gap="sm">
          <Title order={1} size="h3">
            {title}
          </Title>
          <Text size="sm" c="dimmed" aria-live="polite">
            {ready ? (filter ? `${found.length} of ${rows.length}` : rows.length) : "…"}
          </Text>
          <TextInput
            size="xs"
            ml="auto"
            w={220}
            placeholder="Filter"
            aria-label={`Filter ${title.toLowerCase()}`}
            leftSection={<IconSearch size={14} aria-hidden />}
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
          {tools}
        </Group>
        <ScrollArea flex={1} type="auto">
          <Table highlightOnHover stickyHeader verticalSpacing={6} horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                {columns.map(({ key, label, align }) => (
                  <Table.Th
                    key={key}
                    ta={align}
                    aria-sort={sort.column === key ? (sort.descending ? "descending" : "ascending") : "none"}
                  >
                    <UnstyledButton
                      fz="xs"
                      fw={600}
                      c="dimmed"
                      onClick={() => setSort({ column: key, descending: sort.column === key && !sort.descending })}
                    >
                      {label}
                      {sort.column === key && <span aria-hidden>{sort.descending ? " ↓" : " ↑"}</span>}
                    </UnstyledButton>
                  </Table.Th>
                ))}
                <Table.Th ta="right" fz="xs" c="dimmed">
                  Actions
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.slice(0, limit).map((row) => (
                <ListRow key={row.id} row={row} columns={columns} actions={actions} />
              ))}
            </Table.Tbody>
          </Table>
          {ready && found.length === 0 && (
            <Text p="xl" ta="center" size="sm" c="dimmed">
              {rows.length === 0 ? empty : "Nothing fits the filter."}
            </Text>
          )}
          {found.length > limit && (
            <Group justify="center" p="md">
              <Button variant="default" size="xs" onClick={() => setLimit(limit + 5 * page)}>
                Show more of {found.length}
              </Button>
            </Group>
          )}
        </ScrollArea>
      </div>
      <Inspector />
    </div>
  );
}

type RowProps<Row extends ListItem> = Pick<ListPageProps<Row>, "columns" | "actions"> & { row: Row };

/** The first cell is a button: that is the row's keyboard path, a click anywhere in the row is the pointer's. */
function ListRow<Row extends ListItem>({ row, columns, actions }: RowProps<Row>) {
  const ui = useUiStore();
  const object = row.object ?? row.id;
  const selected = useUi(({ selection }) => selection.includes(object));
  const select = () => ui.set({ selection: [object] });
  return (
    <Table.Tr className={styles.row} data-selected={selected || undefined} onClick={select}>
      {columns.map(({ key, cell, align }, index) => (
        <Table.Td key={key} ta={align}>
          {index === 0 ? (
            <UnstyledButton fz="sm" fw={500} aria-pressed={selected} onClick={select}>
              {cell(row)}
            </UnstyledButton>
          ) : (
            cell(row)
          )}
        </Table.Td>
      ))}
      <Table.Td ta="right" onClick={(event) => event.stopPropagation()}>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          {actions(row)}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
