import { userChain } from "../names.ts";
import { type ChainObject, type FirewallObject, keyOf, type RuleObject, type Table } from "../objects.ts";
import type { Step, TableLines } from "../steps.ts";
import { normalRule } from "./rule.ts";

/**
 * What turns the firewall of `have` into that of `want`, in at most one step per family and end. `first`, before links come
 * or go: chains that are new or different, new rules, and the end of the endpoints' rules. `last`: the end of the other
 * rules, then of chains. So a network is isolated before it has links, until it has none, and nothing is published to nobody.
 */
export function firewallPlan(want: readonly FirewallObject[], have: readonly FirewallObject[]) {
  const families = [4, 6] as const;
  const changes = families.map((family) => {
    const of = (objects: readonly FirewallObject[]) => objects.filter((object) => object.family === family);
    return { family, change: changeOf(of(want), of(have)) };
  });
  return {
    first: changes.flatMap(({ family, change }) => step(family, firstLines(change))),
    last: changes.flatMap(({ family, change }) => step(family, lastLines(change))),
  };
}

function step(family: 4 | 6, all: readonly TableLines[]): Step[] {
  const tables = all.filter(({ lines }) => lines.length > 0);
  return tables.length === 0 ? [] : [{ op: "firewall.set", family, tables }];
}

interface Change {
  /** New, or with other rules than now. */
  chains: ChainObject[];
  added: RuleObject[];
  /** With each as often as it is there too much; without what goes with its chain. */
  removed: RuleObject[];
  gone: ChainObject[];
}

function changeOf(want: readonly FirewallObject[], have: readonly FirewallObject[]): Change {
  const before = chainsOf(have);
  const after = chainsOf(want);
  const chains = [...after.values()].filter((chain) => !isKept(chain, before.get(keyOf(chain))));
  const gone = [...before.values()].filter((chain) => !after.has(keyOf(chain)));
  const emptied = placesOf(chains);
  const ending = placesOf(gone);
  const wanted = new Map(want.filter(isRule).map((rule) => [keyOf(rule), rule]));
  const there = new Set<string>();
  const removed: RuleObject[] = [];
  for (const rule of have.filter(isRule).filter((rule) => !emptied.has(placeOf(rule)))) {
    const key = keyOf(rule);
    if (wanted.has(key) && !there.has(key)) there.add(key);
    else if (rule.owner === "endpoint" || !ending.has(placeOf(rule))) removed.push(wanted.get(key) ?? rule);
  }
  return { chains, gone, removed, added: [...wanted].flatMap(([key, rule]) => (there.has(key) ? [] : [rule])) };
}

const isRule = (object: FirewallObject): object is RuleObject => object.kind === "rule";
const placeOf = ({ table, chain }: RuleObject): string => `${table} ${chain}`;
const placesOf = (chains: readonly ChainObject[]) =>
  new Set(chains.filter(({ name }) => name !== userChain).map(({ table, name }) => `${table} ${name}`));

function chainsOf(objects: readonly FirewallObject[]): ReadonlyMap<string, ChainObject> {
  return new Map(objects.flatMap((object) => (object.kind === "chain" ? [[keyOf(object), object]] : [])));
}

function isKept(want: ChainObject, have: ChainObject | undefined): boolean {
  if (!have || want.name === userChain) return have !== undefined;
  if (!want.rules || !have.rules) return want.rules === have.rules;
  return sameText(want.rules) === sameText(have.rules);
}

const sameText = (rules: readonly string[]): string => rules.map(normalRule).join("\n");

/** Fail closed: what drops and filters is there before what translates. */
const tables: readonly Table[] = ["raw", "filter", "mangle", "nat"];

function firstLines({ chains, added, removed }: Change): TableLines[] {
  const ended = removed.filter(({ owner }) => owner === "endpoint");
  return tables.map((table) => {
    const here = <T extends { table: Table }>(objects: readonly T[]) =>
      objects.filter((object) => object.table === table);
    const rules = here(added);
    return {
      table,
      lines: [
        ...here(chains).map(({ name }) => (name === userChain ? `-N ${name}` : `:${name} - [0:0]`)),
        ...here(ended).map(deletion),
        ...here(chains).flatMap(({ name, rules }) => rules?.map((rule) => `-A ${name} ${rule}`) ?? []),
        ...rules.filter(({ place }) => place === "last").map(({ chain, rule }) => `-A ${chain} ${rule}`),
        // Each before those inserted earlier: backwards, so that they are in the order they are wanted in.
        ...rules
          .filter(({ place }) => place === "first")
          .map(({ chain, rule }) => `-I ${chain} 1 ${rule}`)
          .reverse(),
      ],
    };
  });
}

function lastLines({ gone, removed }: Change): TableLines[] {
  const ended = removed.filter(({ owner }) => owner !== "endpoint");
  return tables.toReversed().map((table) => {
    const chains = gone.filter((chain) => chain.table === table).map(({ name }) => name);
    return {
      table,
      lines: [
        ...ended.filter((rule) => rule.table === table).map(deletion),
        ...chains.filter((name) => name !== userChain).map((name) => `-F ${name}`),
        ...chains.map((name) => `-X ${name}`),
      ],
    };
  });
}

const deletion = ({ chain, rule }: RuleObject): string => `-D ${chain} ${rule}`;
