// @ts-check
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { callerUid, systemPath } from "./checkout.mjs";
import { adminSockets, callerRefusal, checkState, prepareFolders } from "./ground.mjs";
import { checkNoDaemon, checkPort } from "./holders.mjs";
import { ensureModules, onPinnedNode, pinnedNode } from "./modules.mjs";
import { checkKernel } from "./namespaces.mjs";
import { help, parseOptions } from "./options.mjs";
import { ensurePackages, runtimePackages } from "./packages.mjs";
import { ensureBuild, ensurePrisma } from "./products.mjs";
import { Refusal, report } from "./refusal.mjs";
import { serve } from "./serve.mjs";
import { ensureWebAccount, releaseWeb } from "./web.mjs";

/** `patchbay up`: returns the exit code once everything has ended. @param {string[]} args */
export async function up(args) {
  // A terminal that is gone is no reason to end without stopping what was started.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  try {
    // npm runs its scripts in the folder of package.json and says where the person is.
    const options = parseOptions(args, (process.env.npm_lifecycle_event && process.env.INIT_CWD) || process.cwd());
    if (options.help) {
      process.stdout.write(help);
      return 0;
    }
    process.umask(0o022);
    await check(options);
    const installed = await ensureModules();
    return installed || !onPinnedNode() ? await continueOnPinnedNode(args) : await setUpAndServe(options);
  } catch (error) {
    return report(error);
  }
}

/** Everything that could be in the way, before the long set-up; from cheap to dear. @param {import("./options.mjs").Options} options */
async function check(options) {
  const { platform, arch } = process;
  const sudo = process.env.SUDO_USER !== undefined;
  const refusal = callerRefusal({ platform, arch, uid: callerUid(), sudo, isolated: options.isolated });
  if (refusal) throw new Refusal(refusal);
  checkState(options);
  for (const socket of adminSockets(options)) await checkNoDaemon(socket);
  await checkPort(options.port);
  await ensurePackages(runtimePackages);
  await checkKernel(options);
}

/** The rest of the way on the Node that was just installed; it ends if this process does (prctl(2), PR_SET_PDEATHSIG). @param {string[]} args @returns {Promise<number>} */
function continueOnPinnedNode(args) {
  const command = ["--pdeathsig", "TERM", pinnedNode(), process.argv[1] ?? "", ...args];
  const env = { ...process.env, PATH: systemPath(process.env.PATH) };
  const child = spawn("setpriv", command, { stdio: "inherit", env });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/** @param {import("./options.mjs").Options} options */
async function setUpAndServe(options) {
  await ensurePrisma();
  const stamp = await ensureBuild();
  const web = await ensureWebAccount();
  const { release, node } = await releaseWeb(stamp);
  const places = prepareFolders(options, web);
  const { port, isolated, daemon } = options;
  return serve({ node, port, isolated, places, daemon, uid: callerUid(), env: process.env }, { release, web });
}
