"use client";

import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { AuthCard } from "./auth-card.tsx";
import { signIn } from "./sign-in.ts";

export function LoginForm() {
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({
    initialValues: { username: "", password: "" },
    validate: {
      username: (value) => (value ? null : "Enter your user name"),
      password: (value) => (value ? null : "Enter your password"),
    },
  });
  const submit = form.onSubmit(async ({ username, password }) => {
    setProblem(null);
    const refused = await signIn(username, password);
    if (!refused) return window.location.assign("/topology");
    setProblem(refused);
    form.setFieldValue("password", "");
  });
  return (
    <AuthCard title="Sign in" lead="The networks of this host, and everything that was ever done to them.">
      <SetupHint />
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="User name" autoComplete="username" autoFocus {...form.getInputProps("username")} />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
            {...form.getInputProps("password")}
          />
          {problem && (
            <Alert color="red" variant="light" role="alert" p="sm">
              {problem}
            </Alert>
          )}
          <Button type="submit" loading={form.submitting}>
            Sign in
          </Button>
        </Stack>
      </form>
    </AuthCard>
  );
}

function SetupHint() {
  const trpc = useTRPC();
  const status = useQuery(
    trpc.auth.status.queryOptions(undefined, { refetchInterval: ({ state }) => (state.data ? false : 2000) }),
  );
  if (status.isError)
    return (
      <Alert variant="default" title="The daemon is not reachable">
        Networks and sandboxes keep working. This page tries again by itself.
      </Alert>
    );
  if (!status.data?.needsSetup) return null;
  return (
    <Alert variant="default" title="Nobody has an account yet">
      Open the one-time link that the daemon printed when it started; it creates the first administrator.
    </Alert>
  );
}
