"use client";

import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { outcomes } from "#cnm/history.ts";
import { fields, type HistoryQuery } from "./filter.ts";
import styles from "./history.module.css";

interface FiltersProps {
  query: HistoryQuery;
  change: (change: Record<string, string>) => void;
}

const verbs = [
  "network.create",
  "network.delete",
  "sandbox.create",
  "sandbox.update",
  "sandbox.adopt",
  "sandbox.delete",
  "sandbox.exec",
  "endpoint.create",
  "endpoint.join",
  "endpoint.leave",
  "endpoint.delete",
  "auth.login",
  "auth.logout",
  "auth.setup",
  "user.create",
  "user.setRole",
  "user.setPassword",
  "user.delete",
  "daemon.reconcile",
];

export function Filters({ query, change }: FiltersProps) {
  const [typed, setTyped] = useState(query);
  const note = useDebouncedCallback(change, 250);
  const set = (field: keyof HistoryQuery, value: string) => {
    setTyped({ ...typed, [field]: value });
    note({ [field]: value });
  };
  const text = (field: keyof HistoryQuery, label: string) => ({
    label,
    size: "xs",
    value: typed[field],
    onChange: (event: { currentTarget: { value: string } }) => set(field, event.currentTarget.value),
  });
  const clear = () => {
    const none = { actor: "", verb: "", object: "", outcome: "", after: "", before: "" };
    setTyped(none);
    change(none);
  };
  return (
    <Group className={styles.filters} gap="xs" align="flex-end" role="search" aria-label="Filter the history">
      <TextInput {...text("actor", "Actor")} w={100} placeholder="anyone" />
      <NativeSelect {...text("verb", "Verb")} w={140} data={[{ value: "", label: "any" }, ...verbs]} />
      <TextInput {...text("object", "Object")} w={120} placeholder="name or id" />
      <NativeSelect {...text("outcome", "Outcome")} w={110} data={[{ value: "", label: "any" }, ...outcomes]} />
      <TextInput {...text("after", "From")} type="datetime-local" w={178} />
      <TextInput {...text("before", "To")} type="datetime-local" w={178} />
      {fields.some((field) => typed[field]) && (
        <Button variant="subtle" size="xs" onClick={clear}>
          Clear
        </Button>
      )}
    </Group>
  );
}
