import { cidrOf, type Family, formatCidr } from "./cidr.ts";
import type { CommandOf } from "./commands.ts";
import { drivers } from "./drivers/index.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointOptions, StaticRoute } from "./endpoint-options.ts";
import { allowed, enforce, invalid, type Problem, type Refusal, type Verdict } from "./errors.ts";
import type { Id } from "./ids.ts";
import { parseInterfaceName } from "./interface-name.ts";
import { poolOf } from "./ipam.ts";
import { endpointsIn } from "./members.ts";
import { isForeign, type Origin } from "./origin.ts";
import { bad, good, type Parsed } from "./parsed.ts";
import { ownSubnet, parseRoute } from "./route.ts";
import { quote } from "./text.ts";
import type { Topology } from "./topology.ts";

type OptionsCommand = CommandOf<"endpoint.create"> | CommandOf<"endpoint.update">;

/** The endpoint with what the command says of its options; what it does not mention stays. */
export function withOptions(topology: Topology, endpoint: Endpoint, command: OptionsCommand): Endpoint {
  const problems: Problem[] = [];
  const { options } = endpoint;
  const after: EndpointOptions = {
    ...options,
    gatewayPriority: command.gatewayPriority ?? options.gatewayPriority,
    routes: command.routes ? parseRoutes(inPools(topology, endpoint), command.routes, problems) : options.routes,
    sysctls: command.sysctls ? parseSysctls(command.sysctls, problems) : options.sysctls,
  };
  if (problems.length > 0) throw invalid(problems);
  const told = command.gatewayPriority !== undefined || after.routes.length + Object.keys(after.sysctls).length > 0;
  if (told) enforce(canHaveOptions(topology, endpoint));
  const changed = { ...endpoint, options: after };
  if (endpoint.attachment) enforce(hasOwnRoutes(topology, changed, endpoint.attachment.sandboxId));
  return changed;
}

/** The endpoint with the name that its interface is to have; undefined: as before. */
export function withInterfaceName(topology: Topology, endpoint: Endpoint, name: string | undefined): Endpoint {
  if (name === undefined) return endpoint;
  const parsed = parseInterfaceName(name);
  if (!parsed.ok) throw invalid([{ path: "interfaceName", message: parsed.message }]);
  if (parsed.value !== "") enforce(canHaveOptions(topology, endpoint));
  return { ...endpoint, options: { ...endpoint.options, interfaceName: parsed.value } };
}

/** Whether nothing else in the sandbox leads where this endpoint does: a destination has one route. */
export function hasOwnRoutes(topology: Topology, endpoint: Endpoint, sandboxId: Id): Verdict {
  const destinations = reached(endpoint);
  const sandbox = topology.sandboxes[sandboxId];
  const theirs = sandbox?.origin ? destinations.find(isTheirs(sandbox.origin)) : undefined;
  if (theirs)
    return routeTaken(`sandbox ${sandbox?.name} came with a route to ${theirs} when it was adopted, which stays`);
  for (const other of endpointsIn(topology, sandboxId)) {
    const twin = other.id === endpoint.id ? undefined : reached(other).find((each) => destinations.includes(each));
    if (!twin) continue;
    return routeTaken(`sandbox ${sandbox?.name} has a route to ${twin} through its endpoint ${other.name} already`);
  }
  return allowed;
}

const isTheirs = (origin: Origin) => (destination: string) => isForeign(origin, destination);

function routeTaken(message: string): Refusal {
  return { ok: false, code: "CONFLICT", rule: "route-taken", message, lift: "leave one of the two out" };
}

/** Its own subnets, and the destinations of its routes. */
function reached(endpoint: Endpoint): string[] {
  const own = ([4, 6] as const).flatMap((family) => ownSubnet(endpoint, family) ?? []);
  return [...own.map(formatCidr), ...endpoint.options.routes.map(({ destination }) => destination)];
}

/** Whether the endpoint has an interface that could be told anything. */
export function canHaveOptions(topology: Topology, { networkId }: Endpoint): Verdict {
  const network = topology.networks[networkId];
  if (!network || drivers[network.driver].hasInterface) return allowed;
  return {
    ok: false,
    code: "CONFLICT",
    rule: "no-interface-here",
    message: `endpoints of network ${network.name} have no interface that a name, routes and settings could be of`,
    lift: "use a network of another driver",
  };
}

/** At the end of a link the address is alone in its subnet, and the other end is in the network's. */
function inPools(topology: Topology, { networkId, ipv4, ipv6 }: Endpoint): Pick<Endpoint, "ipv4" | "ipv6"> {
  const network = topology.networks[networkId];
  const inPool = (address: string | null, family: Family) => {
    const pool = network && poolOf(network, family);
    return address && pool ? `${address.split("/")[0]}/${cidrOf(pool.subnet).prefix}` : null;
  };
  return { ipv4: inPool(ipv4, 4), ipv6: inPool(ipv6, 6) };
}

function parseRoutes(
  endpoint: Pick<Endpoint, "ipv4" | "ipv6">,
  texts: readonly string[],
  problems: Problem[],
): StaticRoute[] {
  const routes = texts.flatMap((text, index) => {
    const parsed = parseRoute(endpoint, text);
    if (parsed.ok) return parsed.value;
    problems.push({ path: `routes.${index}`, message: parsed.message });
    return [];
  });
  routes.forEach(({ destination }, index) => {
    if (routes.findIndex((other) => other.destination === destination) < index)
      problems.push({ path: "routes", message: `there are two routes to ${destination}` });
  });
  return routes;
}

/** Those that say what Patchbay says itself. */
const ours = ["disable_ipv6", "accept_ra", "accept_redirects"];

function parseSysctls(texts: readonly string[], problems: Problem[]): Record<string, string> {
  return Object.fromEntries(
    texts.flatMap((text, index) => {
      const parsed = parseSysctl(text);
      if (parsed.ok) return [parsed.value];
      problems.push({ path: `sysctls.${index}`, message: parsed.message });
      return [];
    }),
  );
}

/** As Docker's label com.docker.network.endpoint.sysctls has them: "net.ipv4.conf.IFNAME.forwarding=1". */
function parseSysctl(text: string): Parsed<[string, string]> {
  const match = /^net\.((?:ipv4|ipv6|mpls)\.(?:conf|neigh))\.ifname\.(\w{1,64})=([\w.,:-]{1,64})$/i.exec(text.trim());
  const [, table = "", name = "", value = ""] = match ?? [];
  if (!match) return bad(`${quote(text)} is not a setting of an interface such as net.ipv4.conf.IFNAME.forwarding=1`);
  if (ours.includes(name)) return bad(`${name} is set by Patchbay itself`);
  return good([`${table.toLowerCase()}.IFNAME.${name}`, value]);
}
