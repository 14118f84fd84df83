import type { Family } from "./cidr.ts";
import { shortId } from "./ids.ts";
import { type IptablesRule, parseIptablesRule } from "./iptables-rule.ts";
import type { Network } from "./network.ts";
import { emptyTopology, type Topology } from "./topology.ts";

/** A rule of ours as the kernel has it, with what it has counted. */
export interface FirewallRule {
  family: Family;
  table: string;
  chain: string;
  /** As iptables-save(8) writes it, without "-A CHAIN ". */
  rule: string;
  packets: number;
  bytes: number;
  /** Whom the rule is for. `id` is null where it is the host, or an object that has gone. */
  owner: { kind: "network" | "endpoint" | "host"; id: string | null };
}

/** What makes the rules of a family. */
export interface FirewallFamily {
  family: Family;
  /** Which kernel interface iptables speaks to; null where there is no firewall. */
  flavour: "nft" | "legacy" | null;
  /** Why there is none: it was switched off, or what is missing; null where there is one. */
  reason: string | null;
}

/** What anti-spoofing has dropped of an endpoint: packets that did not carry its own addresses. */
export interface GuardCount {
  /** The device of the bridge that the endpoint is behind. */
  port: string;
  endpointId: string;
  packets: number;
  bytes: number;
}

/** Connections that the kernel keeps track of, and how many it can (nf_conntrack_max); a new one is dropped when it is full. */
export interface ConntrackFill {
  count: number;
  max: number;
}

/** From here on somebody should know. */
export const isNearlyFull = ({ count, max }: ConntrackFill): boolean => max > 0 && count >= max * 0.9;

export interface FirewallState {
  families: FirewallFamily[];
  conntrack: ConntrackFill | null;
  rules: FirewallRule[];
  guard: GuardCount[];
}

/** The chain that is the administrator's: made and jumped to first, never read or changed. */
export const userChain = "PATCHBAY-USER";

/** A rule of ours in words; the rule itself where it is not one of ours. Networks are named where the topology knows them. */
export function explainRule(rule: FirewallRule, topology: Topology = emptyTopology): string {
  if (rule.chain === userChain) return rule.rule;
  const parsed = parseIptablesRule(rule.rule);
  const told = { rule, parsed, network: networkWords(rule, parsed, topology) };
  for (const explain of explanations[rule.table] ?? []) {
    const words = explain(told);
    if (words) return words;
  }
  return rule.rule;
}

/** The rules of one chain, in its order. */
export interface FirewallChain {
  family: Family;
  table: string;
  chain: string;
  rules: FirewallRule[];
}

/** In the order in which a packet meets tables; those we have no rules in come last. */
const tables = ["raw", "nat", "filter"];

/** Rules by chain: IPv4 first, tables as a packet meets them, chains as they come. */
export function chainsOf(rules: readonly FirewallRule[]): FirewallChain[] {
  const chains = new Map<string, FirewallChain>();
  for (const rule of rules) {
    const { family, table, chain } = rule;
    const key = `${family} ${table} ${chain}`;
    const known = chains.get(key) ?? { family, table, chain, rules: [] };
    known.rules.push(rule);
    chains.set(key, known);
  }
  const rank = ({ family, table }: FirewallChain) => family * 10 + (tables.indexOf(table) + 1 || tables.length + 1);
  return [...chains.values()].sort((a, b) => rank(a) - rank(b));
}

interface Told {
  rule: FirewallRule;
  parsed: IptablesRule;
  /** "web", "network 0123456789ab" or "its network". */
  network: string;
}

type Explain = (told: Told) => string | false | undefined;

const internalChain = "PATCHBAY-INTERNAL";

const hooks: Record<string, string> = {
  "PATCHBAY-FORWARD": "everything the host forwards passes Patchbay's rules first",
  "PATCHBAY-EGRESS": "what no rule has decided passes Patchbay's rules for what networks send out",
  "PATCHBAY-DNAT": "what is sent to an address of the host may be for a published port",
  "PATCHBAY-POSTROUTING": "what leaves may need another source address",
  "PATCHBAY-PREROUTING": "everything that arrives is checked before anything else",
  [userChain]: "your own rules come before all others",
};

const hook: Explain = ({ parsed }) => hooks[parsed.target];

const filter: Explain[] = [
  hook,
  ({ parsed, network }) =>
    parsed.target.startsWith("PATCHBAY-IN-") && `what is on its way to ${network} passes the rules of that network`,
  ({ parsed, network }) =>
    parsed.target.startsWith("PATCHBAY-OPEN-") && `new connections to ${network} may be for a port that is open there`,
  ({ parsed, network }) =>
    accepts(parsed) &&
    parsed.states.includes("ESTABLISHED") &&
    `connections with ${network} that are open go on, and their errors are let through`,
  ({ parsed, network }) =>
    accepts(parsed) && parsed.states.includes("DNAT") && `what came through a published port of ${network} is let in`,
  ({ parsed, network }) =>
    accepts(parsed) &&
    /icmp/.test(parsed.protocol) &&
    !parsed.destination &&
    `ICMP, such as ping, to ${network} is let in`,
  ({ parsed }) =>
    accepts(parsed) &&
    parsed.ports !== "" &&
    (parsed.source
      ? `${parsed.source} may open connections to ${service(parsed)}`
      : `new connections to ${service(parsed)} are let in`),
  ({ rule, parsed, network }) =>
    accepts(parsed) && rule.chain === "PATCHBAY-EGRESS" && parsed.in && `what ${network} sends out is let through`,
  ({ parsed, network }) =>
    accepts(parsed) && parsed.in && !parsed.out && `endpoints of ${network} may talk to each other`,
  ({ rule, parsed }) =>
    drops(parsed) &&
    rule.chain === "PATCHBAY-FORWARD" &&
    parsed.out &&
    `what others want to send through the host to the other end of the link at ${parsed.out} is dropped`,
  ({ rule, parsed, network }) =>
    parsed.target === "DROP" &&
    rule.chain.startsWith("PATCHBAY-IN-") &&
    `new connections to ${network} are dropped unless published`,
];

/** The end of "172.17.0.4:81-85/8081", by which iptables knows which port leads to which. */
const firstOfRange = /\/\d+$/;

const nat: Explain[] = [
  hook,
  ({ parsed }) =>
    parsed.target === "DNAT" &&
    parsed.to &&
    `published port ${hostPort(parsed)} leads to ${parsed.to.replace(firstOfRange, "")}`,
  ({ parsed }) =>
    parsed.target === "RETURN" &&
    parsed.destination &&
    `what is sent to ${parsed.destination} is never for a published port`,
  ({ parsed, network }) =>
    parsed.target === "MASQUERADE" &&
    parsed.states.includes("DNAT") &&
    `what ${network} sends to its own published ports carries the address of the bridge, so that answers come back that way`,
  ({ parsed }) =>
    parsed.target === "MASQUERADE" &&
    parsed.source !== "" &&
    parsed.source === parsed.destination &&
    `${parsed.source} reaches itself through its published port ${parsed.ports}/${parsed.protocol}`,
  ({ parsed, network }) =>
    parsed.target === "MASQUERADE" &&
    /^(127\.|::1)/.test(parsed.source) &&
    `what the host sends from its loopback addresses to ${network} carries the address of the bridge`,
  ({ parsed, network }) =>
    parsed.target === "MASQUERADE" && `what ${network} sends out carries the address of the host (masquerading)`,
  ({ parsed, network }) =>
    parsed.target === "SNAT" && parsed.to && `what ${network} sends out carries the address ${parsed.to}`,
];

const raw: Explain[] = [
  ({ parsed, network }) =>
    parsed.target === internalChain &&
    `what ${network} sends to anywhere but ${parsed.notDestination || "itself"} is looked at: the network is internal`,
  ({ rule, parsed }) =>
    rule.chain === internalChain &&
    parsed.target === "RETURN" &&
    `internal networks may send to ${parsed.destination}, which stays on their link`,
  ({ rule, parsed }) =>
    rule.chain === internalChain && drops(parsed) && "what internal networks send to anywhere else is dropped",
  hook,
  ({ parsed }) => parsed.target === "RETURN" && parsed.in === "lo" && "what the host sends to itself is not checked",
  ({ parsed, network }) =>
    drops(parsed) &&
    parsed.in &&
    /^(127\.|::1)/.test(parsed.destination) &&
    `what ${network} sends to the loopback addresses of the host is dropped`,
  ({ parsed }) =>
    drops(parsed) &&
    /^(127\.|::1)/.test(parsed.destination) &&
    "what others send to the loopback addresses of the host is dropped",
  ({ parsed, network }) =>
    drops(parsed) &&
    parsed.notIn &&
    parsed.destination &&
    `what does not come from ${network} itself is dropped on its way to ${parsed.destination}: no direct access from outside`,
  ({ parsed, network }) =>
    drops(parsed) &&
    parsed.in &&
    parsed.notDestination &&
    `what ${network} sends to anywhere but ${parsed.notDestination} is dropped: the network is internal`,
];

const explanations: Record<string, Explain[]> = { filter, nat, raw };

const accepts = ({ target }: IptablesRule) => target === "ACCEPT";
const drops = ({ target }: IptablesRule) => target === "DROP";

/** "port 80/tcp of 172.18.0.2". */
function service({ ports, protocol, destination }: IptablesRule): string {
  return `port ${ports}/${protocol}${destination ? ` of ${destination}` : ""}`;
}

/** "8080/tcp of the host", "8080/tcp of 192.0.2.1". */
function hostPort({ ports, protocol, destination }: IptablesRule): string {
  return `${ports}/${protocol} of ${destination || "the host"}`;
}

/** By the rule's owner, the device it matches or the twelve digits in the name of its chain, whichever is known first. */
function networkWords({ owner, chain }: FirewallRule, parsed: IptablesRule, topology: Topology): string {
  const devices = [parsed.in, parsed.notIn, parsed.out, parsed.notOut].filter(Boolean);
  const digits = /[0-9a-f]{12}$/.exec(parsed.target)?.[0] ?? /[0-9a-f]{12}$/.exec(chain)?.[0];
  const ownerNetwork = owner.kind === "endpoint" ? topology.endpoints[owner.id ?? ""]?.networkId : owner.id;
  const found = Object.values(topology.networks).find(
    (network) =>
      network.id === ownerNetwork || shortId(network.id) === digits || devices.includes(bridgeOf(network) ?? ""),
  );
  if (found) return found.name;
  const id = digits ?? devices.map((device) => /^pb-([0-9a-f]{12})$/.exec(device)?.[1]).find(Boolean);
  return id ? `network ${id}` : "its network";
}

function bridgeOf(network: Network): string | null {
  return network.driver === "bridge" ? (network.options.bridge ?? `pb-${shortId(network.id)}`) : null;
}
