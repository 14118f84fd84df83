import type { ChainObject, FirewallObject, RuleObject, Table } from "../objects.ts";

/** Firewall objects as drivers make them, for tests: every form of rule that is used. */
export function chain(table: Table, name: string, rules: string[] | null = null): ChainObject {
  return { kind: "chain", family: 4, table, name: `PATCHBAY-${name}`, rules };
}

type RuleOptions = Partial<Pick<RuleObject, "family" | "place" | "owner">>;

/** `at`: "filter FORWARD"; a chain that is not built in is written without its "PATCHBAY-". */
export function rule(at: string, text: string, options: RuleOptions = {}): RuleObject {
  const [table, name = ""] = at.split(" ");
  const builtIn = /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/.test(name);
  const target = builtIn ? name : `PATCHBAY-${name}`;
  return {
    kind: "rule",
    family: 4,
    table: table as Table,
    chain: target,
    rule: text,
    place: "last",
    owner: "network",
    ...options,
  };
}

const by = (name: string): string => `-m comment --comment "patchbay ${name}"`;

const bridge = "pb-b00000000001";

/** A host with one network, whose rules are of every form, in IPv4. */
export function networkOf4(): FirewallObject[] {
  const host = { owner: "host" } as const;
  const first = { owner: "host", place: "first" } as const;
  return [
    chain("filter", "USER"),
    chain("filter", "FORWARD", [
      `-m conntrack --ctstate RELATED,ESTABLISHED ${by("host")} -j ACCEPT`,
      `-m comment --comment "patchbay host" -j PATCHBAY-NETWORKS`,
    ]),
    chain("filter", "NETWORKS"),
    chain("filter", "IN-1"),
    rule("filter FORWARD", `${by("host")} -j PATCHBAY-USER`, first),
    rule("filter FORWARD", `${by("host")} -j PATCHBAY-FORWARD`, host),
    rule("filter NETWORKS", `-i ${bridge} ! -o ${bridge} ${by("network web")} -j ACCEPT`),
    rule("filter NETWORKS", `-o ${bridge} ${by("network web")} -j PATCHBAY-IN-1`),
    rule(
      "filter IN-1",
      String.raw`-m conntrack --ctstate DNAT -m comment --comment "patchbay \"web\" it\'s \\" -j ACCEPT`,
    ),
    rule("filter IN-1", `-p icmp ${by("network web")} -j RETURN`),
    rule("filter IN-1", `-d 172.30.0.2/32 -p sctp -m sctp --dport 9 ${by("endpoint a")} -j ACCEPT`, {
      owner: "endpoint",
    }),
    rule("filter IN-1", `-i ${bridge} -o ${bridge} ${by("network web")} -j DROP`),
    chain("nat", "DNAT"),
    rule("nat PREROUTING", `-m addrtype --dst-type LOCAL ${by("host")} -j PATCHBAY-DNAT`, host),
    rule("nat OUTPUT", `! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL ${by("host")} -j PATCHBAY-DNAT`, host),
    ...publications(4, ["10.0.0.1", "172.30.0.2:"]),
    chain("nat", "POSTROUTING"),
    rule("nat POSTROUTING", `${by("host")} -j PATCHBAY-POSTROUTING`, host),
    {
      ...rule("nat X", `-s 172.30.0.0/16 ! -o ${bridge} ${by("network web")} -j MASQUERADE`),
      chain: "PATCHBAY-POSTROUTING",
    },
    {
      ...rule("nat X", `-s 172.31.0.0/16 ! -o ${bridge} ${by("network web")} -j SNAT --to-source 10.0.0.9`),
      chain: "PATCHBAY-POSTROUTING",
    },
    chain("raw", "PREROUTING"),
    rule("raw PREROUTING", `${by("host")} -j PATCHBAY-PREROUTING`, host),
    {
      ...rule("raw X", `! -s 127.0.0.0/8 -d 172.30.0.2/32 ! -i ${bridge} ${by("endpoint a")} -j DROP`),
      chain: "PATCHBAY-PREROUTING",
    },
  ];
}

/** The same in IPv6, as far as its forms differ. */
export function networkOf6(): FirewallObject[] {
  const six = { family: 6 } as const;
  const host = { family: 6, owner: "host" } as const;
  return [
    { ...chain("filter", "FORWARD", [`-p ipv6-icmp ${by("host")} -j ACCEPT`, "-p icmpv6 -j RETURN"]), ...six },
    rule("filter FORWARD", `${by("host")} -j PATCHBAY-FORWARD`, host),
    { ...chain("nat", "DNAT"), ...six },
    rule("nat PREROUTING", `-m addrtype --dst-type LOCAL ${by("host")} -j PATCHBAY-DNAT`, host),
    ...publications(6, ["fd00:1::1", "[fd00:30::2]:"]),
    { ...chain("nat", "POSTROUTING"), ...six },
    rule("nat POSTROUTING", `${by("host")} -j PATCHBAY-POSTROUTING`, host),
    {
      ...rule("nat X", `-s fd00:0:0:1::/64 ! -o ${bridge} ${by("web")} -j SNAT --to-source fd00:1::9`, six),
      chain: "PATCHBAY-POSTROUTING",
    },
  ];
}

function publications(family: 4 | 6, [from, to]: [host: string, sandbox: string]): RuleObject[] {
  const end = by("endpoint a");
  const length = family === 4 ? 32 : 128;
  const dnat = (match: string, destination: string) =>
    rule("nat DNAT", `${match} ${end} -j DNAT --to-destination ${destination}`, { family, owner: "endpoint" });
  return [
    dnat(`-d ${from}/${length} ! -i ${bridge} -p tcp -m tcp --dport 80`, `${to}8080`),
    dnat("-p udp -m udp --dport 8000:8010", `${to}8000-8010`),
    dnat("-p tcp -m tcp --dport 9000:9999", `${to}1000-1999/9000`),
    dnat("-p sctp -m sctp --dport 7", `${to}7`),
  ];
}
