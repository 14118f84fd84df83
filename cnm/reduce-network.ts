import { cidrOf } from "./cidr.ts";
import type { CommandOf } from "./commands.ts";
import { overlappingNetwork, overlappingRoute, requestPool } from "./default-pools.ts";
import { CnmError, enforce, invalid, type Problem } from "./errors.ts";
import type { Facts } from "./facts.ts";
import { findNetwork } from "./lookup.ts";
import { Network, type Pool } from "./network.ts";
import { automaticPool, type PoolRequest, parseNetworkConfig } from "./network-config.ts";
import { canCreateNetwork, canDeleteNetwork, canUseDriver } from "./rules.ts";
import type { Change, Topology } from "./topology.ts";

export function createNetwork(topology: Topology, command: CommandOf<"network.create">, facts: Facts): Change[] {
  const problems: Problem[] = [];
  const config = parseNetworkConfig(command, problems);
  if (!config) throw invalid(problems);
  enforce(canUseDriver(command.driver, facts.unsupported));
  enforce(canCreateNetwork(topology, command.name));
  const pools = config.pools.map((request) => choosePool(topology, request, facts));
  const network = Network.parse({
    id: command.newId,
    name: command.name,
    createdAt: command.at,
    driver: config.driver.name,
    scope: config.driver.scope,
    options: config.options,
    pools,
    internal: command.internal,
    predefined: false,
    labels: command.labels,
  });
  return [{ kind: "network", id: network.id, before: null, after: network }];
}

export function deleteNetwork(topology: Topology, command: CommandOf<"network.delete">): Change[] {
  const network = findNetwork(topology, command.network);
  enforce(canDeleteNetwork(topology, network.id));
  return [{ kind: "network", id: network.id, before: network, after: null }];
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
