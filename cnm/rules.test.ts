import { expect, test } from "vitest";
import type { Endpoint } from "./endpoint.ts";
import { allowed, type Verdict } from "./errors.ts";
import { hostNetwork, noneNetwork } from "./predefined.ts";
import {
  canConnect,
  canCreateNetwork,
  canDeleteEndpoint,
  canDeleteNetwork,
  canDeleteSandbox,
  canJoin,
  canLeave,
  canUseDriver,
} from "./rules.ts";
import { after, endpointDraft, joinDraft, networkDraft, sandboxDraft, testId } from "./testing.ts";
import type { Topology } from "./topology.ts";

const topology = after([
  networkDraft("web"), // 0
  networkDraft("tiny", { pools: [{ subnet: "10.0.0.0/30" }] }), // 1
  sandboxDraft("box"), // 2
  sandboxDraft("hostbox", { mode: "host" }), // 3
  endpointDraft("web", "joined"), // 4
  joinDraft("joined", "box"), // 5
  endpointDraft("tiny", "last"), // 6
  endpointDraft("web", "loose"), // 7
  sandboxDraft("lonely"), // 8
  endpointDraft("none", "nowhere"), // 9
  joinDraft("nowhere", "lonely"), // 10
  sandboxDraft("empty"), // 11
]);
const [web, tiny, box, hostBox, joined, last, loose, lonely, empty] = [0, 1, 2, 3, 4, 6, 7, 8, 11].map(testId) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

const rule = (verdict: Verdict) => (verdict.ok ? "allowed" : `${verdict.code} ${verdict.rule}`);

test.each([
  { name: "empty to web", in: [web, empty], want: "allowed" },
  { name: "empty to none", in: [noneNetwork.id, empty], want: "allowed" },
  { name: "hostbox to host", in: [hostNetwork.id, hostBox], want: "allowed" },
  { name: "a second time", in: [web, box], want: "CONFLICT already-connected" },
  { name: "to a network without addresses", in: [tiny, empty], want: "EXHAUSTED no-address-left" },
  { name: "private to host", in: [hostNetwork.id, empty], want: "CONFLICT host-network-needs-host-mode" },
  { name: "host mode to another", in: [web, hostBox], want: "CONFLICT host-mode-needs-host-network" },
  { name: "host mode to none", in: [noneNetwork.id, hostBox], want: "CONFLICT host-mode-needs-host-network" },
  { name: "none beside another", in: [noneNetwork.id, box], want: "CONFLICT none-excludes-others" },
  { name: "another beside none", in: [web, lonely], want: "CONFLICT none-excludes-others" },
  { name: "a network that is gone", in: [testId(99), empty], want: "NOT_FOUND network-not-found" },
  { name: "a sandbox that is gone", in: [web, testId(99)], want: "NOT_FOUND sandbox-not-found" },
] as const)("a cable: $name", ({ in: [network, sandbox], want }) => {
  expect(rule(canConnect(topology, network, sandbox))).toBe(want);
});

/** The topology with as many joined endpoints in web as a bridge has ports. */
function crowded(ports: number): Topology {
  const model = topology.endpoints[joined] as Endpoint;
  const crowd = Array.from({ length: ports - 1 }, (_, n) => ({
    ...model,
    id: testId(1000 + n),
    name: `e${n}`,
    ipv4: `172.17.${8 + (n >> 8)}.${n & 255}/16`,
    attachment: { sandboxId: testId(2000 + n), interfaceName: "eth0" },
  }));
  return { ...topology, endpoints: { ...topology.endpoints, ...Object.fromEntries(crowd.map((e) => [e.id, e])) } };
}

test("a bridge has 1023 ports", () => {
  expect(rule(canConnect(crowded(1022), web, empty))).toBe("allowed");
  expect(rule(canConnect(crowded(1023), web, empty))).toBe("EXHAUSTED network-full");
  expect(rule(canJoin(crowded(1023), loose, empty))).toBe("EXHAUSTED network-full");
});

test.each([
  { name: "join a loose endpoint", in: canJoin(topology, loose, empty), want: "allowed" },
  { name: "join the last one of a full network", in: canJoin(topology, last, box), want: "allowed" },
  { name: "join a joined one", in: canJoin(topology, joined, empty), want: "CONFLICT endpoint-joined" },
  { name: "join into the same network", in: canJoin(topology, loose, box), want: "CONFLICT already-connected" },
  { name: "join one that is gone", in: canJoin(topology, testId(99), box), want: "NOT_FOUND endpoint-not-found" },
  { name: "leave", in: canLeave(topology, joined), want: "allowed" },
  { name: "leave where it is", in: canLeave(topology, joined, box), want: "allowed" },
  { name: "leave elsewhere", in: canLeave(topology, joined, empty), want: "CONFLICT endpoint-joined-elsewhere" },
  { name: "leave a loose one", in: canLeave(topology, loose), want: "CONFLICT endpoint-not-joined" },
  { name: "delete a network in use", in: canDeleteNetwork(topology, web), want: "CONFLICT network-has-endpoints" },
  {
    name: "delete a predefined network",
    in: canDeleteNetwork(topology, hostNetwork.id),
    want: "FORBIDDEN network-predefined",
  },
  { name: "delete a sandbox in use", in: canDeleteSandbox(topology, box), want: "CONFLICT sandbox-has-endpoints" },
  { name: "delete an empty sandbox", in: canDeleteSandbox(topology, empty), want: "allowed" },
  { name: "delete a joined endpoint", in: canDeleteEndpoint(topology, joined), want: "CONFLICT endpoint-joined" },
  { name: "delete a loose endpoint", in: canDeleteEndpoint(topology, loose), want: "allowed" },
  { name: "create a twin", in: canCreateNetwork(topology, "Web"), want: "CONFLICT name-taken" },
  { name: "create default", in: canCreateNetwork(topology, "default"), want: "FORBIDDEN name-reserved" },
  { name: "use a bridge", in: canUseDriver("bridge", {}), want: "allowed" },
  {
    name: "use a missing bridge",
    in: canUseDriver("bridge", { bridge: "no module" }),
    want: "UNSUPPORTED driver-unsupported",
  },
  { name: "use null", in: canUseDriver("null", {}), want: "FORBIDDEN only-predefined" },
])("$name", ({ in: verdict, want }) => {
  expect(rule(verdict)).toBe(want);
});

test("a refusal says what it is about and what lifts it", () => {
  expect(canDeleteNetwork(topology, web)).toEqual({
    ok: false,
    code: "CONFLICT",
    rule: "network-has-endpoints",
    message: "network web has 2 endpoints: joined (in sandbox box), loose (not joined)",
    lift: "delete its endpoints first",
  });
  expect(canJoin(topology, loose, empty)).toBe(allowed);
});
