import { expect, test } from "vitest";
import { allSuites, choose, partsOf, stages } from "./suites.mjs";

const names = (suites: { name: string }[]) => suites.map(({ name }) => name);
const all = allSuites("/tmp");

test("the stages are those of validate, and the unit tests run once", () => {
  expect(names(stages("npm run -s format:check && npm run -s types && npm run -s unit"))).toEqual([
    "format:check",
    "types",
  ]);
  expect(names(all)).toEqual(["format:check", "lint", "types", "deps", "unit", "kernel", "e2e"]);
});

test.each([
  [[], names(all)],
  [
    ["e2e", "unit"],
    ["unit", "e2e"],
  ],
  [["validate"], ["format:check", "lint", "types", "deps", "unit"]],
  [
    ["validate", "unit", "kernel"],
    ["format:check", "lint", "types", "deps", "unit", "kernel"],
  ],
])("%j chooses", (asked, want) => {
  expect(names(choose(all, asked))).toEqual(want);
});

test("a name that is none is refused with those there are", () => {
  expect(() => choose(all, ["unit", "kernal"])).toThrow(/no suite "kernal"; there are: validate, .*kernel, e2e$/);
});

test("what touches the kernel runs in private namespaces", () => {
  expect(names(all.filter(({ isolated }) => isolated))).toEqual(["kernel", "e2e"]);
});

test("a suite of several parts is run wholly, with a report for each", () => {
  const kernel = all.find(({ name }) => name === "kernel");
  const parts = kernel ? partsOf({ ...kernel, parts: 2 }) : [];
  expect(parts.map(({ report }) => report)).toEqual(["/tmp/kernel-1.json", "/tmp/kernel-2.json"]);
  expect(parts.map(({ command }) => command.slice(-2))).toEqual([
    ["--outputFile.json=/tmp/kernel-1.json", "--shard=1/2"],
    ["--outputFile.json=/tmp/kernel-2.json", "--shard=2/2"],
  ]);
  expect(all.filter(({ name }) => name !== "kernel").flatMap(partsOf)).toEqual(
    all.filter(({ name }) => name !== "kernel"),
  );
});
