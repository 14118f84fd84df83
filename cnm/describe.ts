import type { Command, CommandOf } from "./commands.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Id, shortId } from "./ids.ts";
import { endpointTitle, findEndpoint, findNetwork, findSandbox } from "./lookup.ts";
import type { Network } from "./network.ts";
import type { ObjectKind, Topology } from "./topology.ts";

/** One sentence of history about a command that `reduce` has accepted: it led from `before` to `after`. */
export function describe(command: Command, before: Topology, after: Topology): string {
  switch (command.type) {
    case "network.create":
      return `created network ${networkFacts(after.networks[command.newId], command.name)}`;
    case "network.delete":
      return `deleted network ${findNetwork(before, command.network).name}`;
    case "sandbox.create":
      return `created sandbox ${command.name}${command.mode === "host" ? ", in host mode" : ""}`;
    case "sandbox.delete":
      return `deleted sandbox ${findSandbox(before, command.sandbox).name}`;
    case "endpoint.create":
      return `created endpoint ${sentenceParts(displayName(after, "endpoint", command.newId), addresses(after.endpoints[command.newId]))}`;
    case "endpoint.delete":
      return `deleted endpoint ${endpointTitle(before, findEndpoint(before, command.endpoint))}`;
    case "endpoint.join":
      return joined(command, before, after);
    case "endpoint.leave":
      return left(command, before, after);
  }
}

/** How people see an object: its name, an endpoint with its network's before it, the short id of what is not there. */
export function displayName(topology: Topology, kind: ObjectKind, id: Id): string {
  const endpoint = topology.endpoints[id];
  switch (kind) {
    case "network":
      return topology.networks[id]?.name ?? shortId(id);
    case "sandbox":
      return topology.sandboxes[id]?.name ?? shortId(id);
    case "endpoint":
      return endpoint ? endpointTitle(topology, endpoint) : shortId(id);
  }
}

function networkFacts(network: Network | undefined, name: string): string {
  if (!network) return name;
  const pools = network.pools.map(({ subnet, gateway }) => (gateway ? `${subnet} via ${gateway}` : subnet));
  return sentenceParts(name, [network.driver, ...(network.internal ? ["internal"] : []), ...pools]);
}

function joined(command: CommandOf<"endpoint.join">, before: Topology, after: Topology): string {
  const endpoint = after.endpoints[findEndpoint(before, command.endpoint).id];
  if (!endpoint?.attachment) return "joined nothing";
  const { sandboxId, interfaceName } = endpoint.attachment;
  const names = `${displayName(after, "sandbox", sandboxId)} to ${displayName(after, "network", endpoint.networkId)}`;
  return sentenceParts(`joined ${names}${interfaceName ? ` as ${interfaceName}` : ""}`, addresses(endpoint));
}

function left(command: CommandOf<"endpoint.leave">, before: Topology, after: Topology): string {
  const { attachment, networkId } = findEndpoint(before, command.endpoint);
  if (!attachment) return "left nothing";
  const sandbox = displayName(before, "sandbox", attachment.sandboxId);
  const ending = after.sandboxes[attachment.sandboxId] ? [] : ["and deleted it with its last endpoint"];
  return sentenceParts(`unplugged ${sandbox} from ${displayName(before, "network", networkId)}`, ending);
}

function addresses(endpoint: Endpoint | undefined): string[] {
  return [endpoint?.ipv4, endpoint?.ipv6].filter((text) => typeof text === "string");
}

function sentenceParts(head: string, rest: readonly string[]): string {
  return [head, ...rest].join(", ");
}
