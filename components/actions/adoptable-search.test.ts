import { expect, test } from "vitest";
import type { AdoptableNamespace } from "#cnm/adoptable.ts";
import { command, freshTopology } from "#cnm/testing.ts";
import { reduce } from "#cnm/reduce.ts";
import { emptyFacts } from "#cnm/facts.ts";
import { matches, valuesOf } from "./adoptable-search.ts";

const nginx: AdoptableNamespace = {
  inode: "4026532201",
  containers: [],
  names: [],
  oldest: { pid: 1234, command: "nginx" },
  processes: 3,
  source: { pid: 1234 },
  program: "nginx",
  interfaces: ["lo", "eth0"],
  verdict: { ok: true },
};
const taken = reduce(freshTopology, command({ type: "sandbox.create", name: "NGINX" }, 0), emptyFacts);

test.each([
  ["", true],
  ["ngi", true],
  ["NGINX 1234", true],
  ["eth0 nginx", true],
  ["nginx 99", false],
])("the search for %j", (search, want) => {
  expect(matches(nginx, search)).toBe(want);
});

test("what cannot be adopted is found by the reason, such as the sandbox that it is", () => {
  const message = "the namespace of process 1234 (nginx) is that of sandbox shop";
  const verdict = { ok: false, code: "CONFLICT", rule: "namespace-taken", message } as const;
  expect([matches(nginx, "shop"), matches({ ...nginx, verdict }, "shop")]).toEqual([false, true]);
});

test.each<[string, Partial<AdoptableNamespace>, object]>([
  ["a process", {}, { mode: "pid", pid: "1234", name: "nginx" }],
  [
    "a name",
    { names: ["/run/netns/blue"], source: { netns: "/run/netns/blue" } },
    { mode: "netns", netns: "/run/netns/blue", name: "blue" },
  ],
  [
    "a container",
    { containers: [{ engine: "docker", name: "db", id: "3f", pid: 1234 }], source: { container: "db" } },
    { mode: "container", container: "db", name: "db" },
  ],
  ["a program that is no name", { program: "<img src=x>" }, { mode: "pid", pid: "1234" }],
])("%s fills the form", (_, change, want) => {
  expect(valuesOf({ ...nginx, ...change }, freshTopology)).toEqual(want);
});

test("a name that is taken is not proposed", () => {
  expect(valuesOf(nginx, taken)).toEqual({ mode: "pid", pid: "1234" });
});
