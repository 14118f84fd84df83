"use client";

import { Button, Group, Select, SimpleGrid, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Protocol } from "#cnm/ports.ts";
import { sentence } from "#components/api/trouble.ts";
import { leaveOnEscape } from "./leave.ts";
import { emptyPort, type PortDraft, portProblems, publicationText, splitPublication } from "./port-draft.ts";

interface PortFormProps {
  /** What is edited; a new one without it. */
  initial?: PortDraft;
  /** Where it is published if no address is given; null: on every one. */
  binding: string | null;
  /** Gets the publication as a command takes it. */
  submit: (text: string) => void;
  cancel: () => void;
}

/** Four fields that say at once what is wrong with them; a whole "127.0.0.1:8080:80/tcp" in one of them fills the others. */
export function PortForm({ initial = emptyPort, binding, submit, cancel }: PortFormProps) {
  const [draft, setDraft] = useState(initial);
  const [missing, setMissing] = useState(false);
  const problems = portProblems(draft);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setMissing(draft.port === "");
    if (draft.port !== "" && Object.keys(problems).length === 0) submit(publicationText(draft));
  };
  const field = (key: "hostAddress" | "hostPort" | "port") => ({
    size: "xs" as const,
    classNames: { input: "mono" },
    autoComplete: "off",
    value: draft[key],
    error: problems[key] && sentence(problems[key]),
    onChange: (event: { currentTarget: HTMLInputElement }) => {
      const text = event.currentTarget.value.trim();
      const whole = key === "hostAddress" ? null : splitPublication(text);
      setDraft(whole ?? { ...draft, [key]: text });
    },
  });
  return (
    <form onSubmit={send} noValidate onKeyDown={leaveOnEscape(cancel)}>
      <SimpleGrid cols={2} spacing={8} verticalSpacing={8}>
        <TextInput
          label="Port of the sandbox"
          placeholder="80"
          autoFocus
          {...field("port")}
          error={field("port").error ?? (missing && draft.port === "" ? "A port, such as 80" : undefined)}
        />
        <Select
          label="Protocol"
          size="xs"
          data={Protocol.options}
          allowDeselect={false}
          value={draft.protocol}
          onChange={(value) => setDraft({ ...draft, protocol: Protocol.catch("tcp").parse(value) })}
        />
        <TextInput label="Port of the host" placeholder="any free one" {...field("hostPort")} />
        <TextInput label="Address of the host" placeholder={binding ?? "every one"} {...field("hostAddress")} />
      </SimpleGrid>
      <Group justify="flex-end" gap="xs" mt={8}>
        <Button variant="default" size="compact-xs" onClick={cancel}>
          Cancel
        </Button>
        <Button type="submit" size="compact-xs">
          {initial === emptyPort ? "Publish…" : "Change…"}
        </Button>
      </Group>
    </form>
  );
}
