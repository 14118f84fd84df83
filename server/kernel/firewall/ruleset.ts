import { SysError } from "../sys.ts";

/** Table → chain → its policy ("-" where it is nobody's built-in) and its rules, as iptables-save prints them behind "-A CHAIN ". */
export type Ruleset = ReadonlyMap<string, ReadonlyMap<string, Chain>>;

interface Chain {
  policy: string;
  rules: string[];
}

/** Reads what iptables-save(8) prints. Pure. Throws EPROTO if it is anything else, or cut short. */
export function parseRuleset(text: string): Ruleset {
  const tables = new Map<string, Map<string, Chain>>();
  let table: Map<string, Chain> | null = null;
  for (const line of text.split("\n")) {
    const [, name, chain, policy, ofChain, rule] = form.exec(line) ?? unknown(line);
    if (name !== undefined) {
      table = tables.get(name) ?? new Map();
      tables.set(name, table);
    } else if (line === "COMMIT") table = null;
    else if (chain !== undefined && policy !== undefined) (table ?? unknown(line)).set(chain, { policy, rules: [] });
    else if (ofChain !== undefined && rule !== undefined) (table?.get(ofChain) ?? unknown(line)).rules.push(rule);
  }
  if (table) unknown("");
  return tables;
}

/** A comment, "*table", ":CHAIN POLICY [counters]", "[counters] -A CHAIN rule" or the end of a table. */
const form = /^(?:|#.*|COMMIT|\*(\w+)|:(\S+) (\w+|-) \[\d+:\d+\]|(?:\[\d+:\d+\] )?-A (\S+) ?(.*))$/;

function unknown(line: string): never {
  const what = line === "" ? "and ends in the middle of a table" : `in it is ${JSON.stringify(line.slice(0, 100))}`;
  throw new SysError("iptables-save", "EPROTO", `what iptables-save printed is not a set of rules: ${what}`);
}

/** Whether anybody has made a rule, or set a policy that is not the one a table is born with. */
export function isInUse(ruleset: Ruleset): boolean {
  const chains = [...ruleset.values()].flatMap((table) => [...table.values()]);
  return chains.some(({ policy, rules }) => rules.length > 0 || policy === "DROP");
}
