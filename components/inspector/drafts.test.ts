import { expect, test } from "vitest";
import { idOf, topologyOf } from "#components/topology/topology.fixture.ts";
import { aliasProblem, linkTargets, linkText } from "./link-draft.ts";
import { draftOf, emptyPort, portProblems, publicationText, splitPublication, withText } from "./port-draft.ts";

const draft = (given: Partial<typeof emptyPort>) => ({ ...emptyPort, port: "80", ...given });

test.each([
  [{}, "80/tcp"],
  [{ hostPort: "8080" }, "8080:80/tcp"],
  [{ hostAddress: "127.0.0.1" }, "127.0.0.1::80/tcp"],
  [{ hostAddress: "127.0.0.1", hostPort: "8080", protocol: "udp" as const }, "127.0.0.1:8080:80/udp"],
  [{ hostAddress: "::1", hostPort: "8080-8090" }, "[::1]:8080-8090:80/tcp"],
])("%o is written %s", (given, text) => {
  expect(publicationText(draft(given))).toBe(text);
  expect(portProblems(draft(given))).toEqual({});
});

test("what is wrong is said at its field, and only once something is typed", () => {
  expect(portProblems(emptyPort)).toEqual({});
  expect(portProblems(draft({ port: "0" }))).toHaveProperty("port");
  expect(portProblems(draft({ port: "80:80:80" }))).toHaveProperty("port");
  expect(portProblems(draft({ hostPort: "70000" }))).toHaveProperty("hostPort");
  expect(portProblems(draft({ hostAddress: "1.2.3" }))).toHaveProperty("hostAddress");
  expect(portProblems({ ...emptyPort, hostPort: "a" })).toHaveProperty("hostPort");
  expect(portProblems(draft({ port: "80-82", hostPort: "8080-8081" }))).toEqual({
    hostPort: '"8080-8081:80-82/tcp" maps 2 ports of the host to 3; the ranges must be as long as each other',
  });
});

test("a whole publication fills all fields", () => {
  expect(splitPublication("127.0.0.1:8080:80/udp")).toEqual({
    hostAddress: "127.0.0.1",
    hostPort: "8080",
    port: "80",
    protocol: "udp",
  });
  expect(splitPublication("[::1]::8000-8001")).toMatchObject({ hostAddress: "::1", hostPort: "", port: "8000-8001" });
  expect(splitPublication("80")).toBeNull();
  expect(splitPublication("8080:")).toBeNull();
});

test("what is published already comes back as it was", () => {
  const publication = { hostAddress: null, hostPort: 8000, port: 80, count: 3, protocol: "tcp" as const };
  expect(publicationText(draftOf(publication))).toBe("8000-8002:80-82/tcp");
});

test("one text added, changed, taken away; the others keep their order", () => {
  expect(withText(["a", "b"], null, "c")).toEqual(["a", "b", "c"]);
  expect(withText(["a", "b", "c"], 1, "x")).toEqual(["a", "x", "c"]);
  expect(withText(["a", "b", "c"], 1, null)).toEqual(["a", "c"]);
});

test("a link leads to another endpoint of the same network", () => {
  const topology = topologyOf(
    { type: "network.create", name: "net" },
    { type: "network.create", name: "other" },
    { type: "sandbox.create", name: "db" },
    { type: "endpoint.create", network: "net", name: "app" },
    { type: "endpoint.create", network: "net", name: "store" },
    { type: "endpoint.join", endpoint: "net/store", sandbox: "db" },
    { type: "endpoint.create", network: "net", name: "idle" },
    { type: "endpoint.create", network: "other", name: "far" },
  );
  expect(linkTargets(topology, topology.endpoints[idOf(4)]!)).toEqual([
    { id: idOf(5), name: "db" },
    { id: idOf(7), name: "idle (not joined)" },
  ]);
  const link = { endpointId: idOf(5), alias: "database" };
  expect(linkText(link)).toBe(`${idOf(5)}:database`);
  expect(aliasProblem([link], "Database")).toBe("the alias Database is there already");
  expect(aliasProblem([link], "no blank")).toMatch(/letters/);
  expect(aliasProblem([link], "db")).toBeNull();
});
