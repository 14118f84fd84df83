"use client";

import type { CommandDraft } from "#cnm/commands.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import type { Verdict } from "#cnm/errors.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";

type Update = Omit<Extract<CommandDraft, { type: "endpoint.update" }>, "type" | "endpoint">;

interface Proposal {
  verdict: Verdict;
  /** Shows the plan of a change of the endpoint; `done` hears of it when it has been applied. */
  propose: (title: string, update: Update, done?: () => void) => void;
}

export function useProposal({ id }: Endpoint): Proposal {
  const ui = useUiStore();
  const verdict = useEditVerdict();
  const propose: Proposal["propose"] = (title, update, done) =>
    ui.set({
      dialog: { kind: "plan", title, done, commands: [{ type: "endpoint.update", endpoint: id, ...update }] },
    });
  return { verdict, propose };
}
