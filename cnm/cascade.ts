import type { CommandInput } from "./commands.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Id } from "./ids.ts";
import { endpointsIn, endpointsOf, occupantsOf } from "./members.ts";
import type { ObjectKind, Topology } from "./topology.ts";

/** The commands that delete an object with all that it takes along, in order; none for an object that is not there. */
export function deletion(topology: Topology, kind: ObjectKind, id: Id): CommandInput[] {
  switch (kind) {
    case "network":
      return topology.networks[id] ? networkDeletion(topology, id) : [];
    case "sandbox":
      return sandboxDeletion(topology, id);
    case "endpoint": {
      const endpoint = topology.endpoints[id];
      return endpoint ? endpointDeletion(endpoint) : [];
    }
  }
}

function networkDeletion(topology: Topology, id: Id): CommandInput[] {
  const endpoints = endpointsOf(topology, id);
  return [...endpoints.flatMap(endpointDeletion), { type: "network.delete", network: id }];
}

/** Who shares it goes first. A managed sandbox is gone when its last endpoint has left. */
function sandboxDeletion(topology: Topology, id: Id): CommandInput[] {
  const sandbox = topology.sandboxes[id];
  if (!sandbox) return [];
  const endpoints = endpointsIn(topology, id);
  const occupants = occupantsOf(topology, id).map(
    ({ id: sandbox }): CommandInput => ({ type: "sandbox.delete", sandbox }),
  );
  const commands = [...occupants, ...endpoints.flatMap(endpointDeletion)];
  return sandbox.managed && endpoints.length > 0 ? commands : [...commands, { type: "sandbox.delete", sandbox: id }];
}

function endpointDeletion({ id, attachment }: Endpoint): CommandInput[] {
  const gone: CommandInput = { type: "endpoint.delete", endpoint: id };
  return attachment ? [{ type: "endpoint.leave", endpoint: id }, gone] : [gone];
}
