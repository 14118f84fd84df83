// @ts-check
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { callerUid, systemPath } from "./checkout.mjs";
import { Refusal } from "./refusal.mjs";
import { runStep, stage } from "./run.mjs";

/** What Patchbay runs, by the Debian package that brings it; a package that is not here brings a program of its own name. */
const programs = /** @type {Record<string, string[]>} */ ({
  iproute2: ["ip", "bridge"],
  iptables: ["iptables", "ip6tables"],
  "iputils-ping": ["ping"],
  "libc-bin": ["getent"],
  mount: ["mount"],
  passwd: ["useradd"],
  procps: ["sysctl"],
  "util-linux": ["unshare", "nsenter", "setpriv"],
});

/** What the daemon and its set-up need on any host. */
export const runtimePackages = Object.keys(programs);

/** Those of the packages that lack a program. @param {string[]} names @param {(program: string) => boolean} has */
export function missingPackages(names, has) {
  return names.filter((name) => !(programs[name] ?? [name]).every(has));
}

/** Why missing packages cannot be installed here, or null if they can. @param {string[]} names @param {{ uid: number, apt: boolean }} host */
export function packagesRefusal(names, { uid, apt }) {
  const list = names.join(", ");
  if (!apt) {
    const wanted = names.flatMap((name) => programs[name] ?? [name]).join(", ");
    return `this machine lacks ${list} and has no apt-get: install what brings ${wanted} with its own package manager and run this again`;
  }
  return uid === 0
    ? null
    : `this machine lacks ${list}: run sudo apt-get install -y ${names.join(" ")} and then this again`;
}

/** @param {string} program */
function onPath(program) {
  return systemPath(process.env.PATH)
    .split(":")
    .some((folder) => {
      try {
        accessSync(join(folder, program), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** What apt-get's failure means, if it tells. @param {string} output */
export function explainApt(output) {
  if (/Could not resolve|Could not connect|Temporary failure|Connection (failed|timed out|refused)/.test(output))
    return "Debian's package mirror cannot be reached: check this machine's network and run this again";
  if (/Unable to locate package|has no installation candidate/.test(output))
    return "a package is not in this machine's package sources (see above): complete /etc/apt/sources.list and run this again";
  if (/Could not get lock/.test(output)) return "another package manager is running: let it finish and run this again";
  return null;
}

/**
 * Installs the Debian packages that are missing, after saying which; refuses when that is not possible. Returns what was
 * installed. Idempotent, and quick when nothing is missing.
 * @param {string[]} names
 */
export async function ensurePackages(names) {
  const missing = missingPackages(names, onPath);
  if (missing.length === 0) return [];
  const refusal = packagesRefusal(missing, { uid: callerUid(), apt: onPath("apt-get") });
  if (refusal) throw new Refusal(refusal);
  const options = /** @type {const} */ ({ as: "caller", explain: explainApt });
  await stage(`Installing the Debian packages ${missing.join(", ")}`, async () => {
    await runStep(["apt-get", "update", "-q"], options);
    await runStep(["apt-get", "install", "-y", "-q", "--no-install-recommends", ...missing], options);
  });
  return missing;
}
