import type { CommandInput } from "./commands.ts";
import type { Endpoint } from "./endpoint.ts";
import { gatewayFamilies, gatewayOf } from "./gateway.ts";
import type { Id } from "./ids.ts";
import { endpointsIn, interfacesOf } from "./members.ts";
import type { Topology } from "./topology.ts";

/** An endpoint that can provide a default gateway of its sandbox. */
export interface GatewayCandidate {
  endpoint: Endpoint;
  /** The families whose default gateway it provides: "IPv4", "IPv6", "IPv4 and IPv6" or "". */
  provides: string;
  /** Whether it provides all that it can. */
  whole: boolean;
}

/** The endpoints of a sandbox that can provide its default gateways, in the order of their interfaces. */
export function gatewayCandidates(topology: Topology, sandboxId: Id): GatewayCandidate[] {
  const gateways = gatewayOf(topology, sandboxId);
  return interfacesOf(topology, sandboxId)
    .filter((endpoint) => gatewayFamilies(topology, endpoint) > 0)
    .map((endpoint) => {
      const provided = [gateways.ipv4 === endpoint.id && "IPv4", gateways.ipv6 === endpoint.id && "IPv6"].filter(
        Boolean,
      );
      const whole = provided.length === gatewayFamilies(topology, endpoint);
      return { endpoint, provides: provided.join(" and "), whole };
    });
}

/** What makes an endpoint provide the default gateways that it can: a priority above those of all others of the sandbox. */
export function preferring(
  topology: Topology,
  { endpoint }: GatewayCandidate,
): Extract<CommandInput, { type: "endpoint.update" }> {
  const others = endpoint.attachment
    ? endpointsIn(topology, endpoint.attachment.sandboxId).filter(({ id }) => id !== endpoint.id)
    : [];
  const gatewayPriority = Math.max(-1, ...others.map(({ options }) => options.gatewayPriority)) + 1;
  return { type: "endpoint.update", endpoint: endpoint.id, gatewayPriority, publishAll: false };
}
