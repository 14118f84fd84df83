// @ts-check
import { lstatSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { callerUid, checkout, makeFolder } from "./checkout.mjs";
import { fitsSockets, passable, placesOf, shortRunDir } from "./places.mjs";
import { Refusal } from "./refusal.mjs";

/** @typedef {import("./options.mjs").Options} Options */

/**
 * Why Patchbay cannot be started by this caller on this machine; null if it can.
 * @param {{ platform: string, arch: string, uid: number, sudo: boolean, isolated: boolean }} facts
 */
export function callerRefusal({ platform, arch, uid, sudo, isolated }) {
  if (platform !== "linux")
    return `Patchbay shapes the networks of Linux, and this is ${platform}: run it on a Linux machine`;
  if (arch !== "x64" && arch !== "arm64")
    return `Patchbay runs on x64 and arm64, and this machine is ${arch}: use one of those`;
  if (uid === 0 || isolated) return null;
  const why = sudo
    ? "npm gave up root's rights for the owner of the folder"
    : "Patchbay needs root to shape this host's networks";
  return `${why}: run sudo ./patchbay up, or npm run up -- --isolated to try it without root`;
}

/**
 * Whether a folder looks like the state that an isolated run left, and may be thrown away.
 * @param {string[]} names of what is in it
 */
export const isOurState = (names) => names.length === 0 || names.some((name) => name.startsWith("patchbay.db"));

/**
 * Makes the folders of a run, and decides where its sockets are: where the web process can get to them.
 * @param {Options} options @param {{ uid: number, gid: number }} web
 * @returns {import("./places.mjs").Places}
 */
export function prepareFolders(options, web) {
  const places = placesOf(options, checkout);
  const { base, stateDir, runDir } = places;
  if (base === null) return places;
  if (options.state === null) makeFolder(".patchbay/isolated");
  else mkdirSync(base, { recursive: true });
  if (options.fresh) rmSync(stateDir, { recursive: true, force: true });
  if (fitsSockets(runDir) && passable(foldersAbove(runDir), web)) {
    mkdirSync(runDir, { recursive: true, mode: 0o755 });
    return places;
  }
  const short = shortRunDir(base, callerUid());
  makeOwn(short);
  return { ...places, runDir: short };
}

/** Refuses a state that another user left, or one to throw away that is none. @param {Options} options */
export function checkState(options) {
  const { base, stateDir } = placesOf(options, checkout);
  const left = lstatSync(stateDir, { throwIfNoEntry: false });
  if (base === null || !left) return;
  if (left.uid !== callerUid()) {
    const whose = left.uid === 0 ? "root (it was started with sudo)" : `the user with the id ${left.uid}`;
    throw new Refusal(
      `the state in ${base} belongs to ${whose}: start it as that user again, or choose another folder with --state`,
    );
  }
  if (options.fresh && !isOurState(readdirSync(stateDir)))
    throw new Refusal(
      `${stateDir} holds no database of Patchbay's, so --fresh leaves it alone: choose another folder with --state`,
    );
}

/** The folders that lead to one, as far as they exist. @param {string} path @returns {import("node:fs").Stats[]} */
function foldersAbove(path) {
  const parent = dirname(path);
  const here = statSync(path, { throwIfNoEntry: false });
  return [...(parent === path ? [] : foldersAbove(parent)), ...(here ? [here] : [])];
}

/** Makes a folder below /tmp, where anybody could have made it before us. @param {string} path */
function makeOwn(path) {
  if (!lstatSync(path, { throwIfNoEntry: false })) mkdirSync(path, { mode: 0o755 });
  const { uid, mode } = lstatSync(path);
  if (!lstatSync(path).isDirectory() || uid !== callerUid() || (mode & 0o022) !== 0)
    throw new Refusal(
      `${path} is needed for the sockets and belongs to somebody else: choose a shorter folder with --state`,
    );
}

/** Where the daemon of a run listens for administrators, before it is known whether the sockets must move. @param {Options} options */
export function adminSockets(options) {
  const { base, runDir } = placesOf(options, checkout);
  const folders = base === null ? [runDir] : [runDir, shortRunDir(base, callerUid())];
  return folders.map((folder) => join(folder, "admin.sock"));
}
