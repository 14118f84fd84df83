"use client";

import { Box, Popover, Text } from "@mantine/core";
import type { CommandDraft } from "#cnm/commands.ts";
import { type Trouble, troubleOf } from "#components/api/trouble.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { type ApplyResult, useApply } from "#components/api/use-apply.ts";
import { Dialog } from "#components/frame/dialog.tsx";
import { useTopology } from "#components/live/live-provider.tsx";
import { createConnected } from "#components/topology/intent.ts";
import { NetworkForm } from "./network-form.tsx";
import { SandboxForm } from "./sandbox-form.tsx";
import { claimKey, useUiStore, type Dialog as Wanted } from "./ui.ts";

type CreateDraft = Extract<CommandDraft, { type: "network.create" | "sandbox.create" | "sandbox.adopt" }>;
type Props = Extract<Wanted, { kind: "network" | "sandbox" }> & { close: () => void };

/** The form for a new network or sandbox: beside the spot where it was dropped, or in the middle of a page without a canvas. */
export function CreateDialog(props: Props) {
  const { kind, spot, connectTo, close } = props;
  const create = useCreate(props);
  const mode = props.kind === "sandbox" && props.adopt ? "pid" : undefined;
  const title = `New ${kind}`;
  const form = (
    <>
      <ConnectNote connectTo={connectTo} />
      {kind === "network" ? (
        <NetworkForm submit={create} cancel={close} />
      ) : (
        <SandboxForm submit={create} cancel={close} mode={mode} />
      )}
    </>
  );
  if (!spot)
    return (
      <Dialog title={title} close={close} size="sm">
        {form}
      </Dialog>
    );
  return (
    <Popover
      opened
      onDismiss={close}
      closeOnEscape
      trapFocus
      returnFocus
      position="right-start"
      width={320}
      shadow="md"
      withArrow
      withRoles={false}
    >
      <Popover.Target>
        <Box pos="fixed" left={spot.screen.x} top={spot.screen.y} w={1} h={1} />
      </Popover.Target>
      <Popover.Dropdown
        role="dialog"
        aria-label={title}
        style={{ maxHeight: "calc(100dvh - 24px)", overflowY: "auto" }}
        onKeyDown={(event) => event.key === "Escape" && close()}
      >
        <Text fw={600} size="sm" mb="xs">
          {title}
        </Text>
        {form}
      </Popover.Dropdown>
    </Popover>
  );
}

function ConnectNote({ connectTo }: Pick<Props, "connectTo">) {
  const topology = useTopology();
  if (!connectTo) return null;
  const name = topology.networks[connectTo]?.name ?? topology.sandboxes[connectTo]?.name;
  return (
    <Text size="xs" c="dimmed" mb="xs">
      It is cabled to {name} in the same change.
    </Text>
  );
}

/** Makes the object (and its cable), has its card stand where it was dropped, selects it. Null, or why not. */
function useCreate({ spot, connectTo, close }: Props): (draft: CreateDraft) => Promise<Trouble | null> {
  const ui = useUiStore();
  const topology = useTopology();
  const apply = useApply();
  const client = useTRPCClient();
  return async (draft) => {
    const kind = draft.type === "network.create" ? "network" : "sandbox";
    if (spot) ui.set({ claims: { ...ui.get().claims, [claimKey(kind, draft.name)]: spot.position } });
    const commands = connectTo ? createConnected(topology, draft, connectTo) : [draft];
    const result = await apply(commands, { title: `Create ${kind} ${draft.name}`, quiet: true });
    if (!result.ok) return result.trouble;
    const id = createdId(result, kind);
    if (spot && id) await client.topology.layout.mutate({ positions: { [id]: spot.position } }).catch(troubleOf);
    close();
    if (id) ui.set({ selection: [id], focus: id });
    return null;
  };
}

function createdId(result: Extract<ApplyResult, { ok: true }>, kind: "network" | "sandbox"): string | undefined {
  return result.changes.find((change) => change.kind === kind && !change.before)?.id;
}
