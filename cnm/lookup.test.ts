import { expect, test } from "vitest";
import { findEndpoint, findExactSandbox, findNetwork, findSandbox } from "./lookup.ts";
import { after, endpointDraft, networkDraft, refusalOf, sandboxDraft, testId } from "./testing.ts";

const topology = after([
  networkDraft("web"),
  networkDraft("0001"),
  sandboxDraft("Box"),
  endpointDraft("web", "db"),
  endpointDraft("0001", "db"),
  endpointDraft("web", "only"),
]);

test.each([
  { name: "full id", in: testId(1), want: testId(1) },
  { name: "name", in: "web", want: testId(0) },
  { name: "name in another case", in: "WEB", want: testId(0) },
  { name: "a name before an id prefix", in: "0001", want: testId(1) },
  { name: "unique id prefix", in: "00000", want: testId(0) },
])("network by $name", ({ in: reference, want }) => {
  expect(findNetwork(topology, reference).id).toBe(want);
});

test.each([
  { in: "00", want: /^CONFLICT "00" fits 2 networks: 0001 \(000100010001\), web \(000000000000\)$/ },
  { in: "0", want: /^NOT_FOUND no network "0"$/ },
  { in: "wbe", want: /^NOT_FOUND no network "wbe"; there is one called web$/ },
  { in: "__proto__", want: /^NOT_FOUND no network "__proto__"$/ },
  { in: "constructor", want: /^NOT_FOUND/ },
  { in: `${testId(0)}0`, want: /^NOT_FOUND/ },
  { in: "a\nb;$(id)", want: /^NOT_FOUND no network "a\\nb;\$\(id\)"$/ },
])("no network by $in", ({ in: reference, want }) => {
  expect(refusalOf(() => findNetwork(topology, reference))).toMatch(want);
});

test.each([
  { in: "web/db", want: testId(3) },
  { in: "0001/DB", want: testId(4) },
  { in: "WEB/0003", want: testId(3) },
  { in: "only", want: testId(5) },
  { in: "0004", want: testId(4) },
])("endpoint by $in", ({ in: reference, want }) => {
  expect(findEndpoint(topology, reference).id).toBe(want);
});

test.each([
  { in: "db", want: 'CONFLICT "db" fits 2 endpoints: 0001/db (000400040004), web/db (000300030003)' },
  { in: "web/dbb", want: 'NOT_FOUND no endpoint "dbb" in network web; there is one called db' },
  { in: "lan/db", want: 'NOT_FOUND no network "lan"' },
  { in: "web/0004", want: 'NOT_FOUND no endpoint "0004" in network web' },
])("no endpoint by $in", ({ in: reference, want }) => {
  expect(refusalOf(() => findEndpoint(topology, reference))).toBe(want);
});

test("a sandbox that may be created is not looked up by id prefix", () => {
  expect(findSandbox(topology, "0002").name).toBe("Box");
  expect(findExactSandbox(topology, "0002")).toBeUndefined();
  expect(findExactSandbox(topology, "box")?.id).toBe(testId(2));
  expect(findExactSandbox(topology, testId(2))?.name).toBe("Box");
});
