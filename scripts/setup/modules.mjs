// @ts-check
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { inCheckout, stepOptions } from "./checkout.mjs";
import { Refusal } from "./refusal.mjs";
import { run, step } from "./run.mjs";

/** @typedef {{ packages?: Record<string, { version?: string, integrity?: string, optional?: boolean }> }} Lock */

/** The Node that package.json pins, as npm installs it. */
export const pinnedNode = () => inCheckout("node_modules/.bin/node");

/**
 * Whether what npm says it installed (its hidden lock file) is what the lock file asks for. Optional packages may be
 * missing: those of other architectures are.
 * @param {Lock} lock @param {Lock} installed
 */
export function modulesMatch(lock, installed) {
  const wanted = Object.entries(lock.packages ?? {}).filter(([path]) => path !== "");
  const there = installed.packages ?? {};
  return (
    Object.keys(there).every((path) => lock.packages?.[path]) &&
    wanted.every(([path, { version, integrity, optional }]) => {
      const found = there[path];
      return found ? found.version === version && found.integrity === integrity : optional === true;
    })
  );
}

/** What to do about a failed `npm ci`, if its output tells. @param {string} output */
export function explainNpm(output) {
  const network = output.match(
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/,
  );
  if (network)
    return `the npm registry cannot be reached (${network[1]}): check this machine's network, or name a mirror with npm config set registry URL, and run this again`;
  if (/\bENOSPC\b/.test(output)) return "the disk is full: free about 2 GB and run this again";
  if (/spawn npm ENOENT/.test(output))
    return "npm is not installed: install it (Debian's package npm, or a Node that brings it) and run this again";
  if (/\b(EACCES|EPERM)\b/.test(output))
    return "npm may not write here: the checkout and the owner's ~/.npm must belong to the owner of the folder (chown -R)";
  return null;
}

/** @param {string} path @returns {Lock} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}

const upToDate = () =>
  existsSync(pinnedNode()) &&
  modulesMatch(readLock(inCheckout("package-lock.json")), readLock(inCheckout("node_modules/.package-lock.json")));

/** Why the registry cannot be asked, or null. npm itself would try for minutes. */
async function registryTrouble() {
  const ping = [
    "npm",
    "ping",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=2000",
    "--fetch-timeout=15000",
  ];
  const { code, output } = await run(ping, stepOptions({ pinned: false }));
  return code === 0 ? null : explainNpm(output);
}

/** Makes node_modules what package-lock.json says. Returns whether anything was done. Idempotent. */
export async function ensureModules() {
  if (upToDate()) return false;
  const trouble = await registryTrouble();
  // Without the registry everything may still be in npm's cache, and if not, npm says so at once.
  const mode = trouble ? ["--offline"] : [];
  await step(
    "Installing the npm packages of package-lock.json, the pinned Node among them (about half a minute)",
    ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", ...mode],
    { pinned: false, explain: (output) => trouble ?? explainNpm(output) },
  );
  if (!existsSync(pinnedNode()))
    throw new Refusal(
      `npm installed no Node for ${process.platform} on ${process.arch}: npm must not omit optional packages (npm config get omit)`,
    );
  return true;
}

/** Whether this process runs on the pinned Node. */
export const onPinnedNode = () =>
  existsSync(pinnedNode()) && realpathSync(process.execPath) === realpathSync(pinnedNode());
