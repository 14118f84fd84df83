import type { DriverName } from "../network.ts";
import { bridgeDefinition } from "./bridge.ts";
import type { DriverDefinition } from "./definition.ts";
import { hostDefinition } from "./host.ts";
import { nullDefinition } from "./null.ts";
import { ptpDefinition } from "./ptp.ts";

export { type DriverDefinition, givenKeys, type OptionLabel, type ParsedOptions, parseOptions } from "./definition.ts";

/** Every driver there is, in the order people see them. */
export const drivers: { readonly [D in DriverName]: DriverDefinition<D> } = {
  bridge: bridgeDefinition,
  ptp: ptpDefinition,
  host: hostDefinition,
  null: nullDefinition,
};

/** A driver by a name that may be anything. */
export function findDriver(name: string): DriverDefinition<DriverName> | undefined {
  return Object.values(drivers).find((driver) => driver.name === name);
}
