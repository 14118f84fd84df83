"use client";

import { Button, Group, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { Verdict } from "#cnm/errors.ts";
import { Name } from "#cnm/ids.ts";
import { sentence } from "#components/api/trouble.ts";

/** What the forms of networks and sandboxes have in common. */

/** A list of choices belongs to the form, which a click beside it would close, and is not cut off by the form's edge. */
export const inForm = { withinPortal: false, floatingStrategy: "fixed" } as const;

export function nameProblem(name: string, free: (name: string) => Verdict): string | null {
  const shape = Name.safeParse(name);
  if (!shape.success) return sentence(shape.error.issues[0]?.message ?? "is not a name");
  const verdict = free(name);
  return verdict.ok ? null : sentence(verdict.message);
}

export function NameField({ field }: { field: ReturnType<UseFormReturnType<object>["getInputProps"]> }) {
  return (
    <TextInput label="Name" data-autofocus autoFocus {...field} onFocus={(event) => event.currentTarget.select()} />
  );
}

export function FormButtons({ label, busy, cancel }: { label: string; busy: boolean; cancel: () => void }) {
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" size="xs" onClick={cancel}>
        Cancel
      </Button>
      <Button type="submit" size="xs" loading={busy}>
        {label}
      </Button>
    </Group>
  );
}
