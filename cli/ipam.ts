import type { Command } from "commander";
import { type AddressMap, addressMap, formatCount } from "#cnm/address-map.ts";
import type { Network, Pool } from "#cnm/network.ts";
import { type PoolCapacity, type PoolOccupant, whatOccupies } from "#cnm/pool-capacity.ts";
import type { Topology } from "#cnm/topology.ts";
import { type Cli, perform } from "./command.ts";
import { table, visible } from "./output.ts";

export function addIpamCommands(program: Command): void {
  const ipam = program.command("ipam").description("which subnets and addresses are taken, and which are left");
  perform(
    ipam.command("ls", { isDefault: true }).description("list the subnets of networks, and the default pools"),
    listAddresses,
  );
}

interface Subnet {
  network: Network;
  pool: Pool;
  map: AddressMap;
}

async function listAddresses(cli: Cli): Promise<void> {
  const [{ topology }, { defaultPools }] = await Promise.all([cli.api.topology.get.query(), cli.api.ipam.list.query()]);
  const subnets = subnetsOf(topology);
  cli.show({ subnets: subnets.map(subnetJson), defaultPools }, () =>
    [
      table(
        ["NETWORK", "SUBNET", "IP RANGE", "GATEWAY", "USED", "FREE", "RESERVED", "CAPACITY"],
        subnets.map(subnetRow),
      ),
      "",
      table(["DEFAULT POOLS", "TOTAL", "USED", "AVOIDED", "LEFT", "NEXT"], defaultPools.map(poolRow)),
      ...defaultPools.flatMap(({ occupants }) => occupants.flatMap(avoidanceLine)),
    ].join("\n"),
  );
}

function subnetsOf(topology: Topology): Subnet[] {
  return Object.values(topology.networks)
    .sort((a, b) => a.name.localeCompare(b.name, "en"))
    .flatMap((network) => network.pools.map((pool) => ({ network, pool, map: addressMap(topology, network, pool) })));
}

/** JSON has no integers as large as an IPv6 subnet: counts are decimal digits as text. */
function subnetJson({ network: { id, name }, pool, map }: Subnet) {
  const { used, free, outside, reserved, capacity } = map;
  const counts = Object.entries({ used, free, outside, reserved, capacity });
  return { network: { id, name }, ...pool, ...Object.fromEntries(counts.map(([key, n]) => [key, String(n)])) };
}

function subnetRow({ network, pool, map }: Subnet): string[] {
  const counts = [map.used, map.free, map.reserved, map.capacity].map(formatCount);
  return [network.name, pool.subnet, pool.ipRange ?? "", pool.gateway ?? "", ...counts];
}

function poolRow({ family, total, used, avoided, next }: PoolCapacity): string[] {
  return [`IPv${family}`, ...[total, used, avoided, total - used - avoided].map(String), next ?? "none is left"];
}

function avoidanceLine(occupant: PoolOccupant): string[] {
  return occupant.kind === "network" ? [] : [visible(`avoided: ${whatOccupies(occupant)}`)];
}
