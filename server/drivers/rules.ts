import type { KernelObject, RuleObject, Table } from "#server/kernel/objects.ts";

type Family = 4 | 6;

/** What a rule belongs to, as its comment says it: "patchbay", "patchbay network 3f2a…", "patchbay endpoint 9c01…". */
export interface Owner {
  kind: RuleObject["owner"];
  id?: string;
}

interface RuleParts {
  family: Family;
  table: Table;
  chain: string;
  /** The matches, as iptables-save(8) prints them. */
  match?: string;
  /** "ACCEPT", "DNAT --to-destination 172.17.0.2:80" … */
  target: string;
  owner: Owner;
  place?: RuleObject["place"];
}

export function rule({ family, table, chain, match, target, owner, place = "last" }: RuleParts): RuleObject {
  return { kind: "rule", family, table, chain, rule: line({ match, target, owner }), place, owner: owner.kind };
}

/** As iptables-save(8) prints it behind "-A CHAIN ". */
export function line({ match, target, owner: { kind, id } }: Pick<RuleParts, "match" | "target" | "owner">): string {
  const comment = id === undefined ? "patchbay" : `"patchbay ${kind} ${id.slice(0, 12)}"`;
  return `${match ? `${match} ` : ""}-m comment --comment ${comment} -j ${target}`;
}

/** A chain whose rules come one by one. */
export function openChain(family: Family, table: Table, name: string): KernelObject {
  return { kind: "chain", family, table, name, rules: null };
}

/** The administrator's own chain, and where drivers say what the host forwards; whichever networks there are. */
export const forwardChains = { user: "PATCHBAY-USER", forward: "PATCHBAY-FORWARD" };

/** These chains, and what leads into them. */
export function forwardHook(family: Family): KernelObject[] {
  const { user, forward } = forwardChains;
  const first = (chain: string, target: string) =>
    rule({ family, table: "filter", chain, target, owner: { kind: "host" }, place: "first" });
  return [
    openChain(family, "filter", user),
    openChain(family, "filter", forward),
    first("FORWARD", forward),
    first(forward, user),
  ];
}
