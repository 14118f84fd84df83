import { z } from "zod";
import type { DriverDefinition } from "./definition.ts";

/** Networks of the null driver have no options. */
export const NullOptions = z.strictObject({});
export type NullOptions = z.infer<typeof NullOptions>;

export const nullDefinition: DriverDefinition<"null", typeof NullOptions> = {
  name: "null",
  title: "None",
  scope: "local",
  connectivityScope: "local",
  creatable: false,
  hasPools: false,
  hasInterface: false,
  interfacePrefix: () => "",
  maxEndpoints: Number.POSITIVE_INFINITY,
  options: NullOptions,
  labels: [],
};
