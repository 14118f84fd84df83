"use client";

import { Badge, Text } from "@mantine/core";
import type { Verdict } from "#cnm/errors.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import { insteadOfFiles, type SandboxFile } from "#cnm/sandbox-files.ts";
import { sentence } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useFresh } from "#components/api/use-fresh.ts";
import { useLive } from "#components/live/live-provider.tsx";
import { nameSettings } from "./sandbox-settings.ts";
import { Section } from "./section.tsx";
import { SettingsEditor } from "./settings-editor.tsx";
import styles from "./truth.module.css";
import { Remark, Truth } from "./truth.tsx";

/** The files that programs in the sandbox see below /etc: what is asked for, how they are, and what a person changed in them. */
export function Files({ sandbox, verdict }: { sandbox: Sandbox; verdict: Verdict }) {
  const trpc = useTRPC();
  const edited = useLive((live) => live.state?.edited[sandbox.sharedWith ?? sandbox.id]);
  const query = useFresh(trpc.sandbox.files.queryOptions({ ref: sandbox.id }), edited);
  return (
    <Section title="Files">
      <SettingsEditor what="names" name={sandbox.name} of={nameSettings(sandbox)} verdict={verdict} />
      <Truth query={query} waiting="Reading the files">
        {(files) =>
          files.length === 0 ? (
            <Remark>{sentence(insteadOfFiles(sandbox))}.</Remark>
          ) : (
            <div className={styles.files}>
              {files.map((file) => (
                <File key={file.name} {...file} />
              ))}
            </div>
          )
        }
      </Truth>
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
