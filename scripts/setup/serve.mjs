// @ts-check
import { join } from "node:path";
import { checkout } from "./checkout.mjs";
import { daemonLaunch, originOf, webLaunch } from "./places.mjs";
import { answering, firstLine, launch, stopAll } from "./supervise.mjs";

const graceMs = 10_000;

/** Why a run is over. */
class Ended extends Error {
  /** @param {string} why @param {number} exitCode */
  constructor(why, exitCode) {
    super(why);
    this.exitCode = exitCode;
  }
}

/**
 * What a person should know once both run.
 * @param {{ port: number, isolated: boolean, places: import("./places.mjs").Places, uid: number, setupToken: string | null }} run
 */
export function summary({ port, isolated, places, uid, setupToken }) {
  const sudo = uid === 0 ? "sudo " : "";
  const socket = isolated ? `PATCHBAY_SOCKET=${join(places.runDir, "admin.sock")} ` : "";
  const first = setupToken
    ? [
        `First of all   ${originOf(port)}/setup#${setupToken}`,
        "               makes the first administrator; this link works once",
        "",
      ]
    : [];
  return [
    "",
    `Patchbay runs  ${originOf(port)}`,
    "",
    ...first,
    `Command line   ${sudo}${socket}./patchbay --help`,
    `State          ${places.stateDir}`,
    isolated
      ? "Stop           Ctrl-C; the private networks go with it, and come back from the state at the next start"
      : `Stop           Ctrl-C; ${whileStopped}, and the next start takes them over`,
    "",
  ].join("\n");
}

const whileStopped = "networks and sandboxes keep working but for names, which the daemon resolves";

/** The first signal that asks us to stop; those that follow change nothing any more. @returns {Promise<NodeJS.Signals>} */
function firstSignal() {
  return new Promise((resolve) => {
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, resolve);
  });
}

/**
 * Runs daemon and web process until a signal comes or one of them ends, and stops both. Returns the exit code.
 * @param {import("./places.mjs").Run} run
 * @param {{ release: string, web: import("./places.mjs").User }} built
 */
export async function serve(run, { release, web }) {
  /** @type {import("./supervise.mjs").Child[]} */
  const children = [];
  const signal = firstSignal();
  const over = new AbortController();
  /** @template T @param {Promise<T>} what @returns {Promise<T>} */
  const unlessOver = (what) =>
    Promise.race([
      what,
      signal.then((name) =>
        Promise.reject(new Ended(`stopping on ${name}${run.isolated ? "" : `: ${whileStopped}`}`, 0)),
      ),
      ...children.map(({ name, ended }) => ended.then((how) => Promise.reject(new Ended(`${name} ${how}`, 1)))),
    ]);
  try {
    const daemon = launch("patchbayd", daemonLaunch(run, { checkout, web }));
    children.push(daemon);
    const { setupToken } = JSON.parse(await unlessOver(firstLine(daemon)));
    children.push(launch("the web process", webLaunch(run, { release, web })));
    await unlessOver(answering(run.port, over.signal));
    process.stdout.write(summary({ ...run, setupToken }));
    return await unlessOver(new Promise(() => {}));
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    (error.exitCode ? process.stderr : process.stdout).write(`patchbay: ${error.message}\n`);
    return error.exitCode;
  } finally {
    over.abort();
    for (const name of await stopAll(children, graceMs))
      process.stderr.write(`patchbay: ${name} did not stop within ${graceMs / 1000} s and was killed\n`);
  }
}
