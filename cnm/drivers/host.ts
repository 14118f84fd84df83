import { z } from "zod";
import type { DriverDefinition } from "./definition.ts";
import { predefinedOnly } from "./predefined-only.ts";

/** Networks of the host driver have no options. */
export const HostOptions = z.strictObject({});
export type HostOptions = z.infer<typeof HostOptions>;

export const hostDefinition: DriverDefinition<"host", typeof HostOptions> = {
  ...predefinedOnly,
  name: "host",
  title: "Host",
  options: HostOptions,
};
