import { constants } from "node:os";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { endedAmong, knownPlaces, lostAmong } from "./adopt.ts";
import { apply } from "./apply.ts";
import type { Call, Fault, KernelCalls, KernelOptions, Reply, ResolverMessage } from "./calls.ts";
import { unsupported } from "./capabilities.ts";
import { facts } from "./facts.ts";
import { SandboxFiles } from "./files/files.ts";
import { hostResolvConf } from "./files/host-resolv-conf.ts";
import { conntrackFill } from "./firewall/conntrack-fill.ts";
import { Fingerprint } from "./firewall/fingerprint.ts";
import { Firewall } from "./firewall/firewall.ts";
import { Programs } from "./firewall/programs.ts";
import { FirewallWatch } from "./firewall/watch.ts";
import { guardCounters, observeGuards } from "./guard/guards.ts";
import { guardUnsupported } from "./guard/table.ts";
import { heldPorts } from "./held-ports.ts";
import { prepareDirectory, sweepHalfMade } from "./netns.ts";
import { isFile, isFirewall } from "./objects.ts";
import { observe } from "./observe.ts";
import { keptByNobody, type ResolverHand, Resolvers } from "./resolver/resolvers.ts";
import { resolveNamespace } from "./resolve.ts";
import { routesIn } from "./routes.ts";
import { homeNamespace, settleIn, sysError } from "./sys.ts";

/**
 * The kernel worker: the one thread that changes namespaces, mounts and talks netlink. It starts no thread and waits for
 * nothing but the main thread's calls, which it serves one at a time.
 */
const options: KernelOptions = workerData;
const { rootNetns, netnsDir: directory, etcDir, writtenDir, resolvConf, programs, fault, resolvers: server } = options;
const port = parentPort;
if (!port) throw new Error("the kernel worker is started by openKernel");

if (rootNetns === null) homeNamespace();
else settleIn(rootNetns);
prepareDirectory(directory);
sweepHalfMade(directory);
const files = new SandboxFiles({ etcDir, writtenDir });
files.sweep();
const firewall = new Firewall(new Programs(programs));
const fingerprint = new Fingerprint();
const watch = new FirewallWatch(() => fingerprint.take());
const resolvers = new Resolvers(server ? servedBy(server) : keptByNobody());
const before = fault ? failing(fault) : () => {};

const calls: KernelCalls = {
  apply: (steps) => watch.during(steps, () => apply(steps, { directory, before, firewall, files, etcDir, resolvers })),
  observe: (like, everything) => [
    ...observe({ directory, resolvers, like, everything }),
    ...firewall.observe(like.filter(isFirewall), everything),
    ...files.observe(like.filter(isFile), everything),
  ],
  facts: () => facts(directory),
  files: (wanted) => wanted.map((file) => files.look(file)),
  editedFiles: () => files.edited(),
  resolvConf: () => hostResolvConf(resolvConf ?? "/etc/resolv.conf"),
  unsupported,
  guardUnsupported,
  guardCounters,
  firewall: () => firewall.state(),
  disturbed: () => watch.disturbed(),
  observeFirewall: (like) => [...firewall.observe(like.filter(isFirewall), true), ...observeGuards()],
  firewallCounters: () => ({
    ...firewall.counters(),
    conntrack: conntrackFill(),
    guard: Object.entries(guardCounters()).map(([port, dropped]) => ({ port, ...dropped })),
  }),
  routes: (ns) => routesIn(directory, ns),
  resolveNamespace: (asked) => resolveNamespace(knownPlaces(directory), asked),
  resolveNamespaces: (asked) => {
    const places = knownPlaces(directory);
    return asked.map((each) => resolveNamespace(places, each));
  },
  lostAmong: (namespaces) => lostAmong(directory, namespaces),
  endedAmong,
  close: () => {
    heldPorts.close();
    resolvers.closeAll();
    server?.close();
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

function servedBy(server: MessagePort): ResolverHand {
  const tell = (message: ResolverMessage) => server.postMessage(message);
  return { open: (ns, sockets) => tell({ op: "open", ns, ...sockets }), close: (ns) => tell({ op: "close", ns }) };
}

function failing({ beforeStep, steps = 1, kind }: Fault): () => void {
  const countdown = typeof beforeStep === "number" ? new Int32Array([beforeStep]) : beforeStep;
  return () => {
    const left = Atomics.sub(countdown, 0, 1);
    if (left > 1 || left <= 1 - steps) return;
    if (kind === "kill") process.kill(process.pid, "SIGKILL");
    const errno = new Map(Object.entries(constants.errno)).get(kind);
    throw sysError("fault", errno ?? constants.errno.EINVAL);
  };
}
