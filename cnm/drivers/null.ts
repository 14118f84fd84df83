import { z } from "zod";

/** Networks of the null driver have no options. */
export const NullOptions = z.strictObject({});
export type NullOptions = z.infer<typeof NullOptions>;
