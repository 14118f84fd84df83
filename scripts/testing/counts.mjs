// @ts-check

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @param {Counts} a @param {Counts} b @returns {Counts} */
export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** @type {Counts} */
export const none = { passed: 0, failed: 0, skipped: 0 };

/** The line that a CI reads: "3 passed, 0 failed", and what was skipped if anything was. @param {Counts} counts */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** One thing that went well or did not. @param {number} code @returns {Counts} */
export function countExit(code) {
  return code === 0 ? { ...none, passed: 1 } : { ...none, failed: 1 };
}

/** What vitest's JSON reporter wrote. @param {any} report @returns {Counts} */
export function countVitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests }) {
  return whole({ passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests });
}

/** What Playwright's JSON reporter wrote; a test that only passed when repeated has failed. @param {any} report @returns {Counts} */
export function countPlaywright({ stats: { expected, unexpected, flaky, skipped } }) {
  return whole({ passed: expected, failed: unexpected + flaky, skipped });
}

/**
 * The counts of a runner, from its report and how it ended: one that crashed, wrote no report that can be read, ended badly
 * for another reason than a failed test, or ran nothing has failed itself.
 * @param {{ code: number, report: string | null }} ended @param {(report: any) => Counts} count
 * @returns {Counts}
 */
export function countRunner({ code, report }, count) {
  const counts = readable(report, count);
  const ranSomething = counts !== null && counts.passed + counts.failed + counts.skipped > 0;
  if (counts && ranSomething && (code === 0 || counts.failed > 0)) return counts;
  return add(counts ?? none, { ...none, failed: 1 });
}

/** @param {string | null} report @param {(report: any) => Counts} count */
function readable(report, count) {
  try {
    return count(JSON.parse(report ?? ""));
  } catch {
    return null;
  }
}

/** @param {Counts} counts */
function whole(counts) {
  if (Object.values(counts).every(Number.isInteger)) return counts;
  throw new Error("the report lacks its numbers");
}
