import type { Endpoint } from "#cnm/endpoint.ts";
import type { Network } from "#cnm/network.ts";
import type { KernelObject } from "#server/kernel/objects.ts";
import { bridgeDriver } from "./bridge/bridge.ts";
import type { Driver, JoinContext } from "./driver.ts";
import { hostDriver } from "./host/host.ts";
import { nullDriver } from "./null/null.ts";

const drivers = { null: nullDriver, host: hostDriver, bridge: bridgeDriver };

/** The driver of a network. The table's keys are the discriminant of `Network`, so the pair always fits. */
function driverOf(network: Network): Driver {
  return drivers[network.driver] as Driver;
}

export function networkObjects(network: Network): KernelObject[] {
  return driverOf(network).network(network);
}

/** Endpoint and network must belong together. */
export function endpointObjects(network: Network, endpoint: Endpoint, join: JoinContext): KernelObject[] {
  return driverOf(network).endpoint(network, endpoint, join);
}
