// @ts-check
import { createHash } from "node:crypto";
import { join } from "node:path";
import { daemonNodeOptions } from "./daemon-options.mjs";
import { privateNamespaces } from "./namespaces.mjs";

/** sun_path of unix(7) has 108 bytes, the last one for the end of the text. */
const longestSocketPath = 107;

/**
 * Where a run of Patchbay keeps things. `base` is the folder that holds the others, where they share one.
 * @typedef {{ base: string | null, stateDir: string, runDir: string, netnsDir: string, etcNetnsDir: string }} Places
 */

/**
 * The state is one folder and the sockets another, because nobody but the daemon's user may enter the former.
 * @param {{ isolated: boolean, state: string | null }} options @param {string} checkout
 * @returns {Places}
 */
export function placesOf({ isolated, state }, checkout) {
  // An isolated run has both for itself, see namespaces.mjs.
  const names = { netnsDir: "/run/netns", etcNetnsDir: "/etc/netns" };
  if (!isolated) return { base: null, stateDir: state ?? "/var/lib/patchbay", runDir: "/run/patchbay", ...names };
  const base = state ?? join(checkout, ".patchbay/isolated");
  return { base, stateDir: join(base, "state"), runDir: join(base, "run"), ...names };
}

/** Whether the sockets fit into a folder: their paths are limited. @param {string} runDir */
export const fitsSockets = (runDir) => Buffer.byteLength(join(runDir, "admin.sock")) <= longestSocketPath;

/** Where the sockets go when their folder is too deep or the web process cannot get there. @param {string} base @param {number} uid */
export function shortRunDir(base, uid) {
  return `/tmp/patchbay-${uid}-${createHash("sha256").update(base).digest("hex").slice(0, 8)}`;
}

/**
 * Whether a user may pass through folders, from their owners and modes (access lists are not looked at).
 * @param {{ uid: number, gid: number, mode: number }[]} folders @param {{ uid: number, gid: number }} user
 */
export function passable(folders, user) {
  if (user.uid === 0) return true;
  return folders.every(({ uid, gid, mode }) => {
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    return (mode & bit) !== 0;
  });
}

/** @param {number} port */
export const originOf = (port) => `http://127.0.0.1:${port}`;

/** What both processes get of the caller's environment; nothing else of it, least of all secrets. @param {NodeJS.ProcessEnv} env */
function commonEnvironment({ LANG, TZ }) {
  const kept = Object.fromEntries(Object.entries({ LANG, TZ }).filter(([, value]) => value !== undefined));
  return { ...kept, NODE_ENV: "production", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
}

/**
 * @typedef {{ node: string, port: number, isolated: boolean, places: Places, uid: number, env: NodeJS.ProcessEnv, daemon: Record<string, string> }} Run
 *   `uid`: the caller's; `daemon`: what else the daemon's environment says
 * @typedef {{ uid: number, gid: number }} User
 * @typedef {{ command: string[], env: NodeJS.ProcessEnv, cwd: string }} Launch
 */

/**
 * The daemon. In a user namespace the caller is the only user there is, and is called 0: so is then the web process.
 * @param {Run} run @param {{ checkout: string, web: User }} of
 * @returns {Launch}
 */
export function daemonLaunch({ node, port, isolated, places, uid, env, daemon }, { checkout, web }) {
  const command = ["setpriv", "--pdeathsig", "TERM", node, ...daemonNodeOptions, join(checkout, "server/main.ts")];
  const seen = uid === 0 ? web : { uid: 0, gid: 0 };
  return {
    command: isolated ? privateNamespaces(command, { uid }) : command,
    cwd: checkout,
    env: {
      ...commonEnvironment(env),
      PATCHBAY_STATE_DIR: places.stateDir,
      PATCHBAY_RUN_DIR: places.runDir,
      PATCHBAY_NETNS_DIR: places.netnsDir,
      PATCHBAY_ETC_NETNS_DIR: places.etcNetnsDir,
      PATCHBAY_ORIGIN: originOf(port),
      PATCHBAY_WEB_UID: String(seen.uid),
      PATCHBAY_WEB_GID: String(seen.gid),
      PATCHBAY_LOG: env.PATCHBAY_LOG || "warn",
      ...daemon,
    },
  };
}

/**
 * The web process, as a user without any privilege and without a way to get one.
 * @param {Run} run @param {{ release: string, web: User }} of
 * @returns {Launch}
 */
export function webLaunch({ node, port, places, uid, env }, { release, web }) {
  const as = uid === 0 ? [`--reuid=${web.uid}`, `--regid=${web.gid}`, "--clear-groups", "--bounding-set=-all"] : [];
  return {
    command: ["setpriv", ...as, "--no-new-privs", "--pdeathsig", "TERM", node, "server.js"],
    cwd: release,
    env: {
      ...commonEnvironment(env),
      PORT: String(port),
      HOSTNAME: "127.0.0.1",
      NEXT_TELEMETRY_DISABLED: "1",
      PATCHBAY_WEB_SOCKET: join(places.runDir, "web.sock"),
    },
  };
}
