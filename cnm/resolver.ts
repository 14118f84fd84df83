import { defaultNetworkId } from "./default-network.ts";
import type { Id } from "./ids.ts";
import { endpointsIn } from "./members.ts";
import type { Topology } from "./topology.ts";

/** Where a sandbox that has a resolver of its own finds it. */
export const resolverAddress = "127.0.0.11";

/**
 * Whether a sandbox has a resolver of its own, which knows the names of its networks: as soon as it has an address in any
 * network but the default one, whose members never knew each other's names.
 */
export function hasResolver(topology: Topology, sandboxId: Id): boolean {
  if (topology.sandboxes[sandboxId]?.mode !== "private") return false;
  return endpointsIn(topology, sandboxId).some(({ networkId }) => {
    const network = topology.networks[networkId];
    return network !== undefined && network.id !== defaultNetworkId && network.pools.length > 0;
  });
}
