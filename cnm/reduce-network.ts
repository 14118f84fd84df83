import { cidrOf } from "./cidr.ts";
import type { CommandOf } from "./commands.ts";
import { overlappingNetwork, overlappingRoute, requestPool } from "./default-pools.ts";
import { type DriverDefinition, drivers, givenKeys, parseOptions } from "./drivers/index.ts";
import { CnmError, enforce, invalid, type Problem, refused } from "./errors.ts";
import type { Facts } from "./facts.ts";
import { findNetwork } from "./lookup.ts";
import { Network, type Pool } from "./network.ts";
import { automaticPool, type NetworkConfig, type PoolRequest, parseNetworkConfig } from "./network-config.ts";
import { canCreateNetwork, canDeleteNetwork, canUpdateNetwork, canUseDriver } from "./rules.ts";
import type { Change, Topology } from "./topology.ts";

export function createNetwork(topology: Topology, command: CommandOf<"network.create">, facts: Facts): Change[] {
  const problems: Problem[] = [];
  const config = parseNetworkConfig(command, problems);
  if (!config) throw invalid(problems);
  enforce(canUseDriver(command.driver, facts.unsupported));
  enforce(canCreateNetwork(topology, command.name));
  const options = settleOptions(config, command, facts);
  refuseTwinBridge(topology, options);
  const pools = config.pools.map((request) => choosePool(topology, request, facts));
  const network = Network.parse({
    id: command.newId,
    name: command.name,
    createdAt: command.at,
    driver: config.driver.name,
    scope: config.driver.scope,
    options,
    pools,
    internal: command.internal,
    predefined: false,
    labels: command.labels,
  });
  return [{ kind: "network", id: network.id, before: null, after: network }];
}

/** Changes options of a network that is in use; its endpoints stay as they are. */
export function updateNetwork(topology: Topology, command: CommandOf<"network.update">): Change[] {
  const before = findNetwork(topology, command.network);
  enforce(canUpdateNetwork(topology, before.id));
  const driver: DriverDefinition = drivers[before.driver];
  const parsed = parseOptions(driver, command.options, before.options);
  if (!parsed.ok) throw invalid(parsed.problems);
  const internal = command.internal ?? before.internal;
  const families = before.pools.map(({ family }) => family);
  const problems = driver.conflicts?.(parsed.options, { families, internal }) ?? [];
  if (problems.length > 0) throw invalid(problems);
  const after = Network.parse({ ...before, options: parsed.options, internal });
  return sameJson(before, after) ? [] : [{ kind: "network", id: before.id, before, after }];
}

export function deleteNetwork(topology: Topology, command: CommandOf<"network.delete">): Change[] {
  const network = findNetwork(topology, command.network);
  enforce(canDeleteNetwork(topology, network.id));
  return [{ kind: "network", id: network.id, before: network, after: null }];
}

function settleOptions(
  { driver, options }: NetworkConfig,
  { options: labels }: CommandOf<"network.create">,
  facts: Facts,
): Record<string, unknown> {
  const settled = driver.settle?.(options, givenKeys(driver, labels), facts) ?? { ok: true as const, options };
  if (settled.ok) return settled.options;
  throw refused(settled);
}

function refuseTwinBridge(topology: Topology, { bridge }: { bridge?: unknown }): void {
  const twin = Object.values(topology.networks).find(
    (network) => network.driver === "bridge" && network.options.bridge !== null && network.options.bridge === bridge,
  );
  if (!twin) return;
  throw new CnmError("CONFLICT", `network ${twin.name} has the bridge ${bridge} already`, {
    rule: "bridge-taken",
    lift: "give another device name, or none to have one made",
  });
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function choosePool(topology: Topology, request: PoolRequest, facts: Facts): Pool {
  if (!request.pool) return automaticPool(requestPool(topology, request.family, facts));
  refuseOverlap(topology, request.pool.subnet, facts);
  return request.pool;
}

function refuseOverlap(topology: Topology, subnet: string, facts: Facts): void {
  const lift = "give another subnet, or none to have one chosen";
  const used = overlappingNetwork(topology, cidrOf(subnet));
  if (used)
    throw new CnmError("CONFLICT", `${subnet} overlaps ${used.text} of network ${used.network.name}`, {
      rule: "subnet-overlaps-network",
      lift,
    });
  const route = overlappingRoute(facts, cidrOf(subnet));
  if (route)
    throw new CnmError("CONFLICT", `${subnet} overlaps ${route.text}, which this host reaches through ${route.dev}`, {
      rule: "subnet-overlaps-route",
      lift,
    });
}
