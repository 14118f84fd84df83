import { type Outcome, outcomes } from "#cnm/history.ts";

/** What the list is filtered by, as it stands in the page's address; times as the browser's fields give them. */
export interface HistoryQuery {
  actor: string;
  verb: string;
  object: string;
  outcome: string;
  after: string;
  before: string;
}

export const fields = ["actor", "verb", "object", "outcome", "after", "before"] as const;

export function readQuery(params: Pick<URLSearchParams, "get">): HistoryQuery {
  const [actor = "", verb = "", object = "", outcome = "", after = "", before = ""] = fields.map(
    (field) => params.get(field) ?? "",
  );
  return { actor, verb, object, outcome, after, before };
}

/** "?actor=kim&outcome=failed"; other parameters of the address are kept, empty ones left out. */
export function writeQuery(params: URLSearchParams, change: Partial<Record<string, string>>): string {
  const next = new URLSearchParams(params);
  for (const [key, value] of Object.entries(change)) {
    if (value) next.set(key, value);
    else next.delete(key);
  }
  const text = next.toString();
  return text ? `?${text}` : "";
}

/** The query as the daemon wants it: local times become RFC 3339, what cannot be one is left out. */
export function toFilter(query: HistoryQuery) {
  return {
    actor: query.actor || undefined,
    verb: query.verb || undefined,
    object: query.object || undefined,
    outcome: outcomes.find((outcome): outcome is Outcome => outcome === query.outcome),
    after: toInstant(query.after),
    before: toInstant(query.before),
  };
}

function toInstant(local: string): string | undefined {
  const time = Date.parse(local);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
