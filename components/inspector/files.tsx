"use client";

import { Badge, Loader, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Sandbox } from "#cnm/sandbox.ts";
import type { SandboxFile } from "#cnm/sandbox-files.ts";
import { sentence, troubleOf } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useLive } from "#components/live/live-provider.tsx";
import { Section } from "./section.tsx";
import styles from "./truth.module.css";

/** The files that programs in the sandbox see below /etc, as they are, and what a person changed in them. */
export function Files({ sandbox }: { sandbox: Sandbox }) {
  const trpc = useTRPC();
  const revision = useLive((live) => live.state?.revision);
  const { data, error, refetch } = useQuery(trpc.sandbox.files.queryOptions({ ref: sandbox.id }, { staleTime: 0 }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another revision is the reason to read again
  useEffect(() => void refetch(), [revision, refetch]);
  return (
    <Section title="Files">
      {error && (
        <Text size="sm" c="dimmed">
          {sentence(troubleOf(error).message)}.
        </Text>
      )}
      {!data && !error && <Loader type="dots" size="sm" aria-label="Reading the files" role="status" />}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          It has the host's own.
        </Text>
      )}
      {data?.map((file) => (
        <File key={file.name} {...file} />
      ))}
    </Section>
  );
}

function File({ name, path, content, rendered, edited }: SandboxFile) {
  return (
    <details className={styles.file}>
      <summary>
        <span className="mono">/etc/{name}</span>
        {edited && (
          <Badge size="sm" variant="default" tt="none" ml={8}>
            edited by hand
          </Badge>
        )}
        {content === null && (
          <Badge size="sm" variant="default" tt="none" ml={8}>
            missing
          </Badge>
        )}
      </summary>
      <Text size="xs" c="dimmed" className="mono" style={{ overflowWrap: "anywhere" }}>
        {path}
      </Text>
      {content !== null && <Listing label={`/etc/${name}`} text={content} />}
      {edited && (
        <>
          <Text size="xs" c="dimmed">
            Patchbay leaves it alone. It would have written:
          </Text>
          <Listing label={`/etc/${name} as it would be written`} text={rendered} />
        </>
      )}
    </details>
  );
}

function Listing({ label, text }: { label: string; text: string }) {
  return (
    <section aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must the keyboard be able to */}
      <pre className={styles.listing} tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}
