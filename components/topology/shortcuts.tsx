"use client";

import { Kbd, Table } from "@mantine/core";
import { Dialog } from "#components/frame/dialog.tsx";

const shortcuts: readonly [keys: string[], what: string][] = [
  [["←", "↑", "→", "↓"], "Walk from card to card"],
  [["[", "]"], "Walk the cables of the card"],
  [["Enter"], "Open the inspector"],
  [["Space"], "Select, or not any more"],
  [["C"], "Connect the card to…"],
  [["N"], "New network"],
  [["S"], "New sandbox"],
  [["M"], "Move mode: arrows move the card, Shift further"],
  [["Delete"], "Delete what is selected"],
  [["Shift", "F10"], "Menu of the card"],
  [["L"], "Automatic layout, for everyone"],
  [["F"], "Fit everything into view"],
  [["Ctrl", "K"], "Search, pages and commands"],
  [["Esc"], "One step back out"],
  [["Alt"], "While dragging: leave the grid alone"],
];

export function Shortcuts({ close }: { close: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" close={close}>
      <Table verticalSpacing={5}>
        <Table.Tbody>
          {shortcuts.map(([keys, what]) => (
            <Table.Tr key={what}>
              <Table.Td w={150}>
                {keys.map((key) => (
                  <Kbd key={key} size="sm" mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Dialog>
  );
}
