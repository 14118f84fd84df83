import { expect, test } from "vitest";
import { CnmError, type Problem } from "#cnm/errors.ts";
import { checked, keyValues } from "./options.ts";
import { parseMoment } from "./times.ts";

test("key=value texts keep everything after the first =", () => {
  expect(keyValues("--label", ["a=1", "b=", "c=x=y", "__proto__=z"])).toEqual(
    Object.fromEntries([
      ["a", "1"],
      ["b", ""],
      ["c", "x=y"],
      ["__proto__", "z"],
    ]),
  );
});

test("every text that is no key=value is a problem of its own", () => {
  const problems: Problem[] = [];
  expect(keyValues("--opt", ["mtu", "=1", "a=1", "a=2"], problems)).toEqual({ a: "1" });
  expect(problems.map(({ message }) => message)).toEqual([
    '"mtu" must be written as name=value',
    '"=1" must be written as name=value',
    '"a" is given twice',
  ]);
});

test("what is wrong on the command line and in the command comes as one error", () => {
  const draft = { type: "endpoint.create", network: "web", name: "a b", ipv4: "10.0.0" } as const;
  const attempt = () => checked(draft, [{ path: "--label", message: "is odd" }]);
  expect(attempt).toThrow(CnmError);
  expect(attempt).toThrow(/is odd.*name.*ipv4/s);
  expect(checked({ type: "sandbox.create", name: "a" })).toEqual({ type: "sandbox.create", name: "a" });
});

const now = new Date("2026-11-20T12:00:00Z");

test.each([
  ["90s", "2026-11-20T11:58:30.000Z"],
  ["10m", "2026-11-20T11:50:00.000Z"],
  ["7d", "2026-11-13T12:00:00.000Z"],
  ["2026-11-20T08:00:00+02:00", "2026-11-20T06:00:00.000Z"],
  ["2026-11-20", "2026-11-20T00:00:00.000Z"],
])("%s is a time", (text, want) => {
  expect(parseMoment("--after", text, now)).toBe(want);
});

test.each(["", "yesterday", "10", "10 m", "-5m", "2026-13-01", "1e3", "2026"])("%j is no time", (text) => {
  expect(() => parseMoment("--after", text, now)).toThrow(/^--after: /);
});
