import { z } from "zod";
import type { DriverDefinition } from "./definition.ts";

/** Networks of the host driver have no options. */
export const HostOptions = z.strictObject({});
export type HostOptions = z.infer<typeof HostOptions>;

export const hostDefinition: DriverDefinition<"host", typeof HostOptions> = {
  name: "host",
  title: "Host",
  scope: "local",
  connectivityScope: "local",
  creatable: false,
  hasPools: false,
  hasInterface: false,
  interfacePrefix: () => "",
  maxEndpoints: Number.POSITIVE_INFINITY,
  options: HostOptions,
  labels: [],
};
