import { defaultNetworkId } from "./default-network.ts";
import type { HostRecord, ResolverView } from "./dns.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Id, shortId } from "./ids.ts";
import { endpointsIn, endpointsOf, interfacesOf } from "./members.ts";
import type { Network } from "./network.ts";
import { hostnameOf, type Sandbox } from "./sandbox.ts";
import { listing } from "./text.ts";
import type { Topology } from "./topology.ts";

/** Whether the sandbox has a resolver of its own: in the default network, as in Docker's, names are the business of /etc/hosts. */
export function hasResolver(topology: Topology, sandboxId: Id): boolean {
  return topology.sandboxes[sandboxId]?.mode === "private" && namedNetworks(topology, sandboxId).length > 0;
}

/** Whether the endpoints of the network know each other by name. */
export function hasNames({ id, pools }: Network): boolean {
  return pools.length > 0 && id !== defaultNetworkId;
}

/** What the network's resolvers know; nothing of endpoints that are not joined. */
export function recordsOf(topology: Topology, networkId: Id): HostRecord[] {
  return endpointsOf(topology, networkId).flatMap((endpoint) => recordOf(topology, endpoint) ?? []);
}

/** Null if the endpoint is not joined, or in a network without names. */
export function recordOf(topology: Topology, endpoint: Endpoint): HostRecord | null {
  const sandbox = endpoint.attachment ? topology.sandboxes[endpoint.attachment.sandboxId] : undefined;
  const network = topology.networks[endpoint.networkId];
  if (!sandbox || !network || !hasNames(network)) return null;
  return {
    endpointId: endpoint.id,
    networkId: endpoint.networkId,
    names: namesOf(endpoint, sandbox),
    ipv4: withoutPrefix(endpoint.ipv4),
    ipv6: withoutPrefix(endpoint.ipv6),
    services: [...endpoint.exposed, ...endpoint.ports.map(({ protocol, port, count }) => ({ protocol, port, count }))],
  };
}

/** Null if the sandbox has no resolver. */
export function viewOf(topology: Topology, sandboxId: Id): ResolverView | null {
  const sandbox = topology.sandboxes[sandboxId];
  if (!sandbox || !hasResolver(topology, sandboxId)) return null;
  const all = endpointsIn(topology, sandboxId).flatMap(({ networkId }) => topology.networks[networkId] ?? []);
  const { servers, options } = sandbox.options.dns;
  return {
    sandboxId,
    networks: namedNetworks(topology, sandboxId).map(({ id, name }) => ({ id, name })),
    servers: servers.length > 0 ? servers : null,
    internal: all.every(({ internal }) => internal),
    dotless: options.some((option) => /^ndots:[1-9]/.test(option)) ? "keep" : "forward",
  };
}

/** Whom a sandbox without a resolver asks, and by which names others reach it: part of a sentence; null if it has a resolver. */
export function insteadOfResolver(topology: Topology, sandbox: Sandbox): string | null {
  if (hasResolver(topology, sandbox.id)) return null;
  if (sandbox.mode === "adopted")
    return `what was adopted asks the servers of its own /etc/resolv.conf; ${reachedBy(topology, sandbox)}`;
  if (sandbox.mode === "host") return `it asks as the host does; ${reachedBy(topology, sandbox)}`;
  return "for one, connect it to a network of your own; the default network and the host's have none";
}

/** By which names the resolvers of others know it: part of a sentence. */
export function reachedBy(topology: Topology, { id }: Sandbox): string {
  const names = interfacesOf(topology, id).flatMap((endpoint) => {
    const [name] = recordOf(topology, endpoint)?.names ?? [];
    return name === undefined ? [] : `${name}.${topology.networks[endpoint.networkId]?.name}`;
  });
  return names.length > 0
    ? `others in its networks reach it as ${listing(names)}`
    : "others reach it by name as soon as it is in a network of your own";
}

/** In the order of the sandbox's interfaces. */
function namedNetworks(topology: Topology, sandboxId: Id): Network[] {
  return interfacesOf(topology, sandboxId)
    .flatMap(({ networkId }) => topology.networks[networkId] ?? [])
    .filter(hasNames);
}

/** The endpoint's, the sandbox's, the aliases, the short ids and the hostname, alone and with its domain, each once. */
function namesOf(endpoint: Endpoint, sandbox: Sandbox): string[] {
  const { host, domain } = hostnameOf(sandbox);
  const hostnames = domain === "" ? [host] : [host, `${host}.${domain}`];
  const ids = [shortId(sandbox.id), shortId(endpoint.id)];
  const all = [endpoint.name, sandbox.name, ...endpoint.aliases, ...ids, ...hostnames];
  return [...new Set(all)].filter(isDnsName);
}

/** A name may have dots, but DNS knows no empty label. */
const isDnsName = (name: string): boolean => name.split(".").every((label) => label !== "");

const withoutPrefix = (address: string | null): string | null => address?.split("/")[0] ?? null;
