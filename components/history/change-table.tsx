import { Table, Text } from "@mantine/core";
import type { Change } from "#cnm/topology.ts";
import { changedName, changeWord, fieldChanges } from "./difference.ts";

/** One object, field by field. */
export function ChangeTable({ change }: { change: Change }) {
  const word = changeWord(change);
  return (
    <>
      <Text size="sm" mt="xs">
        {change.kind} <strong>{changedName(change)}</strong> {word}
      </Text>
      <Table
        verticalSpacing={3}
        horizontalSpacing="xs"
        fz="xs"
        layout="fixed"
        aria-label={`${change.kind} ${changedName(change)}`}
      >
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="30%">Field</Table.Th>
            {word !== "created" && <Table.Th>Before</Table.Th>}
            {word !== "deleted" && <Table.Th>After</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fieldChanges(change).map(({ path, before, after }) => (
            <Table.Tr key={path}>
              <Table.Td c="dimmed">{path}</Table.Td>
              {word !== "created" && <Value text={before} />}
              {word !== "deleted" && <Value text={after} />}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

function Value({ text }: { text: string | null }) {
  return (
    <Table.Td className="mono" style={{ overflowWrap: "anywhere" }}>
      {text ?? "–"}
    </Table.Td>
  );
}
