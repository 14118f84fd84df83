"use client";

import { Button, Group, Text, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import type { Endpoint } from "#cnm/endpoint.ts";
import { formatExposure, parseExposure } from "#cnm/ports.ts";
import { sentence } from "#components/api/trouble.ts";
import styles from "./inspector.module.css";
import { withText } from "./port-draft.ts";
import { useProposal } from "./use-proposal.ts";

/** What the sandbox serves: what links open, and what "publish all" publishes. */
export function Exposed({ endpoint }: { endpoint: Endpoint }) {
  const [typed, setTyped] = useState("");
  const { verdict, propose } = useProposal(endpoint);
  const texts = endpoint.exposed.map(formatExposure);
  const parsed = typed === "" ? null : parseExposure(typed);
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!parsed?.ok) return;
    const text = formatExposure(parsed.value);
    propose(`Expose ${text}?`, { expose: withText(texts, null, text) }, () => setTyped(""));
  };
  return (
    <>
      <Text size="sm" fw={500} mt="sm" mb={4}>
        Exposed
      </Text>
      <Group gap={4} mb={texts.length > 0 ? 6 : 0}>
        {texts.map((text, index) => (
          <span key={text} className={styles.token}>
            <span className="mono">{text}</span>
            <button
              type="button"
              disabled={!verdict.ok}
              aria-label={`No longer expose ${text}`}
              onClick={() => propose(`No longer expose ${text}?`, { expose: withText(texts, index, null) })}
            >
              <IconX size={12} aria-hidden />
            </button>
          </span>
        ))}
      </Group>
      <form onSubmit={add} noValidate>
        <Group gap="xs" align="flex-start" wrap="nowrap">
          <TextInput
            flex={1}
            size="xs"
            aria-label="Port to expose"
            placeholder="80/tcp, 8000-8010/udp"
            classNames={{ input: "mono" }}
            autoComplete="off"
            disabled={!verdict.ok}
            value={typed}
            error={parsed && !parsed.ok ? sentence(parsed.message) : undefined}
            onChange={(event) => setTyped(event.currentTarget.value.trim())}
          />
          <Button type="submit" variant="default" size="xs" disabled={!verdict.ok || !parsed?.ok}>
            Expose…
          </Button>
        </Group>
      </form>
    </>
  );
}
