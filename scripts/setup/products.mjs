// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkout, inCheckout, writeForOwner } from "./checkout.mjs";
import { Refusal } from "./refusal.mjs";
import { runStep, stage } from "./run.mjs";

/**
 * What is generated from sources of the checkout, and where the hash of those sources is kept: inside the product, so that
 * it goes with it.
 */
const products = {
  prisma: { stamp: "generated/.stamp", sources: ["prisma/schema.prisma", "prisma.config.ts", "package-lock.json"] },
  build: {
    stamp: ".next/standalone/.stamp",
    sources: [
      "app",
      "components",
      "cnm",
      "public",
      "next.config.ts",
      "proxy.ts",
      "instrumentation.ts",
      "package.json",
      "package-lock.json",
      "tsconfig.base.json",
      "tsconfig.json",
    ],
  },
};

/** A hash of names and contents, the same in any order. @param {{ path: string, content: string | Buffer }[]} files */
export function stampOf(files) {
  const all = createHash("sha256");
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, content } of sorted)
    all.update(`${path}\0${createHash("sha256").update(content).digest("hex")}\n`);
  return all.digest("hex");
}

/** The files under the given paths of a folder, without tests; paths that do not exist have none. @param {string} folder @param {string[]} paths */
export function sourceFiles(folder, paths) {
  return paths
    .flatMap((path) => filesUnder(folder, path))
    .filter((path) => !/[.]test[.]tsx?$/.test(path))
    .map((path) => ({ path, content: readFileSync(join(folder, path)) }));
}

/** @param {string} folder @param {string} path @returns {string[]} */
function filesUnder(folder, path) {
  const stat = statSync(join(folder, path), { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(join(folder, path)).flatMap((name) => filesUnder(folder, join(path, name)));
}

/** @param {{ stamp: string, sources: string[] }} product @param {{ title: string, make: () => Promise<void> }} how */
async function ensure({ stamp, sources }, { title, make }) {
  const path = inCheckout(stamp);
  const wanted = stampOf(sourceFiles(checkout, sources));
  if (existsSync(path) && readFileSync(path, "utf8") === wanted) return wanted;
  await stage(title, async () => {
    await make();
    writeForOwner(path, wanted);
  });
  return wanted;
}

/** Generates the Prisma client if its schema has changed. Needs the modules. Idempotent; returns the stamp of its sources. */
export function ensurePrisma() {
  const make = () => runStep(["prisma", "generate"]);
  return ensure(products.prisma, { title: "Generating the database client", make });
}

/**
 * Builds the console if its sources have changed: .next/standalone is then complete, static files included. Needs the modules
 * and the Prisma client. Idempotent; returns the stamp of its sources.
 */
export function ensureBuild() {
  const make = async () => {
    await runStep(["rm", "-rf", ".next/standalone"]);
    await runStep(["next", "build"]);
    if (!existsSync(inCheckout(".next/standalone/server.js")))
      throw new Refusal("next build left no .next/standalone/server.js: see outputFileTracingRoot in next.config.ts");
    await runStep(["cp", "-R", ".next/static", ".next/standalone/.next/static"]);
    if (existsSync(inCheckout("public"))) await runStep(["cp", "-R", "public", ".next/standalone/public"]);
  };
  return ensure(products.build, { title: "Building the console (about a quarter of a minute)", make });
}
