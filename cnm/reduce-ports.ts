import { addressOf } from "./cidr.ts";
import type { CommandOf } from "./commands.ts";
import { drivers } from "./drivers/index.ts";
import type { Endpoint } from "./endpoint.ts";
import { CnmError, invalid, type Problem } from "./errors.ts";
import type { Facts } from "./facts.ts";
import { nameKey } from "./ids.ts";
import { byName, endpointTitle, findEndpoint } from "./lookup.ts";
import { endpointsIn } from "./members.ts";
import { type LinkRequest, type PortFields, parsePortFields } from "./port-fields.ts";
import type { Exposure, Link, Publication, PublicationRequest } from "./ports.ts";
import { choosePublications, isAnswer } from "./publish.ts";
import type { Topology } from "./topology.ts";

type PortCommand = CommandOf<"endpoint.create"> | CommandOf<"endpoint.update">;

/** The endpoint with what the command says of ports; what it does not mention stays. */
export function withPorts(
  topology: Topology,
  endpoint: Endpoint,
  { command, facts }: { command: PortCommand; facts: Facts },
): Endpoint {
  const problems: Problem[] = [];
  const fields = parsePortFields(command, problems);
  if (problems.length > 0) throw invalid(problems);
  if (!hasAny(fields) && !command.publishAll) return endpoint;
  refuseWithoutBridge(topology, endpoint, fields);
  const exposed = fields.exposed ?? endpoint.exposed;
  const links =
    fields.links?.map((request, index) => resolveLink(topology, endpoint, { request, index })) ?? endpoint.links;
  refuseTwinAlias(links);
  return {
    ...endpoint,
    exposed,
    links,
    ports: choosePorts(topology, { ...endpoint, exposed }, { fields, command, facts }),
  };
}

function hasAny({ exposed, requests, links }: PortFields): boolean {
  return exposed !== null || requests !== null || links !== null;
}

function choosePorts(
  topology: Topology,
  endpoint: Endpoint,
  { fields, command, facts }: { fields: PortFields; command: PortCommand; facts: Facts },
): Publication[] {
  if (fields.requests === null && !command.publishAll) return endpoint.ports;
  const binding = hostBinding(topology, endpoint);
  const isThere = (request: PublicationRequest) => endpoint.ports.some((old) => isAnswer(old, request));
  // What is published already stays where it is, whatever the network has been told since.
  const asked = (fields.requests ?? endpoint.ports.map(again)).map((request) =>
    isThere(request) ? request : { ...request, hostAddress: request.hostAddress ?? binding },
  );
  const all = command.publishAll ? exposedBesides(endpoint.exposed, asked, binding) : [];
  const requests = [...asked, ...all];
  refuseWrongFamily(requests, endpoint);
  return choosePublications(topology, { endpoint, requests, kept: endpoint.ports }, facts);
}

const again = ({ hostPort, ...rest }: Publication): PublicationRequest => ({
  ...rest,
  hostPorts: { from: hostPort, count: rest.count },
});

/** What "publish all" adds to what is asked for port by port. */
function exposedBesides(
  exposed: readonly Exposure[],
  asked: readonly PublicationRequest[],
  hostAddress: string | null,
): PublicationRequest[] {
  const isAsked = (one: Exposure) =>
    asked.some(({ protocol, port, count }) => protocol === one.protocol && port <= one.port && one.port < port + count);
  return exposed.filter((one) => !isAsked(one)).map((one) => ({ ...one, hostAddress, hostPorts: null }));
}

function hostBinding(topology: Topology, endpoint: Endpoint): string | null {
  const network = topology.networks[endpoint.networkId];
  const binding = network?.driver === "bridge" ? network.options.hostBindingIpv4 : null;
  return binding === "0.0.0.0" && endpoint.ipv6 === null ? null : binding;
}

function refuseWithoutBridge(topology: Topology, endpoint: Endpoint, { exposed, requests, links }: PortFields): void {
  const network = topology.networks[endpoint.networkId];
  if (network?.driver === "bridge" || ![exposed, requests, links].some((given) => given && given.length > 0)) return;
  if (network && drivers[network.driver].paired)
    throw new CnmError(
      "CONFLICT",
      `network ${network.name} is a link between two ends, and either reaches every port of the other`,
      {
        rule: "no-ports-here",
        lift: "leave ports and links out, or publish on an endpoint of a network of driver bridge",
      },
    );
  throw new CnmError(
    "CONFLICT",
    `network ${network?.name} of driver ${network?.driver} publishes no ports and has no links`,
    {
      rule: "no-ports-here",
      lift: "use a network of driver bridge",
    },
  );
}

/** A port can only lead to an address of its own family. */
function refuseWrongFamily(requests: readonly PublicationRequest[], endpoint: Endpoint): void {
  const problems = requests.flatMap(({ hostAddress }, index): Problem[] => {
    if (hostAddress === "::1")
      return [
        { path: `publish.${index}`, message: "::1 leads nowhere but to the host itself; publish on 127.0.0.1 instead" },
      ];
    const family = hostAddress === null ? null : addressOf(hostAddress).family;
    const own = family === 4 ? endpoint.ipv4 : family === 6 ? endpoint.ipv6 : (endpoint.ipv4 ?? endpoint.ipv6);
    if (own !== null) return [];
    return [
      {
        path: `publish.${index}`,
        message: `the endpoint has no ${family ? `IPv${family} ` : ""}address that ${hostAddress ?? "a port"} could lead to`,
      },
    ];
  });
  if (problems.length > 0) throw invalid(problems);
}

/** An endpoint of the same network, or the one that a sandbox has there. */
function resolveLink(
  topology: Topology,
  endpoint: Endpoint,
  { request: { target, alias }, index }: { request: LinkRequest; index: number },
): Link {
  const sandbox = byName(topology.sandboxes, target)[0];
  const inSandbox =
    sandbox && endpointsIn(topology, sandbox.id).find(({ networkId }) => networkId === endpoint.networkId);
  const found = inSandbox ?? findEndpoint(topology, target);
  const path = `links.${index}`;
  if (found.id === endpoint.id) throw invalid([{ path, message: "an endpoint cannot link to itself" }]);
  if (found.networkId === endpoint.networkId) return { endpointId: found.id, alias };
  const other = endpointTitle(topology, found);
  throw invalid([{ path, message: `${other} is in another network; links are between endpoints of one network` }]);
}

function refuseTwinAlias(links: readonly Link[]): void {
  const seen = new Set<string>();
  for (const [index, { alias }] of links.entries()) {
    const key = nameKey(alias);
    if (seen.has(key)) throw invalid([{ path: `links.${index}`, message: `the alias ${alias} is there twice` }]);
    seen.add(key);
  }
}
