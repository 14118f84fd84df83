"use client";

import { Code, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { announce } from "#components/frame/announcer.tsx";
import { liftOf, sentence, shortMessage, type Trouble } from "./trouble.ts";

/** Shows why something did not happen: the sentence, the kernel's own words, what would lift it. Stays until closed if the kernel refused. */
export function notifyTrouble(title: string, trouble: Trouble): void {
  const { message, code } = trouble;
  notifications.show({
    title,
    message: <TroubleText trouble={trouble} />,
    color: "red",
    autoClose: code === "KERNEL" ? false : 10_000,
    withBorder: true,
    closeButtonProps: { "aria-label": "Close this message" },
  });
  announce([title, message, liftOf(trouble) ?? ""].join(". "));
}

export function TroubleText({ trouble }: { trouble: Trouble }) {
  const { step, problems } = trouble.details;
  const lift = liftOf(trouble);
  return (
    <Stack gap={4}>
      {problems && problems.length > 1 ? (
        problems.map(({ path, message: text }) => (
          <Text key={`${path} ${text}`} size="sm">
            {path ? `${path}: ${text}` : sentence(text)}
          </Text>
        ))
      ) : (
        <Text size="sm">{sentence(shortMessage(trouble))}.</Text>
      )}
      {step && (
        <Code block className="kernel-words">
          {step.command}
          {"\n"}
          {[step.errno, step.text].filter(Boolean).join(": ")}
        </Code>
      )}
      {lift && (
        <Text size="sm" c="dimmed">
          {sentence(lift)}.
        </Text>
      )}
    </Stack>
  );
}
