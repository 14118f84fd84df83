import type { Endpoint } from "#cnm/endpoint.ts";
import type { DriverName, Network } from "#cnm/network.ts";
import { type KernelObject, keyOf } from "#server/kernel/objects.ts";
import { bridgeDriver } from "./bridge/bridge.ts";
import type { Driver, HostSettings, JoinContext } from "./driver.ts";
import { hostDriver } from "./host/host.ts";
import { nullDriver } from "./null/null.ts";
import { ptpDriver } from "./ptp/ptp.ts";

const drivers = { null: nullDriver, host: hostDriver, bridge: bridgeDriver, ptp: ptpDriver };

/** The driver of a network. The table's keys are the discriminant of `Network`, so the pair always fits. */
function driverOf(network: Network): Driver {
  return drivers[network.driver] as Driver;
}

/** What the networks need once on the host; several drivers may need the same. */
export function sharedObjects(networks: readonly Network[], host: HostSettings): KernelObject[] {
  const all = Object.values<Driver>(drivers as Record<DriverName, Driver>).flatMap((driver) => {
    const own = networks.filter((network) => network.driver === driver.name);
    return own.length > 0 ? (driver.shared?.(own, host) ?? []) : [];
  });
  return [...new Map(all.map((object) => [keyOf(object), object])).values()];
}

export function networkObjects(network: Network, host: HostSettings): KernelObject[] {
  return driverOf(network).network(network, host);
}

/** Endpoint and network must belong together. */
export function endpointObjects(network: Network, endpoint: Endpoint, join: JoinContext): KernelObject[] {
  return driverOf(network).endpoint(network, endpoint, join);
}
