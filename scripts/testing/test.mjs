// @ts-check
import { chownSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolder, owner } from "../setup/checkout.mjs";
import { ensureModules } from "../setup/modules.mjs";
import { checkKernel } from "../setup/namespaces.mjs";
import { ensurePackages, runtimePackages } from "../setup/packages.mjs";
import { ensureBuild, ensurePrisma } from "../setup/products.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { add, closingLine, none } from "./counts.mjs";
import { runSuite } from "./run-suite.mjs";
import { allSuites, choose } from "./suites.mjs";

/** @typedef {import("./suites.mjs").Suite} Suite @typedef {import("./counts.mjs").Counts} Counts */

/**
 * `npm test`: sets up what the suites of these names need, runs them and ends with the closing line. Returns the exit code:
 * 0 if nothing failed. A set-up that is refused counts as one failure.
 * @param {string[]} names
 */
export async function test(names) {
  let counts = none;
  try {
    const suites = choose(allSuites(makeFolder(".patchbay/test")), names);
    await prepare(suites);
    for (const suite of suites) counts = add(counts, await timed(suite));
  } catch (error) {
    console.log(words(error));
    console.log(closingLine(add(counts, { ...none, failed: 1 })));
    return error instanceof Refusal ? error.exitCode : 1;
  }
  console.log(closingLine(counts));
  return counts.failed > 0 ? 1 : 0;
}

/** Why the tests cannot go on; of a bug everything that is known. @param {unknown} error */
function words(error) {
  if (error instanceof Refusal) return `${error.output.trimEnd()}\npatchbay: ${error.message}`.trimStart();
  return error instanceof Error ? error.stack : String(error);
}

/** @param {Suite[]} suites */
async function prepare(suites) {
  const isolated = suites.some((suite) => suite.isolated);
  if (isolated) await ensurePackages(runtimePackages);
  if (isolated) await checkKernel({ isolated: true });
  await ensureModules();
  await ensurePrisma();
  if (suites.some(({ build }) => build)) await ensureBuild();
  if (suites.some(({ name }) => name === "e2e") && !(await hasBrowser())) await ensurePackages(["chromium"]);
}

/** Whether playwright.config.ts finds a browser: the one that is asked for, Playwright's own, the distribution's. */
async function hasBrowser() {
  const { chromium } = await import("@playwright/test");
  const places = [
    process.env.CHROMIUM_PATH,
    chromium.executablePath(),
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
  ];
  return places.some((path) => path && existsSync(path));
}

/** @param {Suite} suite */
async function timed(suite) {
  console.log(
    `\n── ${suite.name}: ${suite.command.slice(0, 4).join(" ")}${suite.isolated ? ", in private namespaces" : ""}`,
  );
  const startedAt = performance.now();
  const counts = await inTemporaryFolder((folder) => runSuite(suite, folder));
  console.log(`── ${suite.name}: ${closingLine(counts)} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return counts;
}

/** The path is short: sockets are made below it, whose paths have at most 107 bytes (unix(7)). @template T @param {(folder: string) => Promise<T>} use */
async function inTemporaryFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "pb-"));
  const as = owner();
  if (as) chownSync(folder, as.uid, as.gid);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
