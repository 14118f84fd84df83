import { expect, test } from "vitest";
import { closingLine, countExit, countPlaywright, countRunner, countVitest } from "./counts.mjs";

const vitest = (passed: number, failed: number, pending = 0) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: 0 });

test.each([
  ["all is well", { code: 0, report: vitest(3, 0, 1) }, "3 passed, 0 failed, 1 skipped"],
  ["a test failed", { code: 1, report: vitest(3, 1) }, "3 passed, 1 failed"],
  ["a file could not be loaded", { code: 1, report: vitest(3, 0) }, "3 passed, 1 failed"],
  ["it crashed without a report", { code: 139, report: null }, "0 passed, 1 failed"],
  ["it ended well without a report", { code: 0, report: null }, "0 passed, 1 failed"],
  ["it was killed while writing", { code: 137, report: vitest(3, 0).slice(0, 20) }, "0 passed, 1 failed"],
  ["the report is something else", { code: 0, report: "{}" }, "0 passed, 1 failed"],
  ["it ran nothing", { code: 0, report: vitest(0, 0) }, "0 passed, 1 failed"],
])("when %s", (_name, ended, want) => {
  expect(closingLine(countRunner(ended, countVitest))).toBe(want);
});

test("a browser test that only passed when repeated has failed", () => {
  const stats = { expected: 5, unexpected: 1, flaky: 2, skipped: 1 };
  expect(closingLine(countPlaywright({ stats }))).toBe("5 passed, 3 failed, 1 skipped");
});

test("a stage counts as one", () => {
  expect([countExit(0), countExit(2)].map(closingLine)).toEqual(["1 passed, 0 failed", "0 passed, 1 failed"]);
});
