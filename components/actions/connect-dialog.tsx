"use client";

import { Button, Combobox, Group, ScrollArea, Stack, Text, TextInput, useCombobox } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Verdict } from "#cnm/errors.ts";
import type { Id } from "#cnm/ids.ts";
import type { Topology } from "#cnm/topology.ts";
import { sentence, type Trouble } from "#components/api/trouble.ts";
import { useApply } from "#components/api/use-apply.ts";
import { Dialog } from "#components/frame/dialog.tsx";
import { useTopology } from "#components/live/live-provider.tsx";
import { cablePreview, cableVerdict, connectCommands, type Ends, endsOf } from "#components/topology/intent.ts";
import { Disclosure } from "./disclosure.tsx";
import { FormTrouble } from "./form-trouble.tsx";
import { useUiStore } from "./ui.ts";

/** A cable without a pointer: choose the other end by name. What cannot be connected is listed with the reason. */
export function ConnectDialog({ from, close }: { from: Id; close: () => void }) {
  const topology = useTopology();
  const [search, setSearch] = useState("");
  const [address, setAddress] = useState("");
  const [interfaceName, setInterfaceName] = useState("");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);
  const apply = useApply();
  const ui = useUiStore();
  const combobox = useCombobox({ opened: true });
  const name = topology.sandboxes[from]?.name ?? topology.networks[from]?.name ?? "";
  const targets = targetsOf(topology, from, search);
  const { selectFirstOption } = combobox;
  const listed = targets.map(({ id }) => id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new list is the reason to choose its first item
  useEffect(() => {
    selectFirstOption();
  }, [selectFirstOption, listed]);
  const connect = async (to: Id) => {
    if (busy) return;
    const ends = endsOf(topology, from, to);
    if (!ends) return ui.set({ dialog: { kind: "meet", from, to } });
    setBusy(true);
    const ip = address.includes(":") ? { ipv6: address } : { ipv4: address || undefined };
    const choice = { ...ip, interfaceName: interfaceName || undefined };
    const result = await apply(connectCommands(topology, ends, choice), { title: `Connect ${name}`, quiet: true });
    setBusy(false);
    if (!result.ok) return setTrouble(result.trouble);
    close();
    ui.set({ focus: from });
  };
  return (
    <Dialog title={`Connect ${name} to…`} close={close}>
      <Stack gap="sm">
        <Combobox store={combobox} onOptionSubmit={connect}>
          <Combobox.EventsTarget>
            <TextInput
              label={topology.sandboxes[from] ? "Network or sandbox" : "Sandbox"}
              placeholder="Type to search, Enter connects"
              data-autofocus
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
          </Combobox.EventsTarget>
          <Combobox.Options aria-label="Possible other ends">
            <ScrollArea.Autosize mah={280} type="scroll">
              {targets.length === 0 && <Combobox.Empty>Nothing there by that name</Combobox.Empty>}
              {targets.map((target) => (
                <Target key={target.id} {...target} topology={topology} from={from} />
              ))}
            </ScrollArea.Autosize>
          </Combobox.Options>
        </Combobox>
        <TextInput
          label="Address"
          placeholder="the next free one"
          classNames={{ input: "mono" }}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value.trim())}
        />
        <Disclosure more="More" fewer="Less">
          <TextInput
            label="Interface name"
            placeholder="eth and the next free number"
            classNames={{ input: "mono" }}
            value={interfaceName}
            onChange={(event) => setInterfaceName(event.currentTarget.value.trim())}
          />
        </Disclosure>
        <FormTrouble trouble={trouble} />
        <Group justify="flex-end">
          <Button variant="default" size="xs" onClick={close}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

interface TargetItem {
  id: Id;
  name: string;
  verdict: Verdict;
}

const shown = 50;

/** Legal ends first, then the others; at most as many as a person reads. */
function targetsOf(topology: Topology, from: Id, search: string): TargetItem[] {
  const networks = topology.sandboxes[from] ? Object.values(topology.networks) : [];
  const sandboxes = Object.values(topology.sandboxes).filter(({ id }) => id !== from);
  return [...networks, ...sandboxes]
    .filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()))
    .map(({ id, name }) => ({ id, name, verdict: cableVerdict(topology, from, id) }))
    .sort(
      (a, b) =>
        Number(b.verdict.ok) - Number(a.verdict.ok) ||
        Number(Boolean(topology.networks[b.id])) - Number(Boolean(topology.networks[a.id])) ||
        a.name.localeCompare(b.name, "en", { numeric: true }),
    )
    .slice(0, shown);
}

function Target({ id, name, verdict, topology, from }: TargetItem & { topology: Topology; from: Id }) {
  const ends: Ends | null = endsOf(topology, from, id);
  return (
    <Combobox.Option value={id} disabled={!verdict.ok}>
      <Text size="sm" fw={500}>
        {name}
      </Text>
      <Text size="xs" c="dimmed" className={verdict.ok ? "mono" : undefined}>
        {verdict.ok
          ? ends
            ? cablePreview(topology, ends)
            : "sandbox: a link, a network between, or one namespace"
          : sentence(verdict.message)}
      </Text>
    </Combobox.Option>
  );
}
