import { expect, test } from "vitest";
import { gatewayCandidates, preferring } from "./gateway-candidates.ts";
import { emptyFacts } from "./facts.ts";
import { reduce } from "./reduce.ts";
import { after, command, endpointDraft, joinDraft, networkDraft, sandboxDraft, testId } from "./testing.ts";

const six = { enableIpv4: false, enableIpv6: true };

test("whoever is preferred provides the default gateways that it can, and the others the rest", () => {
  let topology = after([
    sandboxDraft("box"),
    networkDraft("a", { enableIpv6: true }),
    networkDraft("b"),
    networkDraft("c", six),
    networkDraft("d", { internal: true }),
    ...["a", "b", "c", "d"].flatMap((name) => [endpointDraft(name, name), joinDraft(`${name}/${name}`, "box")]),
  ]);
  const seen = () =>
    gatewayCandidates(topology, testId(0)).map(({ endpoint, provides, whole }) => [
      endpoint.name,
      whole ? `${provides}!` : provides,
    ]);
  const prefer = (name: string) => {
    const chosen = gatewayCandidates(topology, testId(0)).find(({ endpoint }) => endpoint.name === name)!;
    topology = reduce(topology, command(preferring(topology, chosen)), emptyFacts);
  };
  expect(seen()).toEqual([
    ["a", "IPv4 and IPv6!"],
    ["b", ""],
    ["c", ""],
  ]);
  prefer("b");
  expect(seen()).toEqual([
    ["a", "IPv6"],
    ["b", "IPv4!"],
    ["c", ""],
  ]);
  prefer("c");
  expect(seen()).toEqual([
    ["a", ""],
    ["b", "IPv4!"],
    ["c", "IPv6!"],
  ]);
  prefer("a");
  expect(seen()).toEqual([
    ["a", "IPv4 and IPv6!"],
    ["b", ""],
    ["c", ""],
  ]);
});
