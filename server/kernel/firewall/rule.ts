import { formatCidr, parsePrefixed, subnetOf } from "#cnm/cidr.ts";

/** A rule taken apart: what iptables itself matches, what its modules do, and what happens then. */
interface Rule {
  /** "-s" → "10.0.0.0/8" or "! 10.0.0.0/8". */
  basic: Map<string, string>;
  /** By "-m", in order: the module's name and its options. */
  matches: { name: string; options: string[] }[];
  /** "-j DNAT --to-destination …" */
  target: string[];
}

/**
 * A rule as iptables-save(8) prints it behind "-A CHAIN ", however it is spelt: order and long names of the basic options,
 * addresses with or without /32 and host bits, numbers of protocols, the module a port needs, the order of states, quotes.
 * What it does not know stays as it is. Pure; `normalRule(normalRule(x))` is `normalRule(x)`.
 */
export function normalRule(text: string): string {
  const known = normalRules.get(text);
  if (known !== undefined) return known;
  if (normalRules.size >= mostRemembered) normalRules.clear();
  const normal = normalise(text);
  normalRules.set(text, normal);
  return normal;
}

/** A rule is compared again and again, and taking it apart takes some 15 µs. */
const normalRules = new Map<string, string>();
const mostRemembered = 20_000;

function normalise(text: string): string {
  const { basic, matches, target } = parseRule(text);
  return [
    ...basicOptions.flatMap((option) => written(option, basic.get(option))),
    ...matches.flatMap(({ name, options }) => ["-m", name, ...options]),
    ...target,
  ].join(" ");
}

/** The chain or target the rule jumps (or goes) to; "" if it only counts. */
export const targetOf = (text: string): string => parseRule(text).target[1] ?? "";

/** Whether nothing behind this rule is ever reached, as it refuses or drops every packet. */
export function endsAll(text: string): boolean {
  const { basic, matches, target } = parseRule(text);
  return basic.size === 0 && matches.every(({ name }) => name === "comment") && /^(REJECT|DROP)$/.test(target[1] ?? "");
}

const basicOptions = ["-s", "-d", "-i", "-o", "-p"];
const longNames = new Map(
  Object.entries({
    "--source": "-s",
    "--src": "-s",
    "--destination": "-d",
    "--dst": "-d",
    "--in-interface": "-i",
    "--out-interface": "-o",
    "--protocol": "-p",
    "--match": "-m",
    "--jump": "-j",
    "--goto": "-g",
    "--destination-port": "--dport",
    "--source-port": "--sport",
  }),
);
/** protocols(5), of those that have ports, and ICMP's; iptables knows "icmpv6" but prints the other name. */
const protocolNames = new Map([
  ["1", "icmp"],
  ["6", "tcp"],
  ["17", "udp"],
  ["58", "ipv6-icmp"],
  ["132", "sctp"],
  ["icmpv6", "ipv6-icmp"],
]);
const everywhere: ReadonlySet<string> = new Set(["0.0.0.0/0", "::/0"]);

function parseRule(text: string): Rule {
  const rule: Rule = { basic: new Map(), matches: [], target: [] };
  const words = wordsOf(text);
  for (let at = 0; at < words.length; ) at = parseOption(rule, words, at);
  return rule;
}

/** Reads the option at `at` and returns where the next one begins. */
function parseOption(rule: Rule, words: readonly string[], at: number): number {
  const negated = words[at] === "!";
  const start = negated ? at + 1 : at;
  const option = nameOf(words[start]);
  const value = words[start + 1] ?? "";
  const not = negated ? ["!"] : [];
  if (basicOptions.includes(option)) {
    const normal = basicValue(option, value);
    if (negated || !everywhere.has(normal)) rule.basic.set(option, [...not, normal].join(" "));
    return start + 2;
  }
  if (option === "-m") {
    rule.matches.push({ name: value === "icmpv6" ? "icmp6" : value, options: [] });
    return start + 2;
  }
  const end = option === "--comment" ? start + 2 : endOfOption(words, start + 1);
  const values = words.slice(start + 1, end).map((word) => optionValue(option, word));
  if (option === "-j" || option === "-g" || rule.target.length > 0) rule.target.push(...not, option, ...values);
  else moduleOf(rule, option).push(...not, option, ...values);
  return end;
}

const nameOf = (word = ""): string => longNames.get(word) ?? word;

function endOfOption(words: readonly string[], from: number): number {
  const next = words.findIndex((word, i) => i >= from && (word === "!" || word.startsWith("-")));
  return next < 0 ? words.length : next;
}

/** The options of the module that an option belongs to: the last "-m", or for a port the protocol's own, which iptables adds. */
function moduleOf(rule: Rule, option: string): string[] {
  const last = rule.matches.at(-1);
  const protocol = rule.basic.get("-p");
  const isPort = option === "--dport" || option === "--sport";
  if (last && !(isPort && protocol !== undefined && last.name !== protocol)) return last.options;
  const added = { name: protocol ?? "", options: [] };
  rule.matches.push(added);
  return added.options;
}

function basicValue(option: string, value: string): string {
  if (option === "-p") return protocolNames.get(value) ?? value;
  return option === "-s" || option === "-d" ? subnet(value) : quoted(value);
}

function subnet(text: string): string {
  const parsed = parsePrefixed(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
  return parsed.ok ? formatCidr(subnetOf(parsed.value.address, parsed.value.prefix)) : text;
}

/** The order in which iptables prints states; it takes them in any. */
const states = ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT"];

function optionValue(option: string, value: string): string {
  if (option === "--ctstate") return states.filter((state) => value.split(",").includes(state)).join(",");
  return option === "--comment" && /[^\w-]/.test(value) ? inQuotes(value) : quoted(value);
}

const quoted = (word: string): string => (word === "" || /[\s"'\\]/.test(word) ? inQuotes(word) : word);
const inQuotes = (word: string): string => `"${word.replace(/["'\\]/g, "\\$&")}"`;

/** Words as iptables-restore(8) reads them: a backslash takes the next character as it is, but only inside of quotes. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/g)].map(
    ([word, inside]) => inside?.replace(/\\(.)/g, "$1") ?? word,
  );
}

function written(option: string, value: string | undefined): string[] {
  if (value === undefined) return [];
  return value.startsWith("! ") ? ["!", option, value.slice(2)] : [option, value];
}
