import { choosePool } from "./choose-pool.ts";
import type { CommandOf } from "./commands.ts";
import { type DriverDefinition, drivers, givenKeys, parseOptions } from "./drivers/index.ts";
import { CnmError, enforce, invalid, type Problem, refused } from "./errors.ts";
import type { Facts } from "./facts.ts";
import { findNetwork } from "./lookup.ts";
import { Network } from "./network.ts";
import { type NetworkConfig, parseNetworkConfig } from "./network-config.ts";
import { canCreateNetwork, canDeleteNetwork, canUpdateNetwork, canUseDriver } from "./rules.ts";
import type { Change, Topology } from "./topology.ts";

export function createNetwork(topology: Topology, command: CommandOf<"network.create">, facts: Facts): Change[] {
  const network = makeNetwork(topology, command, { facts, predefined: false });
  return [{ kind: "network", id: network.id, before: null, after: network }];
}

/** The network of a command; only a predefined one may have a reserved name. */
export function makeNetwork(
  topology: Topology,
  command: CommandOf<"network.create">,
  { facts, predefined }: { facts: Facts; predefined: boolean },
): Network {
  const problems: Problem[] = [];
  const config = parseNetworkConfig(command, problems);
  if (!config) throw invalid(problems);
  enforce(canUseDriver(command.driver, facts.unsupported));
  if (!predefined) enforce(canCreateNetwork(topology, command.name));
  refuseTwinBridge(topology, config.options);
  const { options, addresses } = settle(config, command, facts);
  const pools = config.pools.map((request) => {
    const pool = choosePool(request, {
      topology,
      facts,
      device: options.bridge,
      addresses,
      paired: config.driver.paired ?? false,
    });
    const nobody = !request.ownGateway && config.driver.reservesGateway?.(options, pool.family) === false;
    return nobody ? { ...pool, gateway: null } : pool;
  });
  return Network.parse({
    id: command.newId,
    name: command.name,
    createdAt: command.at,
    driver: config.driver.name,
    scope: config.driver.scope,
    options,
    pools,
    internal: command.internal,
    predefined,
    labels: command.labels,
  });
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

function settle(
  { driver, options }: NetworkConfig,
  { options: labels }: CommandOf<"network.create">,
  facts: Facts,
): { options: Record<string, unknown>; addresses: readonly string[] } {
  const asGiven = { ok: true as const, options, addresses: [] };
  const settled = driver.settle?.(options, givenKeys(driver, labels), facts) ?? asGiven;
  if (settled.ok) return settled;
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
