import type { Family } from "#cnm/cidr.ts";
import type { FirewallRule } from "#cnm/firewall.ts";
import { parseIptablesRule } from "#cnm/iptables-rule.ts";

/** The comments of our rules: "patchbay network 0123456789ab", "patchbay endpoint 0123456789ab", "patchbay". */
const ownerComment = /^patchbay(?: (network|endpoint) ([0-9a-f]{12}))?$/;

/**
 * Our rules in the output of `iptables-save -c` or `ip6tables-save -c`, in its order: those in our chains, those that jump to
 * them, and those with a comment of ours. An owner's id is the first twelve digits. Pure.
 */
export function parseCounters(family: Family, text: string): FirewallRule[] {
  let table = "";
  return text.split("\n").flatMap((line) => {
    if (line.startsWith("*")) table = line.slice(1).trim();
    const parts = /^\[(\d+):(\d+)\] -A (\S+)(?: (.*))?$/.exec(line);
    if (!parts) return [];
    const [, packets = "", bytes = "", chain = "", rule = ""] = parts;
    const { comment, target } = parseIptablesRule(rule);
    const ours = [chain, target].some((name) => name.startsWith("PATCHBAY-"));
    const owner = ownerComment.exec(comment);
    if (!ours && !owner) return [];
    return [{ family, table, chain, rule, packets: Number(packets), bytes: Number(bytes), owner: ownerOf(owner) }];
  });
}

function ownerOf(comment: RegExpExecArray | null): FirewallRule["owner"] {
  const [, kind, id] = comment ?? [];
  return (kind === "network" || kind === "endpoint") && id ? { kind, id } : { kind: "host", id: null };
}
