import { expect, test } from "vitest";
import type { FirewallRule } from "#cnm/firewall.ts";
import { after, endpointDraft, networkDraft, testId } from "#cnm/testing.ts";
import { commandLine, formatBytes, ownersOf, shownRules } from "./rules.ts";

const topology = after([networkDraft("web"), endpointDraft("web", "db")]);
const of = (rule: string, owner: FirewallRule["owner"] = { kind: "host", id: null }): FirewallRule => ({
  family: 4,
  table: "filter",
  chain: "PATCHBAY-EGRESS",
  rule,
  packets: 0,
  bytes: 0,
  owner,
});
const rules = [
  of("-i br-a -j ACCEPT", { kind: "network", id: testId(0) }),
  of("-i br-a -j ACCEPT", { kind: "network", id: testId(0) }),
  of("-i br-b -j ACCEPT", { kind: "endpoint", id: testId(1) }),
  of("-i br-c -j LOG", { kind: "endpoint", id: null }),
  of("-j RETURN"),
];

test("owners are named, the host first", () => {
  expect(ownersOf(rules, topology).map(({ label }) => label)).toEqual([
    "host",
    "endpoint that has gone",
    "endpoint web/db",
    "network web",
  ]);
});

test.each([
  { name: "nothing", owner: "", text: "", want: 5 },
  { name: "an owner", owner: `network ${testId(0)}`, text: "", want: 2 },
  { name: "words of the rule", owner: "", text: "EGRESS br-b", want: 1 },
  { name: "words of the meaning", owner: "", text: "sends out", want: 3 },
  { name: "words of the owner", owner: "", text: "web/db", want: 1 },
  { name: "both", owner: "host", text: "accept", want: 0 },
])("filtered by $name", ({ owner, text, want }) => {
  expect(shownRules(rules, { owner, text }, topology)).toHaveLength(want);
});

test("equal rules have different keys", () => {
  const keys = shownRules(rules, { owner: "", text: "" }, topology).map(({ key }) => key);
  expect(new Set(keys).size).toBe(rules.length);
});

test("a rule is copied as a command, and bytes are readable", () => {
  expect(commandLine({ ...of("-j RETURN"), family: 6, table: "nat" })).toBe(
    "ip6tables -t nat -A PATCHBAY-EGRESS -j RETURN",
  );
  expect([0, 999, 1000, 1_250_000, 1e18].map(formatBytes)).toEqual(["0 B", "999 B", "1.0 kB", "1.3 MB", "1000.0 PB"]);
});
