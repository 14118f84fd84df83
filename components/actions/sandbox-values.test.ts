import { expect, test } from "vitest";
import { initialSandbox, sandboxDraft, sourceProblem } from "./sandbox-values.ts";

const values = { ...initialSandbox, name: "box", pid: " 12 ", netns: " /run/netns/x", container: "db" };

test.each([
  ["private", { type: "sandbox.create", name: "box", mode: "private" }],
  ["host", { type: "sandbox.create", name: "box", mode: "host" }],
  ["pid", { type: "sandbox.adopt", name: "box", pid: 12 }],
  ["netns", { type: "sandbox.adopt", name: "box", netns: "/run/netns/x" }],
  ["container", { type: "sandbox.adopt", name: "box", container: "db" }],
] as const)("of a form for %s only what it is about is sent", (mode, want) => {
  expect(sandboxDraft({ ...values, mode })).toEqual(want);
});

test("a shared one names its home", () => {
  expect(sandboxDraft({ ...values, mode: "shared", sharedWith: "a1" })).toMatchObject({
    mode: "shared",
    sharedWith: "a1",
  });
});

test("only the chosen source has to be there", () => {
  const empty = { ...initialSandbox, name: "box" };
  expect(sourceProblem("pid", empty)).toBeNull();
  expect(sourceProblem("pid", { ...empty, mode: "pid" })).toBe("Give the number of a process");
  expect(sourceProblem("pid", { ...values, mode: "pid" })).toBeNull();
  expect(sourceProblem("container", { ...empty, mode: "container" })).toBe("Give the container's name");
});
