import type { Endpoint } from "./endpoint.ts";
import type { Id } from "./ids.ts";
import { indexBy } from "./objects.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Topology } from "./topology.ts";

const byNetwork = indexBy((endpoint: Endpoint) => endpoint.networkId);
const bySandbox = indexBy((endpoint: Endpoint) => endpoint.attachment?.sandboxId);

const byOwner = indexBy((sandbox: Sandbox) => sandbox.sharedWith ?? undefined);

/** The sandboxes that are in another one's namespace. */
export function occupantsOf(topology: Topology, sandboxId: Id): readonly Sandbox[] {
  return byOwner(topology.sandboxes, sandboxId);
}

/** The endpoints of a network, joined or not. */
export function endpointsOf(topology: Topology, networkId: Id): readonly Endpoint[] {
  return byNetwork(topology.endpoints, networkId);
}

/** The endpoints joined to a sandbox. */
export function endpointsIn(topology: Topology, sandboxId: Id): readonly Endpoint[] {
  return bySandbox(topology.endpoints, sandboxId);
}

/** The endpoints that link to an endpoint; only ones of its own network do. */
export function linkersOf(topology: Topology, { id, networkId }: Endpoint): readonly Endpoint[] {
  return endpointsOf(topology, networkId).filter(({ links }) => links.some(({ endpointId }) => endpointId === id));
}
