"use client";

import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { allowed, type Verdict } from "#cnm/errors.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { sentence } from "#components/api/trouble.ts";
import { useLive, useTopology } from "#components/live/live-provider.tsx";
import { firstRefusal } from "#components/topology/intent.ts";
import { ActionButton, Facts } from "./facts.tsx";
import { leaveOnEscape } from "./leave.ts";
import { draftOf, type Given, givenIn, problemsOf, type Setting, type Settings } from "./settings.ts";

interface EditorProps {
  /** What the settings are, together: "DNS" makes the button "Change DNS…". */
  what: string;
  /** Whose they are. */
  name: string;
  of: Settings;
  /** Whether the object has them to itself. */
  verdict?: Verdict;
}

/** Settings as facts, and in their place the form that changes them: it shows the plan first. */
export function SettingsEditor({ what, name, of, verdict = allowed }: EditorProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const edit = useEditVerdict();
  const ui = useUiStore();
  const close = () => {
    setOpen(false);
    requestAnimationFrame(() => button.current?.focus());
  };
  const propose = (given: Given) =>
    ui.set({
      dialog: { kind: "plan", title: `Change ${what} of ${name}?`, commands: of.commands(given), done: close },
    });
  if (open) return <SettingsForm what={what} of={of} propose={propose} close={close} />;
  return (
    <>
      <Facts facts={of.settings.map((setting) => ({ label: setting.label, value: <Told setting={setting} /> }))} />
      <Group mt={8}>
        <ActionButton
          ref={button}
          verdict={firstRefusal(edit, verdict)}
          icon={<IconPencil size={15} aria-hidden />}
          onClick={() => setOpen(true)}
        >
          Change {what}…
        </ActionButton>
      </Group>
    </>
  );
}

function Told({ setting: { texts, otherwise } }: { setting: Setting }) {
  if (texts.length > 0)
    return texts.map((text) => (
      <div key={text} className="mono">
        {text}
      </div>
    ));
  return (
    <Text span inherit c="dimmed">
      {otherwise}
    </Text>
  );
}

interface FormProps extends Pick<EditorProps, "what" | "of"> {
  propose: (given: Given) => void;
  close: () => void;
}

/** Says beside each field what is wrong with it, once it was sent. */
function SettingsForm({ what, of, propose, close }: FormProps) {
  const topology = useTopology();
  const unsupported = useLive((live) => live.state?.unsupported);
  const [opened] = useState(() => draftOf(of.settings));
  const [draft, setDraft] = useState(opened);
  const [problems, setProblems] = useState<Record<string, string>>({});
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = givenIn(opened, draft);
    if (Object.keys(given).length === 0) return close();
    const found = problemsOf(of, given, { topology, unsupported });
    setProblems(found);
    if (Object.keys(found).length === 0) return propose(given);
    requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  };
  const change = (key: string) => (text: string) => {
    setDraft({ ...draft, [key]: text });
    setProblems({ ...problems, [key]: "" });
  };
  const first = of.settings.find(({ verdict }) => verdict.ok)?.key;
  return (
    <form onSubmit={send} noValidate aria-label={`Change ${what}`} onKeyDown={leaveOnEscape(close)}>
      <Stack gap={8}>
        {of.settings.map((setting) => (
          <Field
            key={setting.key}
            setting={setting}
            first={setting.key === first}
            text={draft[setting.key] ?? ""}
            problem={problems[setting.key]}
            change={change(setting.key)}
          />
        ))}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" size="compact-xs" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" size="compact-xs">
            Change…
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldProps {
  setting: Setting;
  first: boolean;
  text: string;
  problem: string | undefined;
  change: (text: string) => void;
}

function Field({ setting, first, text, problem, change }: FieldProps) {
  const { label, many, otherwise, help, verdict } = setting;
  const props = {
    label,
    descriptionProps: { fz: "xs" },
    errorProps: { fz: "xs" },
    description: verdict.ok ? help : `${sentence(verdict.message)}.`,
    placeholder: otherwise,
    size: "xs" as const,
    classNames: { input: "mono" },
    autoComplete: "off",
    autoCapitalize: "off",
    spellCheck: false,
    autoFocus: first,
    disabled: !verdict.ok,
    value: text,
    error: problem && `${sentence(problem)}.`,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => change(currentTarget.value),
  };
  if (!many) return <TextInput {...props} />;
  return <Textarea {...props} autosize minRows={1} maxRows={8} onKeyDown={sendOnEnter} />;
}

/** Enter is a line of its own here; with Control or Command it sends the form, as a button would. */
function sendOnEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
}
