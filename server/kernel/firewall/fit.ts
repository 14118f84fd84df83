import { isOurChain, userChain } from "../names.ts";
import type { TableLines } from "../steps.ts";
import { endsAll, normalRule } from "./rule.ts";
import type { Ruleset } from "./ruleset.ts";

/** Whether what to say depends on what others have: in their chains and in the administrator's. */
export function dependsOnOthers(tables: readonly TableLines[]): boolean {
  return tables.some(({ lines }) =>
    lines.map(parseLine).some(({ verb, chain }) => (verb === ":" ? false : !isOurChain(chain) || chain === userChain)),
  );
}

/**
 * The lines that are still to be run on a firewall that is as `found`: without what is so already, with the administrator's
 * chain left alone if it has rules, and with what goes last in a chain put before the rule that ends it, if one does. Pure.
 */
export function fitTo(tables: readonly TableLines[], found: Ruleset): TableLines[] {
  const fitted = tables.map(({ table, lines }) => {
    const chains: Chains = new Map(
      [...(found.get(table) ?? [])].map(([name, { rules }]) => [name, { rules: rules.map(normalRule), fresh: false }]),
    );
    return { table, lines: lines.flatMap((line) => fitLine(line, chains)) };
  });
  return fitted.filter(({ lines }) => lines.length > 0);
}

interface Line {
  verb: string;
  chain: string;
  rule: string;
}

/** ":CHAIN - [0:0]", "-A CHAIN rule", "-I CHAIN 1 rule", "-F CHAIN". */
function parseLine(line: string): Line {
  const [, verb = "", chain = "", rule = ""] = /^(:|-[A-Z] )(\S+)(?: \d+)? ?(.*)$/.exec(line) ?? [];
  return { verb: verb.trim(), chain, rule };
}

/** The chains as they are after the lines so far; `fresh`: made or emptied by one of them. */
type Chains = Map<string, { rules: string[]; fresh: boolean }>;

function fitLine(line: string, chains: Chains): string[] {
  const { verb, chain, rule } = parseLine(line);
  const there = chains.get(chain);
  switch (verb) {
    case ":":
      chains.set(chain, { rules: [], fresh: true });
      return [line];
    case "-N":
      return there ? [] : [line];
    case "-F":
      there?.rules.splice(0);
      return there ? [line] : [];
    case "-X":
      return there?.rules.length === 0 ? [line] : [];
    case "-D":
      return takeOut(normalRule(rule), there?.rules) ? [line] : [];
    default:
      return there?.rules.includes(normalRule(rule)) && !there.fresh ? [] : [putIn(line, there?.rules ?? [])];
  }
}

function takeOut(rule: string, rules: string[] = []): boolean {
  const at = rules.indexOf(rule);
  if (at >= 0) rules.splice(at, 1);
  return at >= 0;
}

/** The line that puts the rule where it belongs. */
function putIn(line: string, rules: string[]): string {
  const { verb, chain, rule } = parseLine(line);
  const end = verb === "-A" && !isOurChain(chain) ? rules.findIndex(endsAll) : -1;
  if (verb === "-I") rules.unshift(normalRule(rule));
  else rules.splice(end < 0 ? rules.length : end, 0, normalRule(rule));
  return end < 0 ? line : `-I ${chain} ${end + 1} ${rule}`;
}
