import { expect, test } from "vitest";
import { defaultNetworkId } from "./default-network.ts";
import { hasResolver, recordsOf, viewOf } from "./resolver.ts";
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
