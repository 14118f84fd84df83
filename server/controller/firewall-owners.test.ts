import { expect, test } from "vitest";
import { after, endpointDraft, networkDraft, testId } from "#cnm/testing.ts";
import { vethName } from "#server/kernel/names.ts";
import { withOwners } from "./firewall-owners.ts";

const topology = after([networkDraft("web"), endpointDraft("web", "a")]);
const rule = { family: 4 as const, table: "nat", chain: "PATCHBAY-DNAT", rule: "-j RETURN", packets: 1, bytes: 60 };

test("owners get their whole ids, and what has gone has none", () => {
  const owners = [
    { kind: "network" as const, id: testId(0).slice(0, 12) },
    { kind: "endpoint" as const, id: testId(1).slice(0, 12) },
    { kind: "endpoint" as const, id: "ffffffffffff" },
    { kind: "host" as const, id: null },
  ];
  const { rules } = withOwners(topology, { rules: owners.map((owner) => ({ ...rule, owner })), guard: [] });
  expect(rules.map(({ owner }) => owner.id)).toEqual([testId(0), testId(1), null, null]);
  expect(rules[0]).toMatchObject(rule);
});

test("guarded ports are told by their endpoint", () => {
  const counted = { packets: 2, bytes: 120 };
  const guard = [vethName(testId(1)), "pbvffffffffff"].map((port) => ({ port, ...counted }));
  expect(withOwners(topology, { rules: [], guard }).guard).toEqual([
    { port: vethName(testId(1)), endpointId: testId(1), ...counted },
  ]);
});
