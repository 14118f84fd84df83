import { drivers, findDriver } from "./drivers/index.ts";
import type { Endpoint } from "./endpoint.ts";
import { allowed, type Refusal, type Verdict } from "./errors.ts";
import type { NamespaceFacts } from "./facts.ts";
import { type Id, nameKey, shortId } from "./ids.ts";
import { hasFreeName } from "./interface-name.ts";
import { requestAddress, usedAddresses } from "./ipam.ts";
import { byName, endpointTitle } from "./lookup.ts";
import { endpointsIn, endpointsOf, occupantsOf } from "./members.ts";
import type { Network } from "./network.ts";
import { sourceWords } from "./origin.ts";
import { reservedNames } from "./predefined.ts";
import { hasOwnRoutes } from "./reduce-options.ts";
import type { Sandbox } from "./sandbox.ts";
import { count, listing } from "./text.ts";
import type { ObjectKind, Topology } from "./topology.ts";

/** Whether networks of the driver can be created at all, and on this kernel. `unsupported`: driver name → reason. */
export function canUseDriver(name: string, unsupported: Readonly<Record<string, string>>): Verdict {
  const driver = findDriver(name);
  if (driver && !driver.creatable)
    return {
      ok: false,
      code: "FORBIDDEN",
      rule: "only-predefined",
      message: `there is one network of driver ${name} and no more can be created`,
    };
  const reason = Object.hasOwn(unsupported, name) ? unsupported[name] : undefined;
  if (!reason) return allowed;
  const message = `driver ${name} is not available: ${reason}`;
  return { ok: false, code: "UNSUPPORTED", rule: "driver-unsupported", message };
}

/** Whether a network can have that name. */
export function canCreateNetwork(topology: Topology, name: string): Verdict {
  if (!reservedNames.includes(nameKey(name))) return nameFree("network", byName(topology.networks, name)[0]);
  const message = `the name ${name} is reserved for a predefined network`;
  return { ok: false, code: "FORBIDDEN", rule: "name-reserved", message, lift: "choose another name" };
}

/** Whether a sandbox can have that name. */
export function canCreateSandbox(topology: Topology, name: string): Verdict {
  return nameFree("sandbox", byName(topology.sandboxes, name)[0]);
}

/** Whether others can move into the sandbox's namespace. */
export function canShare(topology: Topology, sandboxId: Id): Verdict {
  const sandbox = topology.sandboxes[sandboxId];
  if (!sandbox) return gone("sandbox", sandboxId);
  if (sandbox.mode === "host")
    return conflict(
      "host-is-no-home",
      `sandbox ${sandbox.name} is in the host's namespace`,
      "create the sandbox in host mode",
    );
  if (sandbox.sharedWith === null) return allowed;
  const owner = sandboxName(topology, sandbox.sharedWith);
  return conflict(
    "occupant-is-no-home",
    `sandbox ${sandbox.name} is itself in the namespace of ${owner}`,
    `share ${owner}`,
  );
}

/** Whether the sandbox has names and a resolver of its own that a person could set. */
export function canHaveOwnFiles(topology: Topology, { name, mode, sharedWith }: Sandbox): Verdict {
  if (mode === "private") return allowed;
  if (sharedWith !== null) {
    const owner = sandboxName(topology, sharedWith);
    const message = `sandbox ${name} is in the namespace of ${owner}: its names and its resolver are that one's`;
    return conflict("occupant-has-no-files", message, `change ${owner}`);
  }
  if (mode === "adopted") {
    const message = `sandbox ${name} was adopted: what is in it has its own files and asks its own name servers`;
    return conflict("adopted-has-own-files", message, "change them where its process has them");
  }
  const message = `sandbox ${name} is in host mode: its names and its resolver are the host's own`;
  return conflict("sandbox-uses-host-files", message, "change /etc/hosts and /etc/resolv.conf of the host");
}

/** Whether a namespace that was found can become a sandbox: one that is a sandbox already, of whichever Patchbay, cannot. */
export function canAdopt(topology: Topology, { origin, names, ours }: NamespaceFacts): Verdict {
  const holder = Object.values(topology.sandboxes).find(
    ({ id, origin: its }) =>
      (its?.cookie === origin.cookie && its.bootId === origin.bootId) || names.includes(`pb-${shortId(id)}`),
  );
  const what = `the namespace of ${sourceWords(origin.source)}`;
  if (holder)
    return conflict("namespace-taken", `${what} is that of sandbox ${holder.name}`, `use sandbox ${holder.name}`);
  const [name] = names;
  if (!name && !ours) return allowed;
  const whose = name ? `is ${name} of another Patchbay` : "has things of another Patchbay in it";
  return conflict("namespace-taken", `${what} ${whose}`, "delete its sandbox there first");
}

/** What a cable may do: create an endpoint in the network and join it to the sandbox. */
export function canConnect(topology: Topology, networkId: Id, sandboxId: Id): Verdict {
  const network = topology.networks[networkId];
  const sandbox = topology.sandboxes[sandboxId];
  if (!network) return gone("network", networkId);
  if (!sandbox) return gone("sandbox", sandboxId);
  return firstRefusal([
    () => canBeMember(topology, network, sandbox),
    () => hasFreePort(topology, network),
    () => hasFreeAddress(topology, network),
  ]);
}

/** Whether an endpoint that exists can be joined to the sandbox. */
export function canJoin(topology: Topology, endpointId: Id, sandboxId: Id): Verdict {
  const endpoint = topology.endpoints[endpointId];
  const sandbox = topology.sandboxes[sandboxId];
  if (!endpoint) return gone("endpoint", endpointId);
  if (!sandbox) return gone("sandbox", sandboxId);
  const network = topology.networks[endpoint.networkId];
  if (!network) return gone("network", endpoint.networkId);
  return firstRefusal([
    () => isNotJoined(topology, endpoint),
    () => canBeMember(topology, network, sandbox),
    () => hasFreePort(topology, network),
    () => hasOwnRoutes(topology, endpoint, sandboxId),
    () => hasFreeName(topology, endpoint, sandbox),
  ]);
}

/** Whether the endpoint can leave; with `sandboxId`, only if it is joined there. */
export function canLeave(topology: Topology, endpointId: Id, sandboxId?: Id): Verdict {
  const endpoint = topology.endpoints[endpointId];
  if (!endpoint) return gone("endpoint", endpointId);
  const title = endpointTitle(topology, endpoint);
  const joinedTo = endpoint.attachment?.sandboxId;
  if (!joinedTo) return conflict("endpoint-not-joined", `endpoint ${title} is not joined to a sandbox`);
  if (sandboxId === undefined || sandboxId === joinedTo) return allowed;
  const where = sandboxName(topology, joinedTo);
  return conflict(
    "endpoint-joined-elsewhere",
    `endpoint ${title} is joined to sandbox ${where}, not to ${sandboxName(topology, sandboxId)}`,
    `leave sandbox ${where}`,
  );
}

/** Whether the network has anything that can be changed. */
export function canUpdateNetwork(topology: Topology, networkId: Id): Verdict {
  const network = topology.networks[networkId];
  if (!network) return gone("network", networkId);
  if (drivers[network.driver].hasInterface) return allowed;
  const message = `network ${network.name} of driver ${network.driver} has nothing that can be changed`;
  return { ok: false, code: "FORBIDDEN", rule: "network-fixed", message };
}

export function canDeleteNetwork(topology: Topology, networkId: Id): Verdict {
  const network = topology.networks[networkId];
  if (!network) return gone("network", networkId);
  const message = `network ${network.name} is predefined and stays`;
  if (network.predefined) return { ok: false, code: "FORBIDDEN", rule: "network-predefined", message };
  const endpoints = endpointsOf(topology, networkId);
  if (endpoints.length === 0) return allowed;
  const listed = listing(
    endpoints.map(({ name, attachment }) =>
      attachment ? `${name} (in sandbox ${sandboxName(topology, attachment.sandboxId)})` : `${name} (not joined)`,
    ),
  );
  return conflict(
    "network-has-endpoints",
    `network ${network.name} has ${count(endpoints.length, "endpoint")}: ${listed}`,
    "delete its endpoints first",
  );
}

export function canDeleteSandbox(topology: Topology, sandboxId: Id): Verdict {
  const sandbox = topology.sandboxes[sandboxId];
  if (!sandbox) return gone("sandbox", sandboxId);
  const joined = endpointsIn(topology, sandboxId);
  if (joined.length === 0) return hasNoOccupants(topology, sandbox);
  const listed = listing(joined.map((endpoint) => endpointTitle(topology, endpoint)));
  return conflict(
    "sandbox-has-endpoints",
    `sandbox ${sandbox.name} has ${count(joined.length, "joined endpoint")}: ${listed}`,
    "let its endpoints leave first",
  );
}

function hasNoOccupants(topology: Topology, { id, name }: Sandbox): Verdict {
  const occupants = occupantsOf(topology, id);
  if (occupants.length === 0) return allowed;
  const listed = listing(occupants.map((occupant) => occupant.name));
  return conflict(
    "sandbox-is-shared",
    `sandbox ${name} is shared by ${count(occupants.length, "other")}: ${listed}`,
    "delete those first",
  );
}

export function canDeleteEndpoint(topology: Topology, endpointId: Id): Verdict {
  const endpoint = topology.endpoints[endpointId];
  return endpoint ? isNotJoined(topology, endpoint) : gone("endpoint", endpointId);
}

function isNotJoined(topology: Topology, endpoint: Endpoint): Verdict {
  if (!endpoint.attachment) return allowed;
  const where = sandboxName(topology, endpoint.attachment.sandboxId);
  const message = `endpoint ${endpointTitle(topology, endpoint)} is joined to sandbox ${where}`;
  return conflict("endpoint-joined", message, `let it leave ${where} first`);
}

/** Which networks a sandbox can be in at the same time. */
export function canBeMember(topology: Topology, network: Network, sandbox: Sandbox): Verdict {
  const owns = ownsNamespace(topology, sandbox);
  if (!owns.ok) return owns;
  const joined = endpointsIn(topology, sandbox.id);
  const networks = joined.flatMap((endpoint) => topology.networks[endpoint.networkId] ?? []);
  if (networks.some(({ id }) => id === network.id))
    return conflict("already-connected", `sandbox ${sandbox.name} is already in network ${network.name}`);
  return firstRefusal([
    () => fitsMode(network, sandbox),
    () => fitsOtherEnd(topology, network, sandbox),
    () => fitsNone(network, sandbox, networks),
  ]);
}

/** Whether endpoints and what they are told are the sandbox's own business. */
export function ownsNamespace(topology: Topology, { name, sharedWith }: Sandbox): Verdict {
  if (sharedWith === null) return allowed;
  const owner = sandboxName(topology, sharedWith);
  return conflict(
    "occupant-has-no-endpoints",
    `sandbox ${name} has no endpoints of its own: it shares those of ${owner}`,
    `connect ${owner}, and ${name} is connected with it`,
  );
}

function fitsMode(network: Network, sandbox: Sandbox): Verdict {
  const hostNetwork = network.driver === "host";
  const hostSandbox = sandbox.mode === "host";
  if (hostNetwork === hostSandbox || drivers[network.driver].paired) return allowed;
  return hostNetwork
    ? conflict(
        "host-network-needs-host-mode",
        `network ${network.name} is the host's own, and sandbox ${sandbox.name} has a namespace of its own`,
        "create a sandbox in host mode",
      )
    : conflict(
        "host-mode-needs-host-network",
        `sandbox ${sandbox.name} uses the host's namespace and can only be in the host network and at the end of links`,
        "create a sandbox in private mode",
      );
}

/** A link from the host to itself leads nowhere. */
function fitsOtherEnd(topology: Topology, network: Network, sandbox: Sandbox): Verdict {
  if (!drivers[network.driver].paired || sandbox.mode !== "host") return allowed;
  const homes = endpointsOf(topology, network.id).flatMap(({ attachment }) => attachment?.sandboxId ?? []);
  const other = homes.map((id) => topology.sandboxes[id]).find((home) => home?.mode === "host");
  if (!other) return allowed;
  return conflict(
    "both-ends-on-host",
    `the other end of network ${network.name} is in sandbox ${other.name}, which uses the host's namespace as ${sandbox.name} does`,
    "put one end into a sandbox in private mode",
  );
}

function fitsNone(network: Network, sandbox: Sandbox, networks: readonly Network[]): Verdict {
  const other = networks[0];
  const none = networks.find(({ driver }) => driver === "null");
  if (!other || (network.driver !== "null" && !none)) return allowed;
  return conflict(
    "none-excludes-others",
    `network ${(none ?? network).name} means no network, so sandbox ${sandbox.name} cannot be in ${other.name} and ${network.name}`,
    `leave ${other.name} first`,
  );
}

function hasFreePort(topology: Topology, network: Network): Verdict {
  const { maxEndpoints } = drivers[network.driver];
  if (maxEndpoints === Number.POSITIVE_INFINITY) return allowed;
  const joined = endpointsOf(topology, network.id).filter(({ attachment }) => attachment);
  if (joined.length < maxEndpoints) return allowed;
  const message = `network ${network.name} has ${joined.length} joined endpoints, and driver ${network.driver} takes no more`;
  const lift = "let an endpoint leave, or use a second network";
  return { ok: false, code: "EXHAUSTED", rule: "network-full", message, lift };
}

function hasFreeAddress(topology: Topology, network: Network): Verdict {
  for (const pool of network.pools) {
    const answer = requestAddress(pool, usedAddresses(topology, network.id, pool.family));
    if (!answer.ok) return { ...answer, message: `network ${network.name}: ${answer.message}` };
  }
  return allowed;
}

function nameFree(kind: ObjectKind, holder: Network | Sandbox | undefined): Verdict {
  if (!holder) return allowed;
  const message = `there is already a ${kind} called ${holder.name}`;
  return conflict("name-taken", message, "choose another name; upper and lower case are the same");
}

function gone(kind: ObjectKind, id: Id): Refusal {
  const message = `there is no ${kind} ${shortId(id)} any more`;
  return { ok: false, code: "NOT_FOUND", rule: `${kind}-not-found`, message };
}

function sandboxName(topology: Topology, id: Id): string {
  return topology.sandboxes[id]?.name ?? shortId(id);
}

function firstRefusal(checks: readonly (() => Verdict)[]): Verdict {
  for (const check of checks) {
    const verdict = check();
    if (!verdict.ok) return verdict;
  }
  return allowed;
}

function conflict(rule: string, message: string, lift?: string): Refusal {
  return { ok: false, code: "CONFLICT", rule, message, lift };
}
