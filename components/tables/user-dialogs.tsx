"use client";

import { Button, Group, PasswordInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { type Role, roles } from "#cnm/history.ts";
import { FormTrouble, useFormTrouble } from "#components/actions/form-trouble.tsx";
import { type Trouble, troubleOf } from "#components/api/trouble.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { checkPassword, checkUsername } from "#components/auth/user-rules.ts";
import { announce } from "#components/frame/announcer.tsx";
import { Dialog } from "#components/frame/dialog.tsx";

export type UserDialog = { kind: "create" } | { kind: "password" | "remove"; username: string };

export function UserDialogs({ close, ...dialog }: UserDialog & { close: () => void }) {
  if (dialog.kind === "create") return <CreateUser close={close} />;
  if (dialog.kind === "password") return <SetPassword username={dialog.username} close={close} />;
  return <RemoveUser username={dialog.username} close={close} />;
}

function CreateUser({ close }: { close: () => void }) {
  const client = useTRPCClient();
  const send = useSend(close);
  const form = useForm({
    initialValues: { username: "", name: "", password: "", role: "operator" as Role },
    validate: { username: checkUsername, password: checkPassword },
  });
  const { trouble, report } = useFormTrouble(form);
  const submit = form.onSubmit(async ({ name, ...rest }) =>
    report(
      await send(`Created ${rest.username}`, () =>
        client.user.create.mutate({ ...rest, name: name.trim() || undefined }),
      ),
    ),
  );
  return (
    <FormDialog
      title="New user"
      action="Create user"
      busy={form.submitting}
      trouble={trouble}
      submit={submit}
      close={close}
    >
      <TextInput label="User name" autoComplete="off" data-autofocus {...form.getInputProps("username")} />
      <TextInput label="Name" description="Shown to others; may be empty" {...form.getInputProps("name")} />
      <PasswordInput
        label="Password"
        description="At least 8 characters"
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
        {...form.getInputProps("password")}
      />
      <Select label="Role" data={[...roles]} allowDeselect={false} {...form.getInputProps("role")} />
    </FormDialog>
  );
}

function SetPassword({ username, close }: { username: string; close: () => void }) {
  const client = useTRPCClient();
  const send = useSend(close);
  const form = useForm({ initialValues: { password: "" }, validate: { password: checkPassword } });
  const { trouble, report } = useFormTrouble(form);
  const submit = form.onSubmit(async ({ password }) =>
    report(await send(`Password of ${username} set`, () => client.user.setPassword.mutate({ username, password }))),
  );
  return (
    <FormDialog
      title={`Password of ${username}`}
      action="Set password"
      busy={form.submitting}
      trouble={trouble}
      submit={submit}
      close={close}
    >
      <PasswordInput
        label="New password"
        description="At least 8 characters. Ends the sessions of this user."
        autoComplete="new-password"
        data-autofocus
        visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
        {...form.getInputProps("password")}
      />
    </FormDialog>
  );
}

function RemoveUser({ username, close }: { username: string; close: () => void }) {
  const client = useTRPCClient();
  const send = useSend(close);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(await send(`Removed ${username}`, () => client.user.delete.mutate({ username })));
    setBusy(false);
  };
  return (
    <FormDialog
      title={`Remove ${username}?`}
      action="Remove user"
      busy={busy}
      trouble={trouble}
      submit={submit}
      close={close}
    >
      <Text size="sm">Their sessions end at once. What they did stays in the history.</Text>
    </FormDialog>
  );
}

interface DialogProps {
  title: string;
  action: string;
  busy: boolean;
  trouble: Trouble | null;
  submit: (event: FormEvent<HTMLFormElement>) => void;
  close: () => void;
  children: ReactNode;
}

function FormDialog({ title, action, busy, trouble, submit, close, children }: DialogProps) {
  return (
    <Dialog title={title} close={close} size="sm">
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          {children}
          <FormTrouble trouble={trouble} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="xs" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" size="xs" loading={busy}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Does it, has the list read again, closes; or gives back why not. */
function useSend(close: () => void) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return async (done: string, change: () => Promise<unknown>): Promise<Trouble | null> => {
    try {
      await change();
    } catch (error) {
      return troubleOf(error);
    }
    await queries.invalidateQueries(trpc.user.list.queryFilter());
    announce(done);
    close();
    return null;
  };
}
