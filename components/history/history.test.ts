import { expect, test } from "vitest";
import { idOf, small } from "#components/topology/topology.fixture.ts";
import { changeWord, fieldChanges } from "./difference.ts";
import { readQuery, toFilter, writeQuery } from "./filter.ts";
import { commandWords, duration, shortSummary } from "./words.ts";

const endpoint = small.endpoints[idOf(4)]!;

test("a change shows the fields that differ, nested ones by path", () => {
  const change = {
    kind: "endpoint" as const,
    id: endpoint.id,
    before: { ...endpoint, attachment: null },
    after: endpoint,
  };
  expect(changeWord(change)).toBe("changed");
  expect(fieldChanges(change)).toEqual([
    { path: "attachment.sandboxId", before: null, after: idOf(2) },
    { path: "attachment.interfaceName", before: null, after: "eth0" },
  ]);
});

test("a deletion shows what there was", () => {
  const change = { kind: "endpoint" as const, id: endpoint.id, before: endpoint, after: null };
  expect(changeWord(change)).toBe("deleted");
  expect(fieldChanges(change)).toContainEqual({ path: "ipv4", before: "172.17.0.2/16", after: null });
});

test("the filter lives in the address and survives it", () => {
  const address = writeQuery(new URLSearchParams("seq=4&actor=old"), {
    actor: "kim & co",
    outcome: "failed",
    object: "",
  });
  expect(address).toBe("?seq=4&actor=kim+%26+co&outcome=failed");
  expect(toFilter(readQuery(new URLSearchParams(address)))).toMatchObject({ actor: "kim & co", outcome: "failed" });
});

test("what is no outcome or no time is left out", () => {
  const filter = toFilter(readQuery(new URLSearchParams("outcome=<b>&after=yesterday&before=2026-01-02T03:04Z")));
  expect(filter).toMatchObject({ outcome: undefined, after: undefined, before: "2026-01-02T03:04:00.000Z" });
});

test("times have the unit people read", () => {
  expect([412, 3140, 1_240_000].map(duration)).toEqual(["412 µs", "3.1 ms", "1.24 s"]);
});

test("a command is told in words, ids in short", () => {
  expect(commandWords({ type: "sandbox.delete", sandbox: idOf(7) })).toBe("delete sandbox 000000000000");
  const join = { type: "endpoint.join" as const, endpoint: "net/web", sandbox: "web", createSandbox: false };
  expect(commandWords({ ...join, interfaceName: "uplink" })).toBe("join endpoint net/web to sandbox web as uplink");
});

test("a row of many commands says how many more there are", () => {
  expect(shortSummary("created a; created b; created c")).toBe("created a; created b; created c");
  expect(shortSummary("created a; created b; created c; created d")).toBe("created a; created b; and 2 more");
});
