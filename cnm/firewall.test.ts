import { expect, test } from "vitest";
import { chainsOf, explainRule, type FirewallRule } from "./firewall.ts";
import { parseIptablesRule } from "./iptables-rule.ts";
import { after, networkDraft, testId } from "./testing.ts";

const topology = after([networkDraft("web"), networkDraft("lab", { options: { name: "br-lab" } })]);
const id = testId(0);
const short = id.slice(0, 12);
const bridge = `pb-${short}`;
const comment = `-m comment --comment "patchbay network ${short}"`;

const ruleOf = (table: string, chain: string, rule: string): FirewallRule => ({
  family: 4,
  table,
  chain,
  rule,
  packets: 0,
  bytes: 0,
  owner: rule.includes(comment) ? { kind: "network", id } : { kind: "host", id: null },
});

test.each([
  ["filter", "FORWARD", "-j PATCHBAY-FORWARD", "everything the host forwards passes Patchbay's rules first"],
  [
    "filter",
    "FORWARD",
    "-m comment --comment patchbay -j PATCHBAY-EGRESS",
    "what no rule has decided passes Patchbay's rules for what networks send out",
  ],
  ["filter", "PATCHBAY-FORWARD", "-j PATCHBAY-USER", "your own rules come before all others"],
  [
    "filter",
    "PATCHBAY-FORWARD",
    "-o pbv0123456789 -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP",
    "what others want to send through the host to the other end of the link at pbv0123456789 is dropped",
  ],
  [
    "filter",
    "PATCHBAY-FORWARD",
    `-o ${bridge} ${comment} -j PATCHBAY-IN-${short}`,
    "what is on its way to web passes the rules of that network",
  ],
  [
    "filter",
    `PATCHBAY-IN-${short}`,
    `-m conntrack --ctstate RELATED,ESTABLISHED ${comment} -j ACCEPT`,
    "connections with web that are open go on, and their errors are let through",
  ],
  ["filter", `PATCHBAY-IN-${short}`, `-i ${bridge} -j ACCEPT`, "endpoints of web may talk to each other"],
  [
    "filter",
    `PATCHBAY-IN-${short}`,
    "-m conntrack --ctstate DNAT -j ACCEPT",
    "what came through a published port of web is let in",
  ],
  ["filter", `PATCHBAY-IN-${short}`, "-p icmp -j ACCEPT", "ICMP, such as ping, to web is let in"],
  ["filter", `PATCHBAY-IN-${short}`, "-p ipv6-icmp -j ACCEPT", "ICMP, such as ping, to web is let in"],
  [
    "filter",
    `PATCHBAY-IN-${short}`,
    `-j PATCHBAY-OPEN-${short}`,
    "new connections to web may be for a port that is open there",
  ],
  ["filter", `PATCHBAY-IN-${short}`, "-j DROP", "new connections to web are dropped unless published"],
  [
    "filter",
    `PATCHBAY-OPEN-${short}`,
    "-d 172.18.0.2/32 -p tcp -m tcp --dport 80 -j ACCEPT",
    "new connections to port 80/tcp of 172.18.0.2 are let in",
  ],
  [
    "filter",
    `PATCHBAY-IN-${short}`,
    "-s 172.18.0.3/32 -d 172.18.0.2/32 -p udp -m udp --dport 53:54 -j ACCEPT",
    "172.18.0.3 may open connections to port 53-54/udp of 172.18.0.2",
  ],
  ["filter", "PATCHBAY-EGRESS", `-i ${bridge} -j ACCEPT`, "what web sends out is let through"],
  ["filter", "PATCHBAY-EGRESS", "-i br-lab -j ACCEPT", "what lab sends out is let through"],
  ["filter", "PATCHBAY-EGRESS", "-i pb-0123456789ab -j ACCEPT", "what network 0123456789ab sends out is let through"],
  [
    "nat",
    "PREROUTING",
    "-m addrtype --dst-type LOCAL -j PATCHBAY-DNAT",
    "what is sent to an address of the host may be for a published port",
  ],
  [
    "nat",
    "PATCHBAY-DNAT",
    "-p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80",
    "published port 8080/tcp of the host leads to 172.18.0.2:80",
  ],
  [
    "nat",
    "PATCHBAY-DNAT",
    "-d fd00::1/128 -p tcp -m tcp --dport 8000:8009 -j DNAT --to-destination [fd01::2]:80-89/8000",
    "published port 8000-8009/tcp of fd00::1 leads to [fd01::2]:80-89",
  ],
  ["nat", "POSTROUTING", "-j PATCHBAY-POSTROUTING", "what leaves may need another source address"],
  [
    "nat",
    "PATCHBAY-POSTROUTING",
    `-s 172.18.0.0/16 ! -o ${bridge} -j MASQUERADE`,
    "what web sends out carries the address of the host (masquerading)",
  ],
  [
    "nat",
    "PATCHBAY-POSTROUTING",
    `-s 172.18.0.0/16 ! -o ${bridge} -j SNAT --to-source 192.0.2.7`,
    "what web sends out carries the address 192.0.2.7",
  ],
  [
    "nat",
    "PATCHBAY-POSTROUTING",
    "-s 172.18.0.2/32 -d 172.18.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE",
    "172.18.0.2 reaches itself through its published port 80/tcp",
  ],
  [
    "nat",
    "PATCHBAY-POSTROUTING",
    `-s 127.0.0.0/8 -o ${bridge} -j MASQUERADE`,
    "what the host sends from its loopback addresses to web carries the address of the bridge",
  ],
  ["raw", "PREROUTING", "-j PATCHBAY-PREROUTING", "everything that arrives is checked before anything else"],
  ["raw", "PATCHBAY-PREROUTING", "-i lo -j RETURN", "what the host sends to itself is not checked"],
  [
    "raw",
    "PATCHBAY-PREROUTING",
    `-d 172.18.0.0/16 ! -i ${bridge} -j DROP`,
    "what does not come from web itself is dropped on its way to 172.18.0.0/16: no direct access from outside",
  ],
  [
    "raw",
    "PATCHBAY-PREROUTING",
    `-i ${bridge} ! -d 172.18.0.0/16 -j DROP`,
    "what web sends to anywhere but 172.18.0.0/16 is dropped: the network is internal",
  ],
  [
    "raw",
    "PATCHBAY-PREROUTING",
    `-i ${bridge} -d 127.0.0.0/8 -j DROP`,
    "what web sends to the loopback addresses of the host is dropped",
  ],
  [
    "raw",
    "PATCHBAY-PREROUTING",
    "-d 127.0.0.1/32 ! -i lo -p tcp -m tcp --dport 8080 -j DROP",
    "what others send to the loopback addresses of the host is dropped",
  ],
  [
    "raw",
    "PATCHBAY-PREROUTING",
    `-i ${bridge} ! -d 172.18.0.0/16 -j PATCHBAY-INTERNAL`,
    "what web sends to anywhere but 172.18.0.0/16 is looked at: the network is internal",
  ],
  ["raw", "PATCHBAY-INTERNAL", "-j DROP", "what internal networks send to anywhere else is dropped"],
  [
    "raw",
    "PATCHBAY-INTERNAL",
    "-d fe80::/10 -j RETURN",
    "internal networks may send to fe80::/10, which stays on their link",
  ],
  ["nat", "PATCHBAY-DNAT", "-d ::1/128 -j RETURN", "what is sent to ::1 is never for a published port"],
  [
    "nat",
    "PATCHBAY-POSTROUTING",
    `-s 172.18.0.0/16 -o ${bridge} -m conntrack --ctstate DNAT -j MASQUERADE`,
    "what web sends to its own published ports carries the address of the bridge, so that answers come back that way",
  ],
  ["filter", "PATCHBAY-USER", "-j DROP", "-j DROP"],
  ["filter", "PATCHBAY-FORWARD", "-m mark --mark 0x1 -j LOG", "-m mark --mark 0x1 -j LOG"],
  ["mangle", "PREROUTING", "-j PATCHBAY-FORWARD", "-j PATCHBAY-FORWARD"],
])("%s %s %s", (...[table, chain, rule, words]) => {
  expect(explainRule(ruleOf(table, chain, rule), topology)).toBe(words);
});

test("without a topology a rule still says which network it means", () => {
  expect(explainRule(ruleOf("filter", `PATCHBAY-IN-${short}`, "-j DROP"))).toBe(
    `new connections to network ${short} are dropped unless published`,
  );
});

test("quoted words are one word", () => {
  expect(parseIptablesRule('-m comment --comment "a \\"b\\" -j DROP" -j ACCEPT')).toMatchObject({
    comment: 'a "b" -j DROP',
    target: "ACCEPT",
  });
});

test("chains come as a packet meets them, IPv4 first, their rules in order", () => {
  const rules = [
    ruleOf("filter", "FORWARD", "-j PATCHBAY-FORWARD"),
    { ...ruleOf("raw", "PREROUTING", "-j PATCHBAY-PREROUTING"), family: 6 as const },
    ruleOf("mangle", "FORWARD", "-j PATCHBAY-X"),
    ruleOf("nat", "PREROUTING", "-j PATCHBAY-DNAT"),
    ruleOf("filter", "FORWARD", "-j PATCHBAY-EGRESS"),
  ];
  expect(
    chainsOf(rules).map(({ family, table, chain, rules: { length } }) => `${family} ${table} ${chain} ${length}`),
  ).toEqual(["4 nat PREROUTING 1", "4 filter FORWARD 2", "4 mangle FORWARD 1", "6 raw PREROUTING 1"]);
});
