import { addressOf } from "#cnm/cidr.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import type { NetworkOf, Pool } from "#cnm/network.ts";
import { type Exposure, hostAddressesOf, isWildcard, type Publication } from "#cnm/ports.ts";
import type { KernelObject } from "#server/kernel/objects.ts";
import type { JoinContext } from "../driver.ts";
import { type Owner, rule } from "../rules.ts";
import { addressOfBridge, deviceOf } from "./device.ts";
import { chains, hasOpenChain, isRouted, translates } from "./firewall.ts";

type Network = NetworkOf<"bridge">;
type Family = Pool["family"];

const families = [4, 6] as const;

/** What the endpoint publishes and links to, as rules; held ports are there without a firewall too. */
export function endpointRules(network: Network, endpoint: Endpoint, join: JoinContext): KernelObject[] {
  return [
    ...endpoint.ports.flatMap((publication) => publicationRules(network, endpoint, publication)),
    ...families.flatMap((family) => detourRules(network, endpoint, { family, isGateway: isGateway(join, family) })),
    ...(network.options.icc ? [] : join.links.flatMap((link) => linkRules(network, endpoint, link))),
  ];
}

/** Sockets that keep the host's ports for the publications that are translated. */
export function heldPorts(network: Network, endpoint: Endpoint): KernelObject[] {
  return endpoint.ports.flatMap((publication) =>
    translated(network, endpoint, publication).map(({ address, to }): KernelObject => {
      const { protocol, hostPort: port, count } = publication;
      return { kind: "port", protocol, address, port, count, to: { address: to, port: publication.port } };
    }),
  );
}

/**
 * Where endpoints of the network cannot talk, the two ends of a link reach each other through the host: by a route, as the MAC
 * address of a bridge that a person made may change with every port.
 */
export function linkRoutes(network: Network, endpoint: Endpoint, join: JoinContext): KernelObject[] {
  if (network.options.icc) return [];
  const route = (at: { ns: string; interfaceName: string }, other: Endpoint): KernelObject[] =>
    families.flatMap((family) => {
      const dst = addressIn(other, family);
      const via = addressOfBridge(network, family);
      if (dst === null || via === null) return [];
      return [{ kind: "route", ns: at.ns, family, dst: single(dst), via, dev: at.interfaceName } as const];
    });
  return join.links.flatMap((link) => [...route(join, link.endpoint), ...route(link, endpoint)]);
}

const ownerOf = ({ id }: Endpoint): Owner => ({ kind: "endpoint", id });

function publicationRules(network: Network, endpoint: Endpoint, publication: Publication): KernelObject[] {
  const owner = ownerOf(endpoint);
  return [
    ...translated(network, endpoint, publication).flatMap(({ address, to, family }) => [
      rule({
        family,
        table: "nat",
        chain: chains.dnat,
        match: `${isWildcard(address) ? "" : `-d ${single(address)} `}${hostPorts(publication)}`,
        target: `DNAT --to-destination ${destination(publication, to)}`,
        owner,
      }),
      ...(address.startsWith("127.")
        ? [
            rule({
              family,
              table: "raw",
              chain: chains.prerouting,
              match: `-d ${single(address)} ${hostPorts(publication)}`,
              target: "DROP",
              owner,
            }),
          ]
        : []),
    ]),
    ...families.flatMap((family) => openPorts(network, endpoint, { family, exposure: publication })),
  ];
}

/** In a routed network a published port is open on the endpoint's own address, and the host's port means nothing. */
function openPorts(
  network: Network,
  endpoint: Endpoint,
  { family, exposure }: { family: Family; exposure: Publication },
): KernelObject[] {
  const address = addressIn(endpoint, family);
  const { hostAddress } = exposure;
  const meant = hostAddress === null || addressOf(hostAddress).family === family;
  if (address === null || !meant || !isRouted(network, family)) return [];
  const match = `-d ${single(address)} ${ownPorts(exposure)}`;
  return [
    rule({ family, table: "filter", chain: chains.open(network), match, target: "ACCEPT", owner: ownerOf(endpoint) }),
  ];
}

/** The addresses of the host on which the publication is translated, and what each leads to. */
function translated(network: Network, endpoint: Endpoint, publication: Publication) {
  return hostAddressesOf(publication, endpoint).flatMap((address) => {
    const { family } = addressOf(address);
    const to = addressIn(endpoint, family);
    return to !== null && translates(network, family) ? [{ address, to, family }] : [];
  });
}

/** Answers of an endpoint that is not its sandbox's gateway would leave elsewhere: they come back through the host. */
function detourRules(
  network: Network,
  endpoint: Endpoint,
  { family, isGateway }: { family: Family; isGateway: boolean },
): KernelObject[] {
  const address = addressIn(endpoint, family);
  const published = endpoint.ports.some((publication) =>
    translated(network, endpoint, publication).some((one) => one.family === family),
  );
  if (address === null || !published || isGateway) return [];
  const match = `-d ${single(address)} -o ${deviceOf(network)} -m conntrack --ctstate DNAT`;
  return [
    rule({ family, table: "nat", chain: chains.postrouting, match, target: "MASQUERADE", owner: ownerOf(endpoint) }),
  ];
}

const isGateway = ({ gateway }: JoinContext, family: Family): boolean => (family === 4 ? gateway.ipv4 : gateway.ipv6);

/** From the endpoint to exactly what the other one exposes; the way back is an established connection. */
function linkRules(
  network: Network,
  endpoint: Endpoint,
  { endpoint: other }: JoinContext["links"][number],
): KernelObject[] {
  return families.flatMap((family) => {
    const from = addressIn(endpoint, family);
    const to = addressIn(other, family);
    if (from === null || to === null || !hasOpenChain(network, family)) return [];
    return other.exposed.map((exposure) =>
      rule({
        family,
        table: "filter",
        chain: chains.open(network),
        match: `-s ${single(from)} -d ${single(to)} -i ${deviceOf(network)} ${ownPorts(exposure)}`,
        target: "ACCEPT",
        owner: ownerOf(endpoint),
      }),
    );
  });
}

/** Without its prefix length. */
function addressIn({ ipv4, ipv6 }: Endpoint, family: Family): string | null {
  return (family === 4 ? ipv4 : ipv6)?.split("/")[0] ?? null;
}

const single = (address: string): string => `${address}/${address.includes(":") ? 128 : 32}`;

function hostPorts({ protocol, hostPort, count }: Publication): string {
  return portMatch(protocol, hostPort, count);
}

function ownPorts({ protocol, port, count }: Exposure): string {
  return portMatch(protocol, port, count);
}

function portMatch(protocol: string, from: number, count: number): string {
  return `-p ${protocol} -m ${protocol} --dport ${from}${count > 1 ? `:${from + count - 1}` : ""}`;
}

/** "172.17.0.2:80"; of a range, where each port leads to as many ports further on (iptables-extensions(8), DNAT). */
function destination({ port, hostPort, count }: Publication, address: string): string {
  const host = address.includes(":") ? `[${address}]` : address;
  if (count === 1) return `${host}:${port}`;
  return port === hostPort ? address : `${host}:${port}-${port + count - 1}/${hostPort}`;
}
