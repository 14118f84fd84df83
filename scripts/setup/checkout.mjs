// @ts-check
import { chownSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { accountOf } from "./accounts.mjs";

/** The folder of this checkout. */
export const checkout = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** @param {string[]} parts */
export const inCheckout = (...parts) => join(checkout, ...parts);

/** Where the programs of Debian packages are; the PATH of a person who is not root lacks the sbin folders. */
export function systemPath(path = "") {
  const folders = path.split(":").filter((folder) => folder && !folder.endsWith("/node_modules/.bin"));
  return [...new Set([...folders, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"])].join(
    ":",
  );
}

/**
 * Whom the set-up steps run as, so that no file of root's is left in somebody's checkout: its owner if root asks, else null
 * (= whoever asks).
 * @param {number} uid of the caller @param {{ uid: number, gid: number }} folder
 */
export function stepsRunAs(uid, folder) {
  return uid === 0 && folder.uid !== 0 ? { uid: folder.uid, gid: folder.gid } : null;
}

/** What names places of the caller's that another user may not write to. */
const personal = /^(XDG_.*|SUDO_.*|MAIL|OLDPWD|npm_config_(cache|userconfig|prefix|globalconfig))$/i;

/**
 * The environment of a set-up step. npm itself must not run on the Node that it replaces: `pinned` says whether
 * node_modules/.bin comes first.
 * @param {NodeJS.ProcessEnv} env
 * @param {{ home?: string, user?: string, pinned: boolean }} as
 * @returns {NodeJS.ProcessEnv}
 */
export function stepEnvironment(env, { home, user, pinned }) {
  const own = home ? Object.fromEntries(Object.entries(env).filter(([name]) => !personal.test(name))) : { ...env };
  delete own.NODE_ENV;
  const path = systemPath(env.PATH);
  return {
    ...own,
    ...(home ? { HOME: home, USER: user, LOGNAME: user } : {}),
    PATH: pinned ? `${inCheckout("node_modules/.bin")}:${path}` : path,
    NEXT_TELEMETRY_DISABLED: "1",
    CHECKPOINT_DISABLE: "1",
    DEBIAN_FRONTEND: "noninteractive",
  };
}

/** The caller's own uid. */
export const callerUid = () => process.getuid?.() ?? 0;

/** The owner of the checkout if the steps run as somebody else than the caller. */
export const owner = () => stepsRunAs(callerUid(), statSync(checkout));

/** What `spawn` needs to run a step as whoever owns the checkout. @param {{ pinned: boolean }} options */
export function stepOptions({ pinned }) {
  const as = owner();
  if (!as) return { cwd: checkout, env: stepEnvironment(process.env, { pinned }) };
  const account = accountOf(as.uid);
  const home = account && isHome(account.home, as.uid) ? account.home : makeFolder(".patchbay/home");
  return { cwd: checkout, ...as, env: stepEnvironment(process.env, { home, user: account?.name, pinned }) };
}

/** @param {string} folder @param {number} uid */
function isHome(folder, uid) {
  return existsSync(folder) && statSync(folder).uid === uid;
}

/** Makes a folder in the checkout, its owner's; returns its path. @param {string} path relative to the checkout */
export function makeFolder(path) {
  let made = checkout;
  for (const part of path.split("/")) {
    made = join(made, part);
    if (existsSync(made)) continue;
    mkdirSync(made);
    giveToOwner(made);
  }
  return made;
}

/** Writes a file in the checkout, its owner's. @param {string} path @param {string} text */
export function writeForOwner(path, text) {
  writeFileSync(path, text);
  giveToOwner(path);
}

/** @param {string} path */
function giveToOwner(path) {
  const as = owner();
  if (as) chownSync(path, as.uid, as.gid);
}
