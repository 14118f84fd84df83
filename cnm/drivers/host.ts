import { z } from "zod";

/** Networks of the host driver have no options. */
export const HostOptions = z.strictObject({});
export type HostOptions = z.infer<typeof HostOptions>;
