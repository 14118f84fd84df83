// @ts-check
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { accountOf } from "./accounts.mjs";
import { callerUid, inCheckout, makeFolder } from "./checkout.mjs";
import { processes, workingFolder } from "./holders.mjs";
import { pinnedNode } from "./modules.mjs";
import { runStep, stage, step } from "./run.mjs";

/** Root's copies, which everybody may read whatever the folders above the checkout allow. */
const systemFolder = "/usr/local/lib/patchbay";

const webUser = "patchbay";

/**
 * Whom the web process runs as: the caller, or, if that is root, a system user that is made, after saying so, if it is missing.
 * @returns {Promise<import("./accounts.mjs").Account>}
 */
export async function ensureWebAccount() {
  if (callerUid() !== 0) return { name: "", uid: callerUid(), gid: process.getgid?.() ?? 0, home: "" };
  const there = accountOf(webUser);
  if (there) return there;
  const flags = [
    "--system",
    "--user-group",
    "--no-create-home",
    "--home-dir=/nonexistent",
    "--shell=/usr/sbin/nologin",
  ];
  const title = `Making the system user ${webUser} for the web process`;
  await step(title, ["useradd", ...flags, webUser], { as: "caller" });
  const made = accountOf(webUser);
  if (!made) throw new Error(`useradd made no user ${webUser}`);
  return made;
}

/**
 * Copies a build to where the web process runs it, named after the stamp of its sources so that a later build never changes
 * it under a running console; for root also the pinned Node. Copies that nobody runs are removed. Idempotent.
 * @param {string} stamp of the build that is in .next/standalone
 * @returns {Promise<{ release: string, node: string }>} the folder of server.js, and the Node to run it on
 */
export async function releaseWeb(stamp) {
  const asRoot = callerUid() === 0;
  const folder = asRoot ? systemFolder : makeFolder(".patchbay/web");
  mkdirSync(folder, { recursive: true });
  const release = join(folder, `web-${stamp.slice(0, 16)}`);
  const node = asRoot ? join(folder, `node-${process.version}`) : pinnedNode();
  if (!existsSync(release) || !existsSync(node)) {
    await stage(`Copying the console to ${folder}`, async () => {
      await copyWhole(inCheckout(".next/standalone"), release);
      if (asRoot) await copyWhole(pinnedNode(), node);
    });
  }
  removeOld(folder, [release, node]);
  return { release, node };
}

/** Copies so that everybody may read it and the name appears only when all is there. @param {string} from @param {string} to */
async function copyWhole(from, to) {
  if (existsSync(to)) return;
  const part = `${to}.part-${process.pid}`;
  const options = /** @type {const} */ ({ as: "caller" });
  await runStep(["cp", "-RH", from, part], options);
  await runStep(["chmod", "-R", "u=rwX,go=rX", part], options);
  renameSync(part, to);
}

/** Leaves what somebody runs, or may be about to: whatever was made within the last hour. @param {string} folder @param {string[]} keep */
function removeOld(folder, keep) {
  const used = new Set([...keep, ...processes().map(workingFolder)]);
  const hourAgo = Date.now() - 3_600_000;
  for (const path of readdirSync(folder).map((name) => join(folder, name)))
    if (!used.has(path) && statSync(path).ctimeMs < hourAgo) rmSync(path, { recursive: true, force: true });
}
