"use client";

import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useState } from "react";
import { TroubleText } from "#components/api/notify.tsx";
import { type Trouble, troubleOf } from "#components/api/trouble.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { AuthCard } from "./auth-card.tsx";
import { signIn } from "./sign-in.ts";
import { checkPassword, checkUsername } from "./user-rules.ts";

/** The one-time link's page: its token is in the fragment, which browsers send to nobody, and leaves the address bar at once. */
export function SetupForm() {
  const client = useTRPCClient();
  const token = useFragment();
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const form = useForm({
    initialValues: { username: "admin", password: "", again: "" },
    validate: {
      username: checkUsername,
      password: checkPassword,
      again: (value, { password }) => (value === password ? null : "The two passwords differ"),
    },
  });
  const submit = form.onSubmit(async ({ username, password }) => {
    setTrouble(null);
    try {
      await client.auth.setup.mutate({ token: token ?? "", username, password });
      await signIn(username, password);
      window.location.assign("/topology");
    } catch (error) {
      setTrouble(troubleOf(error));
    }
  });
  if (token === "")
    return (
      <AuthCard title="Set up Patchbay" lead="This page needs the one-time link.">
        <Alert variant="default" title="The link has no token">
          Open the whole link that the daemon printed when it started. If there is an administrator already,{" "}
          <Anchor href="/login" inherit underline="always">
            sign in
          </Anchor>
          .
        </Alert>
      </AuthCard>
    );
  return (
    <AuthCard title="Create the first administrator" lead="This link works once. More users can be added afterwards.">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="User name" autoComplete="username" autoFocus {...form.getInputProps("username")} />
          <PasswordInput
            label="Password"
            description="At least 8 characters"
            autoComplete="new-password"
            visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
            {...form.getInputProps("password")}
          />
          <PasswordInput
            label="Password again"
            autoComplete="new-password"
            visibilityToggleButtonProps={{ "aria-label": "Show the repeated password" }}
            {...form.getInputProps("again")}
          />
          {trouble && (
            <Alert color="red" variant="light" role="alert" p="sm">
              <TroubleText trouble={trouble} />
            </Alert>
          )}
          <Button type="submit" loading={form.submitting}>
            Create administrator
          </Button>
        </Stack>
      </form>
    </AuthCard>
  );
}

/** The token, "" if there is none; null until the browser has been asked. */
function useFragment(): string | null {
  const [fragment, setFragment] = useState<string | null>(null);
  useEffect(() => {
    setFragment((known) => known || window.location.hash.slice(1));
    window.history.replaceState(null, "", window.location.pathname);
  }, []);
  return fragment;
}
