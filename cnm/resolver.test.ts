import { expect, test } from "vitest";
import type { CommandDraft } from "./commands.ts";
import { defaultNetworkId } from "./default-network.ts";
import { emptyFacts, type Facts } from "./facts.ts";
import { hasResolver, insteadOfResolver, recordsOf, viewOf } from "./resolver.ts";
import { after, endpointDraft, joinDraft, networkDraft, sandboxDraft, testId } from "./testing.ts";
import type { Topology } from "./topology.ts";

const web = networkDraft("web", { pools: [{ subnet: "10.8.0.0/24" }] });
const joined = [
  web,
  sandboxDraft("box"),
  endpointDraft("web", "a", { aliases: ["Db", "a..b"] }),
  joinDraft("a", "box"),
];

/** The topology with the network as the default one. */
function asDefault(topology: Topology): Topology {
  const { [testId(0)]: network, ...networks } = topology.networks;
  const endpoint = topology.endpoints[testId(2)]!;
  return {
    ...topology,
    networks: {
      ...networks,
      [defaultNetworkId]: { ...network!, id: defaultNetworkId, name: "bridge", predefined: true },
    },
    endpoints: { [endpoint.id]: { ...endpoint, networkId: defaultNetworkId } },
  };
}

const places = [
  { name: "a sandbox in a network with addresses", topology: after(joined), sandbox: testId(1), want: true },
  { name: "in none", topology: after(joined.slice(0, 3)), sandbox: testId(1), want: false },
  { name: "in the default network alone", topology: asDefault(after(joined)), sandbox: testId(1), want: false },
  {
    name: "in the network none",
    topology: after([sandboxDraft("box"), endpointDraft("none", "a"), joinDraft("a", "box")]),
    sandbox: testId(0),
    want: false,
  },
  {
    name: "the host's own namespace",
    topology: after([endpointDraft("host", "a"), joinDraft("a", "h", true)]),
    sandbox: testId(1),
    want: false,
  },
  { name: "a sandbox that is not there", topology: after([]), sandbox: testId(9), want: false },
];

test.each(places)("has a resolver: $name: $want", ({ topology, sandbox, want }) => {
  expect(hasResolver(topology, sandbox)).toBe(want);
  expect(viewOf(topology, sandbox) !== null).toBe(want);
});

const theirs: Facts["namespaces"] = {
  "process 7": {
    ok: true,
    origin: {
      source: { kind: "pid", pid: 7, startTime: "1", program: "nginx" },
      cookie: "4711",
      bootId: "boot",
      foreign: { interfaces: ["lo"], routes: [] },
    },
    names: [],
    ours: false,
  },
};
const adopted = [web, { type: "sandbox.adopt", name: "box", pid: 7 } as const, ...joined.slice(2)];
const afterAdoption = (drafts: readonly CommandDraft[]) => after(drafts, { ...emptyFacts, namespaces: theirs });

test.each<[string, Topology, string | null]>([
  ["one that has a resolver", after(joined), null],
  [
    "one in no network",
    after(joined.slice(0, 3)),
    "for one, connect it to a network of your own; the default network and the host's have none",
  ],
  [
    "one that was adopted",
    afterAdoption(adopted),
    "what was adopted asks the servers of its own /etc/resolv.conf; others in its networks reach it as a.web",
  ],
  [
    "one that was adopted and is in no network",
    afterAdoption(adopted.slice(0, 2)),
    "what was adopted asks the servers of its own /etc/resolv.conf; others reach it by name as soon as it is in a network of your own",
  ],
])("what is said in place of a resolver: %s", (_, topology, want) => {
  const sandbox = topology.sandboxes[testId(1)];
  expect(sandbox && insteadOfResolver(topology, sandbox)).toBe(want);
});

test("an endpoint is known by its name, its sandbox's, its aliases and short ids, while it is joined", () => {
  expect(recordsOf(after(joined), testId(0))).toEqual([
    {
      endpointId: testId(2),
      networkId: testId(0),
      names: ["a", "box", "Db", testId(1).slice(0, 12), testId(2).slice(0, 12)],
      ipv4: "10.8.0.2",
      ipv6: null,
      services: [],
    },
  ]);
  expect(recordsOf(after(joined.slice(0, 3)), testId(0))).toEqual([]);
  expect(recordsOf(asDefault(after(joined)), defaultNetworkId)).toEqual([]);
});

test("what is exposed and what is published is served", () => {
  const ports = { expose: ["53/udp"], publish: ["8080:80"] };
  const [record] = recordsOf(after([web, endpointDraft("web", "a", ports), joinDraft("a", "box", true)]), testId(0));
  expect(record?.services).toEqual([
    { protocol: "udp", port: 53, count: 1 },
    { protocol: "tcp", port: 80, count: 1 },
  ]);
});

test("networks are looked through in the order of their interfaces", () => {
  const names = ["n0", "n1", "n2"];
  const drafts = names.flatMap((name) => [networkDraft(name), endpointDraft(name, `e-${name}`)]);
  const joins = ["n2", "n0", "n1"].map((name) => joinDraft(`e-${name}`, "box", true));
  const topology = after([sandboxDraft("box"), ...drafts, ...joins]);
  expect(viewOf(topology, testId(0))?.networks.map(({ name }) => name)).toEqual(["n2", "n0", "n1"]);
});

test("a sandbox is internal if all of its networks are", () => {
  const inside = [networkDraft("in", { internal: true }), endpointDraft("in", "i"), joinDraft("i", "box", true)];
  expect(viewOf(after(inside), testId(2))?.internal).toBe(true);
  const both = [...inside, networkDraft("out"), endpointDraft("out", "o"), joinDraft("o", "box")];
  expect(viewOf(after(both), testId(2))?.internal).toBe(false);
});
