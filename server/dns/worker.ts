import { parentPort, workerData } from "node:worker_threads";
import type { ResolverView } from "#cnm/dns.ts";
import type { ResolverMessage } from "#server/kernel/calls.ts";
import { Datagrams } from "#server/kernel/datagrams.ts";
import { homeNamespace, settleIn } from "#server/kernel/sys.ts";
import { Attention } from "./attention.ts";
import type { DnsCall, DnsCalls, DnsReply, DnsWorkerData } from "./calls.ts";
import { Resolver, type Shared } from "./resolver.ts";
import { Zones } from "./zones.ts";

/**
 * The DNS worker: one thread for the resolvers of all sandboxes, so that what they are asked holds up neither the kernel worker
 * nor the main thread. It starts no thread, as it visits the sandboxes' namespaces to open sockets there.
 */
const { rootNetns, sockets }: DnsWorkerData = workerData;
const port = parentPort;
if (!port) throw new Error("the DNS worker is started by openDns");

if (rootNetns === null) homeNamespace();
else settleIn(rootNetns);

const resolvers = new Map<string, Resolver>();
const views = new Map<string, ResolverView>();
const shared: Shared = {
  zones: new Zones(),
  revision: 0,
  remembered: 0,
  forgetAll: () => {
    for (const resolver of resolvers.values()) resolver.forget();
  },
  waiting: { waiting: 0 },
  datagrams: new Datagrams(),
  attention: new Attention(),
  hostServers: [],
};

const calls: DnsCalls = {
  update: (delta) => {
    for (const { endpointId, record } of delta.records) shared.zones.set(endpointId, record);
    for (const { ns, view } of delta.views) {
      if (view) views.set(ns, view);
      else views.delete(ns);
      show(ns);
    }
    shared.revision++;
  },
  follow: (hostServers) => {
    shared.hostServers = hostServers;
  },
  state: (ns) => resolvers.get(ns)?.state() ?? null,
  close: () => {
    for (const ns of [...resolvers.keys()]) close(ns);
    sockets.close();
    // After the answer has been posted.
    setImmediate(() => port.close());
  },
};

sockets.on("message", (message: ResolverMessage) => {
  close(message.ns);
  if (message.op === "close") return;
  const { ns, udp, tcp } = message;
  resolvers.set(ns, new Resolver({ udp, tcp }, shared));
  show(ns);
});
port.on("message", (call: DnsCall) => port.postMessage(serve(call)));
port.postMessage("ready");

function show(ns: string): void {
  const resolver = resolvers.get(ns);
  if (!resolver) return;
  resolver.view = views.get(ns) ?? null;
  shared.revision++;
}

function close(ns: string): void {
  resolvers.get(ns)?.close();
  resolvers.delete(ns);
}

function serve({ id, name, args }: DnsCall): DnsReply {
  try {
    const call: (...args: never[]) => unknown = calls[name];
    return { id, result: call(...(args as never[])) };
  } catch (error) {
    return { id, error };
  }
}
