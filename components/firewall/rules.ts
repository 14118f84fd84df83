import { explainRule, type FirewallRule } from "#cnm/firewall.ts";
import { shortId } from "#cnm/ids.ts";
import type { Topology } from "#cnm/topology.ts";

/** A rule with what is said of it. */
export interface ShownRule {
  /** The same for the same rule at every poll, as long as none like it comes before. */
  key: string;
  rule: FirewallRule;
  words: string;
  owner: string;
}

export interface RuleFilter {
  /** An owner as `ownerKey` writes it; "" for all. */
  owner: string;
  text: string;
}

/** "network", "endpoint" or "host" and its id. */
export const ownerKey = ({ kind, id }: FirewallRule["owner"]): string => (id ? `${kind} ${id}` : kind);

/** "network web", "endpoint web/db", "host". */
export function ownerWords({ kind, id }: FirewallRule["owner"], { networks, endpoints }: Topology): string {
  if (kind === "host") return "host";
  if (!id) return `${kind} that has gone`;
  const endpoint = endpoints[id];
  if (kind === "network") return `network ${networks[id]?.name ?? shortId(id)}`;
  return `endpoint ${endpoint ? `${networks[endpoint.networkId]?.name ?? ""}/${endpoint.name}` : shortId(id)}`;
}

/** The rules that belong to the owner and hold every word of the text, in words or as iptables has them. */
export function shownRules(rules: readonly FirewallRule[], filter: RuleFilter, topology: Topology): ShownRule[] {
  const wanted = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const seen = new Map<string, number>();
  return rules.flatMap((rule) => {
    const line = commandLine(rule);
    const nth = seen.get(line) ?? 0;
    seen.set(line, nth + 1);
    if (filter.owner && ownerKey(rule.owner) !== filter.owner) return [];
    const shown = {
      key: `${line} ${nth}`,
      rule,
      words: explainRule(rule, topology),
      owner: ownerWords(rule.owner, topology),
    };
    const text = `${line}\n${shown.words}\n${shown.owner}`.toLowerCase();
    return wanted.every((word) => text.includes(word)) ? [shown] : [];
  });
}

/** Whom there are rules of, by words; the host first. */
export function ownersOf(rules: readonly FirewallRule[], topology: Topology): { value: string; label: string }[] {
  const owners = new Map(rules.map(({ owner }) => [ownerKey(owner), ownerWords(owner, topology)]));
  return [...owners]
    .map(([value, label]) => ({ value, label }))
    .sort((a, b) => Number(a.value !== "host") - Number(b.value !== "host") || a.label.localeCompare(b.label, "en"));
}

/** What a person would type to make the rule: "iptables -t nat -A CHAIN …". */
export function commandLine({ family, table, chain, rule }: FirewallRule): string {
  return `${family === 4 ? "iptables" : "ip6tables"} -t ${table} -A ${chain} ${rule}`;
}

/** "0 B", "720 B", "1.2 kB", "3.4 GB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}
