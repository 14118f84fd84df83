import { drivers } from "./drivers/index.ts";
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

/** The endpoints joined to a sandbox, in the order of their interfaces: eth2 is before eth10. */
export function interfacesOf(topology: Topology, sandboxId: Id): Endpoint[] {
  const key = ({ attachment, id }: Endpoint) => {
    const [, prefix = "", number = ""] = /^(.*?)(\d*)$/.exec(attachment?.interfaceName ?? "") ?? [];
    return `${prefix} ${number.padStart(15, "0")} ${id}`;
  };
  return [...endpointsIn(topology, sandboxId)].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The endpoints that link to an endpoint; only ones of its own network do. */
export function linkersOf(topology: Topology, { id, networkId }: Endpoint): readonly Endpoint[] {
  return endpointsOf(topology, networkId).filter(({ links }) => links.some(({ endpointId }) => endpointId === id));
}

/** The other end of a link: the one that is joined as well, or null. Also for an endpoint that is not joined (any more). */
export function otherEndOf(topology: Topology, { id, networkId }: Endpoint): Endpoint | null {
  const network = topology.networks[networkId];
  if (!network || !drivers[network.driver].paired) return null;
  return endpointsOf(topology, networkId).find((other) => other.id !== id && other.attachment !== null) ?? null;
}

/** The endpoints whose interfaces or rules change with an endpoint's: those that link to it, and the other end of its link. */
export function dependentsOf(topology: Topology, endpoint: Endpoint): Endpoint[] {
  const other = otherEndOf(topology, endpoint);
  return [...linkersOf(topology, endpoint), ...(other ? [other] : [])];
}
