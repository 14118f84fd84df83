"use client";

import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { count } from "#cnm/text.ts";
import { type Trouble, troubleOf } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useApply } from "#components/api/use-apply.ts";
import { useFresh } from "#components/api/use-fresh.ts";
import { Dialog } from "#components/frame/dialog.tsx";
import { focusInspector } from "#components/inspector/inspector-head.tsx";
import { FormTrouble } from "./form-trouble.tsx";
import styles from "./plan.module.css";
import type { Dialog as Wanted } from "./ui.ts";

type Props = Omit<Extract<Wanted, { kind: "plan" }>, "kind"> & { close: () => void };

/** What the kernel would be told, before it is. Made anew when somebody else changes something meanwhile. */
export function PlanDialog({ title, commands, done, close }: Props) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Trouble | null>(null);
  const apply = useApply();
  const trpc = useTRPC();
  const { data, error } = useFresh(trpc.topology.plan.queryOptions({ commands }, { gcTime: 0, enabled: !busy }));
  const trouble = refusal ?? (error ? troubleOf(error) : null);
  const run = async () => {
    setBusy(true);
    const result = await apply(commands, { title, quiet: true });
    setBusy(false);
    if (!result.ok) return setRefusal(result.trouble);
    close();
    done?.();
    requestAnimationFrame(() => document.activeElement === document.body && focusInspector());
  };
  return (
    <Dialog title={title} close={close} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (data && !busy) void run();
        }}
      >
        <Stack gap="sm">
          {!data && !error && <Loader type="dots" size="sm" aria-label="Planning" role="status" />}
          {data && <Planned {...data} />}
          <FormTrouble trouble={trouble} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="xs" onClick={close}>
              Cancel
            </Button>
            <Button
              type="submit"
              size="xs"
              loading={busy}
              data-autofocus
              data-disabled={!data || undefined}
              aria-disabled={!data || undefined}
            >
              Apply
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Planned({ summary, steps, changes }: { summary: string; steps: string[]; changes: object[] }) {
  if (changes.length === 0) return <Text size="sm">It is so already: nothing changes.</Text>;
  return (
    <>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        <Text span inherit c="dimmed">
          History will say:
        </Text>{" "}
        {summary}
      </Text>
      {steps.length === 0 ? (
        <Text size="sm" c="dimmed">
          The kernel has nothing to do for it.
        </Text>
      ) : (
        <section aria-label="Planned steps">
          <Text size="xs" c="dimmed" mb={4}>
            {count(steps.length, "step")} in the kernel, as command lines:
          </Text>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must the keyboard be able to */}
          <ol className={styles.steps} tabIndex={0} aria-label="Steps">
            {steps.map((command, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same line may be there twice
              <li key={index}>
                <code>{command}</code>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}
