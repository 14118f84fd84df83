"use client";

import { useCallback } from "react";
import type { CommandDraft } from "#cnm/commands.ts";
import type { Change } from "#cnm/topology.ts";
import { announce } from "#components/frame/announcer.tsx";
import { shortSummary } from "#components/history/words.ts";
import { useLiveStore } from "#components/live/live-provider.tsx";
import { notifyTrouble } from "./notify.tsx";
import { editVerdict, useActor } from "./session.tsx";
import { type Trouble, troubleOf, troubleOfRefusal } from "./trouble.ts";
import { useTRPCClient } from "./trpc.ts";

export type ApplyResult = { ok: true; changes: Change[] } | { ok: false; trouble: Trouble };

export interface ApplyOptions {
  /** What was tried, for the message when it fails: "Connect web-1 to net-1". */
  title: string;
  /** The caller shows the trouble itself, beside the field it belongs to. */
  quiet?: boolean;
}

/**
 * Runs commands as one atomic change and says how it ended. Nothing is queued: without a live daemon the change is refused
 * at once. The request id makes a repeated delivery of the same request one change.
 */
export function useApply(): (commands: CommandDraft[], options: ApplyOptions) => Promise<ApplyResult> {
  const client = useTRPCClient();
  const live = useLiveStore();
  const { role } = useActor();
  return useCallback(
    async (commands, { title, quiet }) => {
      const verdict = editVerdict(role, live.get().link);
      const result = verdict.ok
        ? await client.topology.change.mutate({ commands, requestId: requestId() }).then(
            ({ entry, changes }): ApplyResult => {
              announce(`Done: ${shortSummary(entry.summary)}`);
              return { ok: true, changes };
            },
            (error): ApplyResult => ({ ok: false, trouble: troubleOf(error) }),
          )
        : ({ ok: false, trouble: troubleOfRefusal(verdict) } satisfies ApplyResult);
      if (!result.ok && !quiet) notifyTrouble(`${title}: not done`, result.trouble);
      return result;
    },
    [client, live, role],
  );
}

/** `crypto.randomUUID` is missing where the page does not come over TLS or loopback. */
function requestId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
