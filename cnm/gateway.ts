import type { Family } from "./cidr.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Id } from "./ids.ts";
import { poolOf } from "./ipam.ts";
import { endpointsIn } from "./members.ts";
import type { Network, Pool } from "./network.ts";
import { defaultRoutes, isForeign } from "./origin.ts";
import type { Topology } from "./topology.ts";

/** The endpoints that give a sandbox its default routes; the two families may have different ones. */
export interface Gateways {
  ipv4: Id | null;
  ipv6: Id | null;
}

interface Candidate {
  endpoint: Endpoint;
  network: Network;
  ipv4: boolean;
  ipv6: boolean;
}

/** The auxiliary address that is the default gateway in place of the network's own address (Docker's name of it). */
export const defaultGatewayName = (family: Family): string => `DefaultGatewayIPv${family}`;

/** Where sandboxes send what leaves the subnet; null where nobody answers. */
export function defaultGatewayOf(pool: Pool | undefined): string | null {
  return pool ? (pool.auxAddresses[defaultGatewayName(pool.family)] ?? pool.gateway) : null;
}

/**
 * Chooses as the CNM does: the highest priority goes first, then the endpoint that can serve more families, then the network's
 * name, then the endpoint's id. Internal networks and those without a gateway never serve. A default route that an adopted
 * sandbox came with stays.
 */
export function gatewayOf(topology: Topology, sandboxId: Id): Gateways {
  const origin = topology.sandboxes[sandboxId]?.origin;
  const isFree = (family: Family) => !origin || !isForeign(origin, defaultRoutes[family]);
  const candidates = endpointsIn(topology, sandboxId)
    .flatMap((endpoint) => candidate(topology, endpoint) ?? [])
    .sort(byPrecedence);
  return {
    ipv4: candidates.find(({ ipv4 }) => ipv4 && isFree(4))?.endpoint.id ?? null,
    ipv6: candidates.find(({ ipv6 }) => ipv6 && isFree(6))?.endpoint.id ?? null,
  };
}

/** How many families the endpoint's network leads out with: 0, 1 or 2. */
export function gatewayFamilies(topology: Topology, endpoint: Endpoint): number {
  const found = candidate(topology, endpoint);
  return found ? families(found) : 0;
}

function candidate(topology: Topology, endpoint: Endpoint): Candidate | null {
  const network = topology.networks[endpoint.networkId];
  if (!network || network.internal) return null;
  const ipv4 = endpoint.ipv4 !== null && defaultGatewayOf(poolOf(network, 4)) !== null;
  const ipv6 = endpoint.ipv6 !== null && defaultGatewayOf(poolOf(network, 6)) !== null;
  return { endpoint, network, ipv4, ipv6 };
}

function byPrecedence(a: Candidate, b: Candidate): number {
  const priority = ({ endpoint }: Candidate) => endpoint.options.gatewayPriority;
  return (
    priority(b) - priority(a) ||
    families(b) - families(a) ||
    compare(a.network.name, b.network.name) ||
    compare(a.endpoint.id, b.endpoint.id)
  );
}

function families({ ipv4, ipv6 }: Candidate): number {
  return Number(ipv4) + Number(ipv6);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
