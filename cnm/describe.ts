import { formatLimit } from "./bandwidth.ts";
import type { Command, CommandOf } from "./commands.ts";
import type { Endpoint } from "./endpoint.ts";
import { sysctlTexts } from "./endpoint-options.ts";
import { type Id, shortId } from "./ids.ts";
import { endpointTitle, findEndpoint, findNetwork, findSandbox } from "./lookup.ts";
import type { Network } from "./network.ts";
import { sourceWords } from "./origin.ts";
import { formatExposure, formatPublication } from "./ports.ts";
import { formatRoute } from "./route.ts";
import type { Sandbox } from "./sandbox.ts";
import { formatExtraHost } from "./sandbox-fields.ts";
import { listing } from "./text.ts";
import type { ObjectKind, Topology } from "./topology.ts";

/** One sentence of history about a command that `reduce` has accepted: it led from `before` to `after`. */
export function describe(command: Command, before: Topology, after: Topology): string {
  switch (command.type) {
    case "network.create":
      return `created network ${networkFacts(after.networks[command.newId], command.name)}`;
    case "network.update":
      return `changed network ${sentenceParts(findNetwork(before, command.network).name, networkChanges(command))}`;
    case "network.delete":
      return `deleted network ${findNetwork(before, command.network).name}`;
    case "sandbox.create":
      return `created sandbox ${command.name}${placeOf(after.sandboxes[command.newId], after)}`;
    case "sandbox.update":
      return sandboxChanges(findSandbox(before, command.sandbox), after);
    case "sandbox.adopt":
      return adopted(command, after);
    case "sandbox.delete":
      return `deleted sandbox ${findSandbox(before, command.sandbox).name}`;
    case "endpoint.create":
      return `created endpoint ${sentenceParts(displayName(after, "endpoint", command.newId), endpointParts(after.endpoints[command.newId]))}`;
    case "endpoint.update":
      return endpointChanges(findEndpoint(before, command.endpoint), before, after);
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

function placeOf(sandbox: Sandbox | undefined, topology: Topology): string {
  if (sandbox?.mode === "host") return ", in host mode";
  return sandbox?.sharedWith ? `, in the namespace of ${displayName(topology, "sandbox", sandbox.sharedWith)}` : "";
}

function adopted({ newId, name }: CommandOf<"sandbox.adopt">, after: Topology): string {
  const origin = after.sandboxes[newId]?.origin;
  return `adopted sandbox ${name}${origin ? ` from ${sourceWords(origin.source)}` : ""}`;
}

function networkFacts(network: Network | undefined, name: string): string {
  if (!network) return name;
  const pools = network.pools.map(({ subnet, gateway }) => (gateway ? `${subnet} via ${gateway}` : subnet));
  return sentenceParts(name, [network.driver, ...(network.internal ? ["internal"] : []), ...pools]);
}

function networkChanges({ internal, options }: CommandOf<"network.update">): string[] {
  const switched = internal === undefined ? [] : [internal ? "internal" : "not internal"];
  return [...switched, ...Object.entries(options).map(([name, value]) => `${name} ${value}`)];
}

/** What its names and its resolver are now, and were not, or the other way round. */
function sandboxChanges(old: Sandbox, after: Topology): string {
  const { options } = after.sandboxes[old.id] ?? old;
  const was = old.options;
  const list = (name: string, [before, now]: [string[], string[]]) =>
    before.join(" ") === now.join(" ") ? [] : [now.length > 0 ? `${name} ${listing(now)}` : `no ${name}`];
  const changes = [
    ...list("hostname", [wordsOf(was.hostname), wordsOf(options.hostname)]),
    ...list("domainname", [wordsOf(was.domainname), wordsOf(options.domainname)]),
    ...list("extra hosts", [was.extraHosts.map(formatExtraHost), options.extraHosts.map(formatExtraHost)]),
    ...list("DNS servers", [was.dns.servers, options.dns.servers]),
    ...list("DNS search domains", [was.dns.search, options.dns.search]),
    ...list("DNS options", [was.dns.options, options.dns.options]),
  ];
  return `changed sandbox ${sentenceParts(old.name, changes)}`;
}

const wordsOf = (text: string): string[] => (text === "" ? [] : [text]);

/** What is published or linked now, and was not, or the other way round. */
function endpointChanges(old: Endpoint, before: Topology, after: Topology): string {
  const now = after.endpoints[old.id] ?? old;
  const links = (endpoint: Endpoint, topology: Topology) =>
    endpoint.links.map(({ endpointId, alias }) => `${displayName(topology, "endpoint", endpointId)} as ${alias}`);
  const changes = [
    ...gainsAndLosses(["is also called", "is no longer called"], old.aliases, now.aliases),
    ...gainsAndLosses(
      ["publishes", "no longer publishes"],
      old.ports.map(formatPublication),
      now.ports.map(formatPublication),
    ),
    ...gainsAndLosses(
      ["exposes", "no longer exposes"],
      old.exposed.map(formatExposure),
      now.exposed.map(formatExposure),
    ),
    ...gainsAndLosses(["links to", "no longer links to"], links(old, before), links(now, after)),
    ...(now.options.gatewayPriority === old.options.gatewayPriority
      ? []
      : [`has gateway priority ${now.options.gatewayPriority}`]),
    ...gainsAndLosses(
      ["has a route to", "has no route to"],
      old.options.routes.map(formatRoute),
      now.options.routes.map(formatRoute),
    ),
    ...gainsAndLosses(["sets", "no longer sets"], sysctlTexts(old.options), sysctlTexts(now.options)),
    ...limitChanges(old, now),
  ];
  return `endpoint ${endpointTitle(after, now)} ${changes.length > 0 ? changes.join(", ") : "stays as it is"}`;
}

function limitChanges(old: Endpoint, now: Endpoint): string[] {
  return (["ingress", "egress"] as const).flatMap((direction) => {
    const [was, is] = [old, now].map(({ options }) => formatLimit(options.bandwidth[direction]));
    return was === is ? [] : [`has ${direction} ${is || "without limit"}`];
  });
}

function gainsAndLosses([gains, losses]: [string, string], before: string[], after: string[]): string[] {
  const gained = after.filter((text) => !before.includes(text));
  const lost = before.filter((text) => !after.includes(text));
  return [
    ...(gained.length > 0 ? [`${gains} ${listing(gained)}`] : []),
    ...(lost.length > 0 ? [`${losses} ${listing(lost)}`] : []),
  ];
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

function endpointParts(endpoint: Endpoint | undefined): string[] {
  const ports = endpoint?.ports ?? [];
  return [...addresses(endpoint), ...(ports.length > 0 ? [`publishing ${listing(ports.map(formatPublication))}`] : [])];
}

function sentenceParts(head: string, rest: readonly string[]): string {
  return [head, ...rest].join(", ");
}
