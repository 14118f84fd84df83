// @ts-check
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { inCheckout } from "../setup/checkout.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { countPlaywright, countVitest } from "./counts.mjs";

/**
 * Something that `npm test` runs. `isolated`: in private namespaces. `count`: for a runner, what its report says; anything
 * else counts as one. `build`: needs the console built, or what its build generates. `parts`: runs as so many at the same time.
 * @typedef {{
 *   name: string, command: string[], isolated: boolean, build: boolean, parts?: number,
 *   env?: Record<string, string>, report?: string, count?: (report: any) => import("./counts.mjs").Counts
 * }} Suite
 */

/** Kernel tests wait for programs more than they work: with two at a time a second core has something to do. */
const kernelParts = Math.min(2, availableParallelism());

/**
 * Everything, in order. The stages are those of `npm run validate`, whose last one, the unit tests, is a suite of its own.
 * @param {string} folder for the runners' reports @returns {Suite[]}
 */
export function allSuites(folder) {
  return [...stages(validateScript()), vitest("unit", folder), vitest("kernel", folder), playwright(folder)];
}

/** What `npm run validate` consists of, without the unit tests. @param {string} script @returns {Suite[]} */
export function stages(script) {
  const names = [...script.matchAll(/npm run -s ([\w:-]+)/g)].map(([, name]) => name ?? "");
  return names
    .filter((name) => name !== "unit")
    .map((name) => ({ name, command: ["npm", "run", "-s", name], isolated: false, build: name === "types" }));
}

/**
 * Those that are asked for by name, "validate" being its stages and the unit tests; all of them if none is. Throws a Refusal
 * for a name that is none.
 * @param {Suite[]} all @param {string[]} names
 */
export function choose(all, names) {
  const groups = { validate: all.filter(({ isolated }) => !isolated).map(({ name }) => name) };
  const wanted = names.flatMap((name) => (name === "validate" ? groups.validate : [name]));
  const unknown = wanted.find((name) => !all.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    const known = ["validate", ...all.map(({ name }) => name)].join(", ");
    throw new Refusal(`there is no suite ${JSON.stringify(unknown)}; there are: ${known}`, { exitCode: 2 });
  }
  return wanted.length === 0 ? all : all.filter(({ name }) => wanted.includes(name));
}

/** @param {"unit" | "kernel"} name @param {string} folder @returns {Suite} */
function vitest(name, folder) {
  const report = `${folder}/${name}.json`;
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  // The bundling loader would leave files of root's in somebody's node_modules.
  const command = ["vitest", "run", "--project", name, "--configLoader=native", ...reporters];
  // vitest colours what it writes to a file as well.
  const env = process.stdout.isTTY ? undefined : { NO_COLOR: "1" };
  const how = name === "kernel" ? { isolated: true, parts: kernelParts } : { isolated: false };
  return { name, command, ...how, build: false, env, report, count: countVitest };
}

/**
 * What is run of a suite at the same time, each part in private namespaces of its own: files share nothing, but the names in
 * /run/netns that a file looks at are all those of its namespaces.
 * @param {Suite} suite @returns {Suite[]}
 */
export function partsOf(suite) {
  const { parts = 1, command, report } = suite;
  if (parts === 1) return [suite];
  return Array.from({ length: parts }, (_, n) => {
    const own = report?.replace(/(\.json)?$/, `-${n + 1}$1`);
    const args = command.map((arg) => (report && own ? arg.replace(report, own) : arg));
    return { ...suite, command: [...args, `--shard=${n + 1}/${parts}`], report: own };
  });
}

/** @param {string} folder @returns {Suite} */
function playwright(folder) {
  const report = `${folder}/e2e.json`;
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const command = ["playwright", "test", "--reporter=list,json"];
  return { name: "e2e", command, isolated: true, build: true, env, report, count: countPlaywright };
}

/** @returns {string} */
function validateScript() {
  return JSON.parse(readFileSync(inCheckout("package.json"), "utf8")).scripts.validate;
}
