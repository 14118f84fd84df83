"use client";

import { createContext, type ReactNode, useContext } from "react";
import { mayAdopt, mayEdit } from "#cnm/access.ts";
import { allowed, type Verdict } from "#cnm/errors.ts";
import type { Actor, Role } from "#cnm/history.ts";
import type { Link } from "#components/live/live.ts";
import { useLive } from "#components/live/live-provider.tsx";

const SessionContext = createContext<Actor | null>(null);

export function SessionProvider({ actor, children }: { actor: Actor; children: ReactNode }) {
  return <SessionContext value={actor}>{children}</SessionContext>;
}

/** The signed-in person. */
export function useActor(): Actor {
  const actor = useContext(SessionContext);
  if (!actor) throw new Error("useActor is used outside SessionProvider");
  return actor;
}

/** Whether an edit can be tried now; the daemon decides again. */
export function editVerdict(role: Role, link: Link): Verdict {
  const verdict = mayEdit(role);
  return verdict.ok ? liveVerdict(link) : verdict;
}

/** Whether something can be adopted now; the daemon decides again. */
export function adoptVerdict(role: Role, link: Link): Verdict {
  const verdict = mayAdopt(role);
  return verdict.ok ? liveVerdict(link) : verdict;
}

function liveVerdict(link: Link): Verdict {
  if (link === "live") return allowed;
  return {
    ok: false,
    code: "UNAVAILABLE",
    rule: "daemon-unreachable",
    message: "the daemon is not reachable, so nothing can be changed now",
    lift: "wait until the view is live again",
  };
}

export function useEditVerdict(): Verdict {
  const { role } = useActor();
  const link = useLive((live) => live.link);
  return editVerdict(role, link);
}

export function useAdoptVerdict(): Verdict {
  const { role } = useActor();
  const link = useLive((live) => live.link);
  return adoptVerdict(role, link);
}
