import type { NamesDelta, ResolverState } from "#cnm/dns.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import type { Id } from "#cnm/ids.ts";
import { endpointsIn, endpointsOf } from "#cnm/members.ts";
import { recordOf, viewOf } from "#cnm/resolver.ts";
import type { Change, Topology } from "#cnm/topology.ts";
import { namespaceName } from "#server/kernel/names.ts";

/** The resolvers as the controller sees them; `main.ts` fills it with `server/dns`. */
export interface NamesPort {
  /** Resolves when every resolver answers by it. */
  update(delta: NamesDelta): Promise<void>;
  /** The host's servers from now on, in order. */
  follow(hostServers: readonly string[]): Promise<void>;
  /** What the resolver in the namespace did lately; null if there is none. */
  state(ns: string): Promise<ResolverState | null>;
}

/** What the changes come to for the resolvers. Pure; cost proportional to the changes. */
export function namesDelta(changes: readonly Change[], after: Topology): NamesDelta {
  const endpoints = new Set<Id>();
  const sandboxes = new Set<Id>();
  const addWhole = (endpoint: Endpoint) => {
    endpoints.add(endpoint.id);
    if (endpoint.attachment) sandboxes.add(endpoint.attachment.sandboxId);
  };
  for (const change of changes) {
    if (change.kind === "network") {
      for (const endpoint of endpointsOf(after, change.id)) addWhole(endpoint);
    } else if (change.kind === "sandbox") {
      sandboxes.add(change.id);
      for (const endpoint of endpointsIn(after, change.id)) addWhole(endpoint);
    } else {
      endpoints.add(change.id);
      for (const side of [change.before, change.after]) if (side) addWhole(side);
    }
  }
  return deltaOf(after, endpoints, sandboxes);
}

/** Everything that the resolvers are to know. */
export function allNames(topology: Topology): NamesDelta {
  return deltaOf(topology, Object.keys(topology.endpoints), Object.keys(topology.sandboxes));
}

function deltaOf(topology: Topology, endpoints: Iterable<Id>, sandboxes: Iterable<Id>): NamesDelta {
  return {
    records: [...endpoints].map((endpointId) => {
      const endpoint = topology.endpoints[endpointId];
      return { endpointId, record: endpoint ? recordOf(topology, endpoint) : null };
    }),
    views: [...sandboxes].map((id) => ({ ns: namespaceName(id), view: viewOf(topology, id) })),
  };
}
