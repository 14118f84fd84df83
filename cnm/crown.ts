import type { CommandInput } from "./commands.ts";
import type { Endpoint } from "./endpoint.ts";
import { gatewayFamilies, gatewayOf } from "./gateway.ts";
import type { Id } from "./ids.ts";
import { endpointsIn } from "./members.ts";
import type { Topology } from "./topology.ts";

/** An endpoint that can have default routes of its sandbox. */
export interface Contender {
  endpoint: Endpoint;
  /** Which of them it has: "IPv4", "IPv6", "IPv4 and IPv6" or "". */
  crown: string;
  /** Whether it has all that it can have. */
  whole: boolean;
}

/** The endpoints of a sandbox that can have its default routes, in the order of their interfaces. */
export function contenders(topology: Topology, sandboxId: Id): Contender[] {
  const gateways = gatewayOf(topology, sandboxId);
  return endpointsIn(topology, sandboxId)
    .filter((endpoint) => gatewayFamilies(topology, endpoint) > 0)
    .map((endpoint) => {
      const served = [gateways.ipv4 === endpoint.id && "IPv4", gateways.ipv6 === endpoint.id && "IPv6"].filter(Boolean);
      return { endpoint, crown: served.join(" and "), whole: served.length === gatewayFamilies(topology, endpoint) };
    })
    .sort((a, b) => interfaceOf(a).localeCompare(interfaceOf(b), "en", { numeric: true }));
}

/** What gives an endpoint the default routes: a priority above those of all others of the sandbox. */
export function crowning(
  topology: Topology,
  { endpoint }: Contender,
): Extract<CommandInput, { type: "endpoint.update" }> {
  const others = endpoint.attachment
    ? endpointsIn(topology, endpoint.attachment.sandboxId).filter(({ id }) => id !== endpoint.id)
    : [];
  const gatewayPriority = Math.max(-1, ...others.map(({ options }) => options.gatewayPriority)) + 1;
  return { type: "endpoint.update", endpoint: endpoint.id, gatewayPriority, publishAll: false };
}

const interfaceOf = ({ endpoint }: Contender): string => endpoint.attachment?.interfaceName ?? "";
