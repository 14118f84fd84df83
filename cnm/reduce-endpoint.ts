import { type Address, addressOf, cidrOf, type Family, formatAddress, width } from "./cidr.ts";
import type { CommandOf } from "./commands.ts";
import { drivers } from "./drivers/index.ts";
import type { Endpoint } from "./endpoint.ts";
import { parseEndpointLabels } from "./endpoint-labels.ts";
import { defaultEndpointOptions } from "./endpoint-options.ts";
import { CnmError, enforce, invalid, type Problem, type Refusal } from "./errors.ts";
import type { Facts } from "./facts.ts";
import { nameKey, shortId } from "./ids.ts";
import { poolOf, requestAddress, usedAddresses } from "./ipam.ts";
import { findEndpoint, findNetwork } from "./lookup.ts";
import { freeMac, macOfAddress, parseMac } from "./mac.ts";
import { endpointsOf, linkersOf } from "./members.ts";
import type { Network } from "./network.ts";
import { bad, good, type Parsed } from "./parsed.ts";
import { withBandwidth } from "./reduce-bandwidth.ts";
import { withInterfaceName, withOptions } from "./reduce-options.ts";
import { withPorts } from "./reduce-ports.ts";
import { canDeleteEndpoint } from "./rules.ts";
import type { Change, Topology } from "./topology.ts";

type EndpointCreate = CommandOf<"endpoint.create">;

/** Reserves the endpoint's addresses: they are its own until it is deleted. */
export function createEndpoint(topology: Topology, command: EndpointCreate, facts: Facts): Change[] {
  const problems: Problem[] = [];
  const network = findNetwork(topology, command.network);
  const neighbours = endpointsOf(topology, network.id);
  const name = command.name ?? `ep-${shortId(command.newId)}`;
  const { ipv4, ipv6, mac } = chooseAddresses(topology, network, command);
  refuseTwinName(network, neighbours, name);
  if (mac) refuseTwinMac(network, neighbours, mac);
  const bare: Endpoint = {
    id: command.newId,
    name,
    networkId: network.id,
    createdAt: command.at,
    ipv4: withPrefix(ipv4, network),
    ipv6: withPrefix(ipv6, network),
    mac: mac ?? defaultMac(network, neighbours, ipv4 ?? ipv6),
    aliases: command.aliases,
    labels: command.labels,
    exposed: [],
    ports: [],
    links: [],
    options: defaultEndpointOptions,
    attachment: null,
  };
  const { interfaceName, ...told } = parseEndpointLabels(command, problems);
  if (problems.length > 0) throw invalid(problems);
  const endpoint = withInterfaceName(
    topology,
    withRequests(topology, bare, { command: { ...command, ...told }, facts }),
    interfaceName,
  );
  return [{ kind: "endpoint", id: endpoint.id, before: null, after: endpoint }];
}

/** Changes what a live endpoint exposes, publishes, links to and is told besides; nothing else of it is touched. */
export function updateEndpoint(topology: Topology, command: CommandOf<"endpoint.update">, facts: Facts): Change[] {
  const before = findEndpoint(topology, command.endpoint);
  const named = { ...before, aliases: command.aliases ?? before.aliases };
  const after = withRequests(topology, named, { command, facts });
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ kind: "endpoint", id: before.id, before, after }];
}

/** The endpoint with what the command says of ports, options and bandwidth. */
function withRequests(
  topology: Topology,
  endpoint: Endpoint,
  request: { command: EndpointCreate | CommandOf<"endpoint.update">; facts: Facts },
): Endpoint {
  const withAll = withOptions(topology, withPorts(topology, endpoint, request), request.command);
  return withBandwidth(topology, withAll, request);
}

/** Links to it end with it. */
export function deleteEndpoint(topology: Topology, command: CommandOf<"endpoint.delete">): Change[] {
  const endpoint = findEndpoint(topology, command.endpoint);
  enforce(canDeleteEndpoint(topology, endpoint.id));
  const unlinked = linkersOf(topology, endpoint).map((before): Change => {
    const after = { ...before, links: before.links.filter(({ endpointId }) => endpointId !== endpoint.id) };
    return { kind: "endpoint", id: before.id, before, after };
  });
  return [...unlinked, { kind: "endpoint", id: endpoint.id, before: endpoint, after: null }];
}

type Choice = { ok: true; address: Address | null } | Refusal;

/** What the command gives, or the lowest free address. Wrong input goes before what the state forbids. */
function chooseAddresses(topology: Topology, network: Network, command: EndpointCreate) {
  const ipv4 = chooseAddress(topology, network, { family: 4, wanted: command.ipv4 });
  const ipv6 = chooseAddress(topology, network, { family: 6, wanted: command.ipv6 });
  const mac = chooseMac(network, command.mac);
  const problems: Problem[] = [];
  for (const [path, choice] of Object.entries({ ipv4, ipv6, mac }))
    if (!choice.ok && (!("code" in choice) || choice.code === "INVALID_PARAMETER"))
      problems.push({ path, message: choice.message });
  if (!mac.ok || problems.length > 0) throw invalid(problems);
  return { ipv4: addressIn(ipv4), ipv6: addressIn(ipv6), mac: mac.value };
}

function chooseAddress(
  topology: Topology,
  network: Network,
  { family, wanted }: { family: Family; wanted: string | undefined },
): Choice {
  const pool = poolOf(network, family);
  if (pool) {
    const answer = requestAddress(pool, usedAddresses(topology, network.id, family), wanted);
    return answer.ok ? answer : { ...answer, message: `${answer.message} (network ${network.name})` };
  }
  if (wanted === undefined) return { ok: true, address: null };
  const message = `network ${network.name} has no IPv${family} subnet`;
  return { ok: false, code: "INVALID_PARAMETER", rule: "no-such-subnet", message };
}

function addressIn(choice: Choice): Address | null {
  if (choice.ok) return choice.address;
  enforce(choice);
  return null;
}

function chooseMac(network: Network, wanted: string | undefined): Parsed<string | null> {
  if (wanted === undefined) return good(null);
  if (drivers[network.driver].hasInterface) return parseMac(wanted);
  return bad(`endpoints of network ${network.name} have no interface`);
}

function refuseTwinName(network: Network, neighbours: readonly Endpoint[], name: string): void {
  const namesake = neighbours.find((endpoint) => nameKey(endpoint.name) === nameKey(name));
  if (!namesake) return;
  throw new CnmError("CONFLICT", `network ${network.name} already has an endpoint called ${namesake.name}`, {
    rule: "name-taken",
    lift: "choose another name; upper and lower case are the same",
  });
}

function refuseTwinMac(network: Network, neighbours: readonly Endpoint[], mac: string): void {
  const twin = neighbours.find((endpoint) => endpoint.mac === mac);
  const holder = gatewayMacs(network).includes(mac) ? "the gateway" : twin && `endpoint ${twin.name}`;
  if (!holder) return;
  throw new CnmError("CONFLICT", `${mac} is in use by ${holder} of network ${network.name}`, {
    rule: "mac-in-use",
    lift: "give another MAC address, or none to have one made",
  });
}

/** Made from the address, past those in use. */
function defaultMac(network: Network, neighbours: readonly Endpoint[], address: Address | null): string | null {
  if (!address) return null;
  return freeMac(address, new Set([...gatewayMacs(network), ...neighbours.flatMap(({ mac }) => mac ?? [])]));
}

/** What the network's own device has, or may have: a driver makes its MAC address from a gateway. */
function gatewayMacs(network: Network): string[] {
  return network.pools.flatMap(({ gateway }) => (gateway ? [macOfAddress(addressOf(gateway))] : []));
}

/** The end of a link is alone in its subnet: the other end is reached by a route. */
function withPrefix(address: Address | null, network: Network): string | null {
  const pool = address && poolOf(network, address.family);
  if (!pool) return null;
  const prefix = drivers[network.driver].paired ? width(pool.family) : cidrOf(pool.subnet).prefix;
  return `${formatAddress(address)}/${prefix}`;
}
