import { constants } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { endedAmong, lostAmong } from "./adopt.ts";
import { apply } from "./apply.ts";
import type { Call, Fault, KernelCalls, KernelOptions, Reply } from "./calls.ts";
import { unsupported } from "./capabilities.ts";
import { facts } from "./facts.ts";
import { Fingerprint } from "./firewall/fingerprint.ts";
import { Firewall } from "./firewall/firewall.ts";
import { Programs } from "./firewall/programs.ts";
import { FirewallWatch } from "./firewall/watch.ts";
import { guardCounters, observeGuards } from "./guard/guards.ts";
import { guardUnsupported } from "./guard/table.ts";
import { heldPorts } from "./held-ports.ts";
import { prepareDirectory, sweepHalfMade } from "./netns.ts";
import { isFirewall } from "./objects.ts";
import { observe } from "./observe.ts";
import { resolveNamespace } from "./resolve.ts";
import { routesIn } from "./routes.ts";
import { homeNamespace, settleIn, sysError } from "./sys.ts";

/**
 * The kernel worker: the one thread that changes namespaces, mounts and talks netlink. It starts no thread and waits for
 * nothing but the main thread's calls, which it serves one at a time.
 */
const { rootNetns, netnsDir: directory, programs, fault }: KernelOptions = workerData;
const port = parentPort;
if (!port) throw new Error("the kernel worker is started by openKernel");

if (rootNetns === null) homeNamespace();
else settleIn(rootNetns);
prepareDirectory(directory);
sweepHalfMade(directory);
const firewall = new Firewall(new Programs(programs));
const fingerprint = new Fingerprint();
const watch = new FirewallWatch(() => fingerprint.take());
const before = fault ? failing(fault) : () => {};

const calls: KernelCalls = {
  apply: (steps) => watch.during(steps, () => apply(steps, { directory, before, firewall })),
  observe: (like, everything) => [
    ...observe({ directory, like, everything }),
    ...firewall.observe(like.filter(isFirewall), everything),
  ],
  facts: () => facts(directory),
  unsupported,
  guardUnsupported,
  guardCounters,
  firewall: () => firewall.state(),
  disturbed: () => watch.disturbed(),
  observeFirewall: (like) => [...firewall.observe(like.filter(isFirewall), true), ...observeGuards()],
  firewallCounters: () => ({
    ...firewall.counters(),
    guard: Object.entries(guardCounters()).map(([port, dropped]) => ({ port, ...dropped })),
  }),
  routes: (ns) => routesIn(directory, ns),
  resolveNamespace: (asked) => resolveNamespace(directory, asked),
  lostAmong: (namespaces) => lostAmong(directory, namespaces),
  endedAmong,
  close: () => {
    heldPorts.close();
    // After the answer has been posted.
    setImmediate(() => port.close());
  },
};

port.on("message", (call: Call) => port.postMessage(serve(call)));
port.postMessage("ready");

function serve({ id, name, args }: Call): Reply {
  try {
    const call: (...args: never[]) => unknown = calls[name];
    return { id, result: call(...(args as never[])) };
  } catch (error) {
    return { id, error };
  }
}

function failing({ beforeStep, steps = 1, kind }: Fault): () => void {
  let step = 0;
  return () => {
    step += 1;
    if (step < beforeStep || step >= beforeStep + steps) return;
    if (kind === "kill") process.kill(process.pid, "SIGKILL");
    const errno = new Map(Object.entries(constants.errno)).get(kind);
    throw sysError("fault", errno ?? constants.errno.EINVAL);
  };
}
