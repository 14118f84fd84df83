import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import type { IncomingMessage, Server } from "node:http";
import { connect, type Socket } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { defaultNetworkFlags, parseDefaultNetwork } from "#cnm/default-network.ts";
import type { Actor } from "#cnm/history.ts";
import packageJson from "../package.json" with { type: "json" };
import { loadSecret, openAuth } from "./auth/open.ts";
import { findContainer, listContainers } from "./containers/engine.ts";
import { NetworkController } from "./controller/controller.ts";
import { withoutIptables } from "./controller/firewall-owners.ts";
import { System } from "./controller/system.ts";
import { openDns } from "./dns/dns.ts";
import { openKernel } from "./kernel/kernel.ts";
import { peerCredentials } from "./kernel/sys.ts";
import { createDoor, type Peer, refuseForeignOrigin } from "./router/serve.ts";
import type { Context } from "./router/trpc.ts";
import { openStore } from "./store/open.ts";

/** Everything the daemon is told from outside; this file is the only one that reads it. */
const config = {
  stateDir: process.env.PATCHBAY_STATE_DIR ?? "/var/lib/patchbay",
  runDir: process.env.PATCHBAY_RUN_DIR ?? "/run/patchbay",
  /** The namespace to work in; the daemon's own if unset. */
  rootNetns: process.env.PATCHBAY_NETNS ?? null,
  netnsDir: process.env.PATCHBAY_NETNS_DIR ?? "/run/netns",
  /** Where `ip netns exec` looks for the files of namespaces. */
  etcDir: process.env.PATCHBAY_ETC_NETNS_DIR ?? "/etc/netns",
  /** The host's own: sandboxes' follow it, and their resolvers pass on to its servers what they do not know. */
  resolvConf: process.env.PATCHBAY_RESOLV_CONF ?? "/etc/resolv.conf",
  origin: process.env.PATCHBAY_ORIGIN ?? "http://127.0.0.1:4700",
  webUid: Number(process.env.PATCHBAY_WEB_UID ?? process.getuid?.() ?? 0),
  webGid: Number(process.env.PATCHBAY_WEB_GID ?? process.getgid?.() ?? 0),
  /** Sockets of container engines, which need not be there. */
  engines: {
    docker: process.env.PATCHBAY_DOCKER_SOCKET ?? "/var/run/docker.sock",
    podman: process.env.PATCHBAY_PODMAN_SOCKET ?? "/run/podman/podman.sock",
  },
  logLevel: process.env.PATCHBAY_LOG ?? "info",
  /** "false": no rules are written (dockerd's --iptables=false). */
  iptables: process.env.PATCHBAY_IPTABLES !== "false",
  /** "false": forwarding stays as it is (dockerd's --ip-forward=false). */
  ipForward: process.env.PATCHBAY_IP_FORWARD !== "false",
  /** "PATCHBAY_FIXED_CIDR" is the option "fixed-cidr" of the default network. */
  defaultNetwork: Object.fromEntries(
    defaultNetworkFlags.flatMap((flag) => {
      const value = process.env[`PATCHBAY_${flag.toUpperCase().replaceAll("-", "_")}`];
      return value ? [[flag, value]] : [];
    }),
  ),
};

const log = pino({ level: config.logLevel, base: undefined }, pino.destination({ dest: 2, sync: true }));

async function main(): Promise<void> {
  const defaultNetwork = parseDefaultNetwork(config.defaultNetwork);
  mkdirSync(config.runDir, { recursive: true, mode: 0o755 });
  await refuseSecondDaemon(join(config.runDir, "admin.sock"));
  const store = await openStore(join(config.stateDir, "patchbay.db"));
  const { rootNetns, netnsDir, etcDir, resolvConf } = config;
  const writtenDir = join(config.stateDir, "files");
  const dns = await openDns({ rootNetns });
  const kernel = await openKernel({
    rootNetns,
    netnsDir,
    etcDir,
    writtenDir,
    resolvConf,
    resolvers: dns.sockets,
  });
  const { raDevices } = await kernel.facts();
  const controller = new NetworkController({
    kernel,
    store,
    names: dns,
    hostId: hostId(),
    host: { firewall: config.iptables, forwarding: config.ipForward, raDevices },
    findContainer: (name) => findContainer(config.engines, name),
    defaultNetwork,
    onError: (error) => log.error({ err: error }, "the host could not be repaired"),
  });
  const started = await controller.start();
  const origins = originsOf(config.origin);
  const auth = await openAuth(store.client, {
    secret: loadSecret(config.stateDir),
    baseUrl: config.origin,
    trustedOrigins: origins,
    listener: ({ verb, username, actor, source, ok }) => {
      const who: Actor = actor ?? { kind: "user", id: "", name: username, role: "viewer" };
      const summary = `${verb.split(".")[1]} of ${username}${ok ? "" : " failed"}`;
      const entry = { actor: who, source, verb, summary, objects: [], commands: [], changes: [] };
      controller
        .record(entry, { outcome: ok ? "applied" : "denied" })
        .catch((error) => log.error({ err: error }, "a login could not be recorded"));
    },
  });
  const system = new System({
    controller,
    firewallCounters: async () => {
      const counters = await kernel.firewallCounters();
      return config.iptables ? counters : withoutIptables(counters);
    },
    routes: kernel.routes,
    files: kernel.files,
    names: dns,
    store,
    version: packageJson.version,
    hostname: hostname(),
    namespaceKey: kernel.namespaceKey,
    discovery: { kernel, listContainers: () => listContainers(config.engines) },
    enter: enterCommand(),
  });
  const shared = { controller, system, auth };
  const peerOf = (socket: Socket): Peer => peerCredentials(fdOf(socket));
  const onError = (error: unknown, path: string | undefined) => log.error({ err: error, path }, "a request failed");

  const web = createDoor({
    peerOf,
    onError,
    admit: ({ uid }) => uid === config.webUid || uid === 0,
    refuse: (request) => refuseForeignOrigin(origins, request),
    auth: (request, response) => auth.handle(request, response),
    context: async (request): Promise<Context> => {
      const headers = headersOf(request);
      const actor = await auth.actor(headers);
      return {
        ...shared,
        actor,
        source: headers.get("x-forwarded-for") ?? "web",
        revalidate: () => auth.actor(headers),
      };
    },
  });
  const admin = createDoor({
    peerOf,
    onError,
    admit: ({ uid }) => uid === 0,
    refuse: () => null,
    context: async ({ socket }): Promise<Context> => {
      const { uid } = peerOf(socket);
      const actor: Actor = { kind: "uid", id: String(uid), name: "root", role: "admin" };
      return { ...shared, actor, source: "cli", revalidate: async () => actor };
    },
  });
  await listen(web, join(config.runDir, "web.sock"), { mode: 0o660, uid: config.webUid, gid: config.webGid });
  await listen(admin, join(config.runDir, "admin.sock"), {
    mode: 0o600,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  });
  stopOnSignals(async () => {
    for (const server of [web, admin]) {
      server.close();
      server.closeAllConnections();
    }
    await controller.stop();
    await kernel.close();
    await dns.close();
    await store.close();
  });
  const ready = {
    ready: true,
    setupToken: await auth.setupToken(),
    pid: process.pid,
    recovered: started.recovered,
    repaired: started.repaired,
    adopted: started.adopted,
  };
  writeSync(1, `${JSON.stringify(ready)}\n`);
  log.info({ version: packageJson.version, ...started }, "patchbayd is ready");
}

/** A daemon with another state folder would take the sockets away from the one that runs, and delete all that it has made. */
async function refuseSecondDaemon(path: string): Promise<void> {
  const probe = connect(path);
  const answered = await once(probe, "connect").then(
    () => true,
    () => false,
  );
  probe.destroy();
  if (answered) throw new Error(`another patchbayd answers on ${path}: stop it first`);
}

/** Puts a server on a socket path; a socket left by a dead daemon is replaced, anything else there is left alone. */
async function listen(server: Server, path: string, access: { mode: number; uid: number; gid: number }): Promise<void> {
  const left = lstatSync(path, { throwIfNoEntry: false });
  if (left && !left.isSocket()) throw new Error(`${path} is in the way and is not a socket: remove it`);
  rmSync(path, { force: true });
  const umask = process.umask(0o177);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  process.umask(umask);
  if (process.getuid?.() === 0) chownSync(path, access.uid, access.gid);
  chmodSync(path, access.mode);
}

/** The console is reached under any name of the loopback address. */
function originsOf(origin: string): string[] {
  const { protocol, port } = new URL(origin);
  const named = ["127.0.0.1", "localhost", "[::1]"].map((host) => `${protocol}//${host}${port ? `:${port}` : ""}`);
  return [...new Set([new URL(origin).origin, ...named])];
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one);
  return headers;
}

/** Node keeps the descriptor of a socket in an internal property; SO_PEERCRED (unix(7)) needs it. */
function fdOf(socket: Socket): number {
  const { _handle } = socket as unknown as { _handle?: { fd?: number } };
  return _handle?.fd ?? -1;
}

/** Stable for this host: the machine id (machine-id(5)), hashed because it is not to be shown; the host name without one. */
function hostId(): string {
  let seed = hostname();
  try {
    seed = readFileSync("/etc/machine-id", "utf8").trim() || seed;
  } catch {}
  return createHash("sha256").update(`patchbay ${seed}`).digest("hex");
}

/** How root on this host gets to where the daemon is: its mount namespace, and its user namespace if it has one of its own. */
function enterCommand(): string[] {
  const ownUsers = !/^\s*0\s+0\s+4294967295/.test(readFileSync("/proc/self/uid_map", "utf8"));
  const net = config.rootNetns ? [`--net=${config.rootNetns}`] : ["--net"];
  return [
    "nsenter",
    "--target",
    String(process.pid),
    "--mount",
    ...net,
    ...(ownUsers ? ["--user", "--preserve-credentials"] : []),
    "--",
  ];
}

function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      stop().then(
        () => process.exit(0),
        (error) => {
          log.error({ err: error }, "stopping failed");
          process.exit(1);
        },
      );
    });
}

main().catch((error: unknown) => {
  writeSync(2, `patchbayd cannot start: ${error instanceof Error ? error.message : error}\n`);
  log.debug({ err: error }, "start failed");
  process.exit(1);
});
