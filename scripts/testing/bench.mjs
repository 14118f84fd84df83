// @ts-check
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { checkout, inCheckout, stepEnvironment } from "../setup/checkout.mjs";
import { ensureModules, pinnedNode } from "../setup/modules.mjs";
import { checkKernel, privateNamespaces } from "../setup/namespaces.mjs";
import { ensurePackages, runtimePackages } from "../setup/packages.mjs";
import { ensurePrisma } from "../setup/products.mjs";
import { Refusal, report } from "../setup/refusal.mjs";

/**
 * `npm run bench`: runs the measurements of these names (all, if none is named) one after the other, each in private
 * namespaces of its own. Returns the exit code: 0 if all of them ran to their end.
 * @param {string[]} names
 */
export async function bench(names) {
  try {
    const wanted = chosen(names);
    await ensurePackages(runtimePackages);
    await checkKernel({ isolated: true });
    await ensureModules();
    await ensurePrisma();
    let failed = 0;
    for (const name of wanted) if ((await measure(name)) !== 0) failed++;
    return failed > 0 ? 1 : 0;
  } catch (error) {
    return report(error);
  }
}

/** @param {string[]} names */
function chosen(names) {
  const all = readdirSync(inCheckout("bench"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
  const unknown = names.find((name) => !all.includes(name));
  if (unknown === undefined) return names.length === 0 ? all : names;
  const sentence = `there is no measurement ${JSON.stringify(unknown)}; there are: ${all.join(", ")}`;
  throw new Refusal(sentence, { exitCode: 2 });
}

/** @param {string} name @returns {Promise<number>} */
function measure(name) {
  console.log(`\n── ${name}`);
  const [file = "", ...args] = privateNamespaces([pinnedNode(), inCheckout("bench", `${name}.ts`)]);
  const env = stepEnvironment(process.env, { pinned: true });
  const child = spawn(file, args, { cwd: checkout, env, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
