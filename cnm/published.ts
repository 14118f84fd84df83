import { addressOf, type Family } from "./cidr.ts";
import { gatewayMode } from "./drivers/bridge.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Network } from "./network.ts";
import { select } from "./objects.ts";
import { hostAddressesOf, isLoopback, isWildcard, type Publication } from "./ports.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Topology } from "./topology.ts";

/** Who reaches a published port, as far as the host's own rules decide it. */
type OneReach =
  | "everywhere"
  | "this host only"
  | `address ${string}`
  /** Routed: no port of the host is taken, the endpoint's own is open. */
  | "on its own address"
  | "nowhere: not joined"
  | "nowhere: the network is internal";

export type Reach = OneReach | `${OneReach} by IPv4, ${OneReach} by IPv6`;

/** A publication with what it is of. */
export interface PublishedPort {
  publication: Publication;
  endpoint: Endpoint;
  network: Network;
  /** Null unless `active`. */
  sandbox: Sandbox | null;
  /** Whether the endpoint is joined; only then something answers. */
  active: boolean;
  reach: Reach;
}

/** Everything that endpoints publish, in the order of host ports. */
export function publishedPorts(topology: Topology): PublishedPort[] {
  const rows = select(topology.endpoints, ({ ports }) => ports.length > 0).flatMap((endpoint) => {
    const network = topology.networks[endpoint.networkId];
    if (!network) return [];
    const sandbox = (endpoint.attachment && topology.sandboxes[endpoint.attachment.sandboxId]) ?? null;
    const active = sandbox !== null;
    return endpoint.ports.map((publication): PublishedPort => {
      const reach = active ? reachOf(publication, endpoint, network) : "nowhere: not joined";
      return { publication, endpoint, network, sandbox, active, reach };
    });
  });
  return rows.sort(byHostPort);
}

function byHostPort({ publication: a }: PublishedPort, { publication: b }: PublishedPort): number {
  return a.hostPort - b.hostPort || socketText(a).localeCompare(socketText(b), "en");
}

const socketText = ({ protocol, hostAddress }: Publication): string => `${protocol} ${hostAddress ?? ""}`;

function reachOf(publication: Publication, endpoint: Endpoint, network: Network): Reach {
  if (network.internal) return "nowhere: the network is internal";
  const { hostAddress } = publication;
  const families = hostAddressesOf(publication, endpoint).map((address) => addressOf(address).family);
  const [first = "everywhere", second = first] = families.map((family) => reachBy(family, hostAddress, network));
  return first === second ? first : `${first} by IPv4, ${second} by IPv6`;
}

function reachBy(family: Family, hostAddress: string | null, network: Network): OneReach {
  if (network.driver === "bridge" && gatewayMode(network.options, family) === "routed") return "on its own address";
  if (hostAddress === null || isWildcard(hostAddress)) return "everywhere";
  return isLoopback(hostAddress) ? "this host only" : `address ${hostAddress}`;
}
