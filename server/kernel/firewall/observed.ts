import { isOurChain, userChain } from "../names.ts";
import { type ChainObject, type FirewallObject, keyOf, type RuleObject, type Table } from "../objects.ts";
import { normalRule, targetOf } from "./rule.ts";
import type { Ruleset } from "./ruleset.ts";

export interface Observing {
  family: 4 | 6;
  /** What is expected: it tells which chains have single rules, and whose they are. */
  like: readonly FirewallObject[];
  /** All that is ours; else only what `like` names. */
  everything: boolean;
}

const tables: readonly Table[] = ["raw", "mangle", "nat", "filter"];

/** What is ours of a set of rules. What is as `like` says is the object of `like`, in its spelling. Pure. */
export function observed(found: Ruleset, { family, like, everything }: Observing): FirewallObject[] {
  const expected = new Map(like.filter((object) => object.family === family).map((object) => [keyOf(object), object]));
  const objects = tables.flatMap((table) =>
    [...(found.get(table) ?? [])].flatMap(([name, { rules }]): FirewallObject[] => {
      if (!isOurChain(name)) return hooks({ family, table, name, rules }, expected);
      return ofChain({ kind: "chain", family, table, name, rules }, expected);
    }),
  );
  return everything ? objects : objects.filter((object) => expected.has(keyOf(object)));
}

type Expected = ReadonlyMap<string, FirewallObject>;
type FoundChain = Pick<ChainObject, "family" | "table" | "name"> & { rules: string[] };

/** In a chain that is not ours, the rules that jump to one that is. */
function hooks({ family, table, name, rules }: FoundChain, expected: Expected): RuleObject[] {
  return rules
    .filter((rule) => isOurChain(targetOf(rule)))
    .map((rule) => known({ kind: "rule", family, table, chain: name, rule, place: "last", owner: "host" }, expected));
}

/** The administrator's chain is ours only as long as it is empty, or wanted; its rules never are. */
function ofChain(chain: FoundChain & ChainObject, expected: Expected): FirewallObject[] {
  const { family, table, name, rules } = chain;
  const wanted = expected.get(keyOf(chain));
  if (name === userChain) return wanted || rules.length === 0 ? [{ ...chain, rules: null }] : [];
  if (wanted?.kind !== "chain" && !isOpen(chain, expected)) return [chain];
  if (wanted?.kind === "chain" && wanted.rules) return [sameRules(wanted.rules, rules) ? wanted : chain];
  const single = rules.map((rule) =>
    known({ kind: "rule", family, table, chain: name, rule, place: "last", owner: ownerOf(rule) }, expected),
  );
  return [wanted ?? { ...chain, rules: null }, ...single];
}

/** A chain that nobody names, but rules in it: its rules come one by one. */
function isOpen({ family, table, name }: ChainObject, expected: Expected): boolean {
  return [...expected.values()].some(
    (object) => object.kind === "rule" && object.family === family && object.table === table && object.chain === name,
  );
}

function known(rule: RuleObject, expected: Expected): RuleObject {
  const wanted = expected.get(keyOf(rule));
  return wanted?.kind === "rule" ? wanted : rule;
}

/** Of a rule nobody expects: what isolates is deleted late, as a network's, and what allows or publishes at once. */
const ownerOf = (rule: string): RuleObject["owner"] =>
  /^(DROP|REJECT)$/.test(targetOf(rule)) || isOurChain(targetOf(rule)) ? "network" : "endpoint";

const sameRules = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((rule, i) => normalRule(rule) === normalRule(b[i] ?? ""));
