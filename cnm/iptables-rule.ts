/** What our rules match and do, read from iptables-save(8)'s words; "" where the rule does not say. Addresses of one host lose their prefix length. */
export interface IptablesRule {
  in: string;
  notIn: string;
  out: string;
  notOut: string;
  source: string;
  destination: string;
  notDestination: string;
  protocol: string;
  /** "80" or "8000-8010". */
  ports: string;
  /** Of conntrack: "RELATED", "DNAT" … */
  states: string[];
  /** Of DNAT and SNAT: "172.18.0.2:80". */
  to: string;
  comment: string;
  /** ACCEPT, DROP, a chain … */
  target: string;
}

const options: Record<string, string> = {
  "-i": "in",
  "!-i": "notIn",
  "-o": "out",
  "!-o": "notOut",
  "-s": "source",
  "-d": "destination",
  "!-d": "notDestination",
  "-p": "protocol",
  "--dport": "ports",
  "--dports": "ports",
  "--ctstate": "states",
  "--to-destination": "to",
  "--to-source": "to",
  "--comment": "comment",
  "-j": "target",
  "-g": "target",
};

/** Reads a rule without its "-A CHAIN "; options it does not know are passed over. */
export function parseIptablesRule(rule: string): IptablesRule {
  const found: Record<string, string> = {};
  const words = wordsOf(rule);
  for (const [at, word] of words.entries()) {
    const name = options[words[at - 1] === "!" ? `!${word}` : word];
    if (name) found[name] = words[at + 1] ?? "";
  }
  const get = (name: string) => found[name] ?? "";
  return {
    in: get("in"),
    notIn: get("notIn"),
    out: get("out"),
    notOut: get("notOut"),
    source: host(get("source")),
    destination: host(get("destination")),
    notDestination: host(get("notDestination")),
    protocol: get("protocol"),
    ports: get("ports").replace(/:/g, "-"),
    states: get("states").split(",").filter(Boolean),
    to: get("to"),
    comment: get("comment"),
    target: get("target"),
  };
}

/** "172.18.0.2/32" is one host. */
const host = (text: string): string => text.replace(/^([\d.]+)\/32$|^([\da-f:.]+:[\da-f:.]*)\/128$/, "$1$2");

/** Words as iptables-restore(8) splits them: between blanks, or in double quotes with \ before " and \. */
function wordsOf(rule: string): string[] {
  return [...rule.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, plain]) => plain ?? (quoted ?? "").replace(/\\(.)/g, "$1"),
  );
}
