import { expect, test } from "vitest";
import { contenders, crowning } from "./crown.ts";
import { emptyFacts } from "./facts.ts";
import { reduce } from "./reduce.ts";
import { after, command, endpointDraft, joinDraft, networkDraft, sandboxDraft, testId } from "./testing.ts";

const six = { enableIpv4: false, enableIpv6: true };

test("whoever is crowned has the default routes that it can have, and the rest stays with the others", () => {
  let topology = after([
    sandboxDraft("box"),
    networkDraft("a", { enableIpv6: true }),
    networkDraft("b"),
    networkDraft("c", six),
    networkDraft("d", { internal: true }),
    ...["a", "b", "c", "d"].flatMap((name) => [endpointDraft(name, name), joinDraft(`${name}/${name}`, "box")]),
  ]);
  const seen = () =>
    contenders(topology, testId(0)).map(({ endpoint, crown, whole }) => [endpoint.name, whole ? `${crown}!` : crown]);
  const crown = (name: string) => {
    const chosen = contenders(topology, testId(0)).find(({ endpoint }) => endpoint.name === name)!;
    topology = reduce(topology, command(crowning(topology, chosen)), emptyFacts);
  };
  expect(seen()).toEqual([
    ["a", "IPv4 and IPv6!"],
    ["b", ""],
    ["c", ""],
  ]);
  crown("b");
  expect(seen()).toEqual([
    ["a", "IPv6"],
    ["b", "IPv4!"],
    ["c", ""],
  ]);
  crown("c");
  expect(seen()).toEqual([
    ["a", ""],
    ["b", "IPv4!"],
    ["c", "IPv6!"],
  ]);
  crown("a");
  expect(seen()).toEqual([
    ["a", "IPv4 and IPv6!"],
    ["b", ""],
    ["c", ""],
  ]);
});
