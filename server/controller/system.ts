import type { Discovery } from "#cnm/adoptable.ts";
import type { SandboxDns } from "#cnm/dns.ts";
import { CnmError } from "#cnm/errors.ts";
import type { FirewallState } from "#cnm/firewall.ts";
import { gatewayOf } from "#cnm/gateway.ts";
import type { HistoryEntry } from "#cnm/history.ts";
import type { Id } from "#cnm/ids.ts";
import { findEndpoint, findNetwork, findSandbox } from "#cnm/lookup.ts";
import { endpointsIn, endpointsOf } from "#cnm/members.ts";
import { poolCapacity } from "#cnm/pool-capacity.ts";
import { resolverAddress } from "#cnm/resolv-conf.ts";
import { insteadOfResolver, recordsOf, viewOf } from "#cnm/resolver.ts";
import type { SeenRoute } from "#cnm/route.ts";
import type { SandboxFile } from "#cnm/sandbox-files.ts";
import { deviceOf } from "#server/drivers/bridge/device.ts";
import { vethName } from "#server/kernel/names.ts";
import type { HistoryFilter, Store } from "#server/store/store.ts";
import type { Caller, NetworkController } from "./controller.ts";
import { type DiscoveryOptions, discover } from "./discovery.ts";
import { withOwners } from "./firewall-owners.ts";
import type { KernelPort } from "./kernel.ts";
import { fileObjects, namespaceOf } from "./wanted.ts";
import type { NamesPort } from "./names.ts";

export interface SystemOptions {
  controller: NetworkController;
  firewallCounters: KernelPort["firewallCounters"];
  /** The routes of a namespace, "" for the host's. */
  routes(namespace: string): Promise<SeenRoute[]>;
  files: KernelPort["files"];
  names: NamesPort;
  store: Store;
  version: string;
  /** The name of the machine, for people who look at more than one. */
  hostname: string;
  /** The file of a namespace for `ip netns`: "/run/netns/pb-…". */
  namespaceKey(name: string): string;
  discovery: Omit<DiscoveryOptions, "namespaceKey">;
  /** What a command line must start with to be where the daemon is ("nsenter …"); ends where the program begins. */
  enter: readonly string[];
}

/** Answers about the host and its objects beyond the topology itself; changes nothing but by writing history. */
export class System {
  readonly #options: SystemOptions;
  readonly #startedAt = new Date().toISOString();

  constructor(options: SystemOptions) {
    this.#options = options;
  }

  async status() {
    const { controller, store, version, hostname } = this.#options;
    const { networks, sandboxes, endpoints } = controller.topology;
    const { revision, problems, unsupported } = controller.state();
    return {
      version,
      hostname,
      pid: process.pid,
      startedAt: this.#startedAt,
      revision,
      counts: {
        networks: Object.keys(networks).length,
        sandboxes: Object.keys(sandboxes).length,
        endpoints: Object.keys(endpoints).length,
      },
      problems,
      unsupported,
      readOnly: controller.readOnly,
      store: await store.health(),
      rssBytes: process.memoryUsage.rss(),
    };
  }

  inspectNetwork(ref: string) {
    const { topology } = this.#options.controller;
    const network = findNetwork(topology, ref);
    const endpoints = endpointsOf(topology, network.id);
    return {
      network,
      device: network.driver === "bridge" ? deviceOf(network) : null,
      endpoints: endpoints.map((endpoint) => this.inspectEndpoint(endpoint.id)),
    };
  }

  inspectSandbox(ref: string) {
    const { topology } = this.#options.controller;
    const sandbox = findSandbox(topology, ref);
    const namespace = namespaceOf(sandbox);
    const endpoints = endpointsIn(topology, sandbox.id);
    return {
      sandbox,
      /** The sandbox key of the CNM: the path of the namespace. */
      key: namespace ? this.#options.namespaceKey(namespace) : null,
      namespace: namespace || null,
      /** Whether the process runs that its namespace is from; null where it is from none. */
      processRuns: this.#options.controller.processRuns(sandbox),
      gateway: gatewayOf(topology, sandbox.id),
      endpoints: endpoints.map((endpoint) => this.inspectEndpoint(endpoint.id)),
    };
  }

  /** The sandbox's routes as the kernel has them, each with the endpoint it goes through, if it is one's. */
  async sandboxRoutes(ref: string): Promise<(SeenRoute & { endpointId: Id | null })[]> {
    const { controller, routes } = this.#options;
    const sandbox = findSandbox(controller.topology, ref);
    const endpoints = endpointsIn(controller.topology, sandbox.sharedWith ?? sandbox.id);
    const found = await routes(namespaceOf(sandbox));
    return found.map((route) => {
      const through = endpoints.find(({ attachment }) => attachment?.interfaceName === route.device);
      return { ...route, endpointId: through?.id ?? null };
    });
  }

  /** The files that stand in place of those in /etc inside the sandbox, as they are and as they would be; an occupant has its owner's. */
  async sandboxFiles(ref: string): Promise<SandboxFile[]> {
    const { controller, files } = this.#options;
    const { topology, host } = controller;
    const sandbox = findSandbox(topology, ref);
    const owner = (sandbox.sharedWith && topology.sandboxes[sandbox.sharedWith]) || sandbox;
    const wanted = fileObjects(topology, owner, host);
    const found = await files(wanted);
    return wanted.map(({ name, content: rendered }, index) => {
      const { path = "", content = null, edited = false } = found[index] ?? {};
      return { name, path, content, rendered, edited };
    });
  }

  /** What the sandbox's resolver knows, was asked lately, and whom it would ask. */
  async sandboxDns(ref: string): Promise<SandboxDns> {
    const { controller, names } = this.#options;
    const { topology } = controller;
    const sandbox = findSandbox(topology, ref);
    const owner = (sandbox.sharedWith && topology.sandboxes[sandbox.sharedWith]) || sandbox;
    const view = viewOf(topology, owner.id);
    const state = view && (await names.state(namespaceOf(sandbox)));
    const networks = view?.networks ?? [];
    return {
      address: view ? resolverAddress : null,
      instead: insteadOfResolver(topology, owner),
      records: networks.flatMap(({ id, name }) =>
        recordsOf(topology, id).map((record) => ({ ...record, networkName: name })),
      ),
      queries: state?.queries ?? [],
      count: state?.count ?? 0,
      upstreams: state?.upstreams ?? [],
    };
  }

  /** The namespaces of this host that can be adopted, and why the others cannot. */
  adoptable(): Promise<Discovery> {
    const { controller, discovery, namespaceKey } = this.#options;
    return discover(controller.topology, { ...discovery, namespaceKey });
  }

  inspectEndpoint(ref: string) {
    const { topology } = this.#options.controller;
    const endpoint = findEndpoint(topology, ref);
    const network = topology.networks[endpoint.networkId];
    const sandbox = endpoint.attachment ? topology.sandboxes[endpoint.attachment.sandboxId] : undefined;
    const onHost = network?.driver === "bridge" || (network?.driver === "ptp" && sandbox?.mode === "host");
    const device = endpoint.attachment && onHost ? vethName(endpoint.id) : null;
    return { endpoint, networkName: network?.name ?? "", sandboxName: sandbox?.name ?? null, device };
  }

  /** Writes the history row of a terminal and returns the start of the command line that leads into the sandbox. */
  async enterSandbox(caller: Caller, { ref, program }: { ref: string; program: string }): Promise<{ argv: string[] }> {
    const { controller, enter } = this.#options;
    const sandbox = findSandbox(controller.topology, ref);
    const objects = [{ kind: "sandbox" as const, id: sandbox.id, name: sandbox.name }];
    // Arguments may hold secrets: the program's name is what history needs.
    const summary = `ran ${program} in ${sandbox.name}`;
    await controller.record({ ...caller, verb: "sandbox.exec", summary, objects, commands: [], changes: [] });
    const namespace = namespaceOf(sandbox);
    return { argv: [...enter, ...(namespace ? ["ip", "netns", "exec", namespace] : [])] };
  }

  /** How much is left of the pools that subnets are chosen from, and what on the host is kept away from. */
  async ipam() {
    const { controller } = this.#options;
    const facts = await controller.facts();
    return { defaultPools: [4 as const, 6 as const].map((family) => poolCapacity(controller.topology, family, facts)) };
  }

  /** Every rule of ours with its counters; owners and guarded ports are what the topology knows of them. */
  async firewall(): Promise<FirewallState> {
    const { controller, firewallCounters } = this.#options;
    const { families, conntrack, rules, guard } = await firewallCounters();
    return { families, conntrack, ...withOwners(controller.topology, { rules, guard }) };
  }

  listHistory(filter: HistoryFilter, page: { cursor?: number; limit: number }) {
    return this.#options.store.listHistory(filter, page);
  }

  async showHistory(seq: number): Promise<HistoryEntry> {
    const entry = await this.#options.store.showHistory(seq);
    if (!entry) throw new CnmError("NOT_FOUND", `history has no row ${seq}`);
    return entry;
  }

  verifyHistory() {
    return this.#options.store.verifyHistory();
  }
}
