import { z } from "zod";
import type { DriverDefinition } from "./definition.ts";
import { predefinedOnly } from "./predefined-only.ts";

/** Networks of the null driver have no options. */
export const NullOptions = z.strictObject({});
export type NullOptions = z.infer<typeof NullOptions>;

export const nullDefinition: DriverDefinition<"null", typeof NullOptions> = {
  ...predefinedOnly,
  name: "null",
  title: "None",
  options: NullOptions,
};
