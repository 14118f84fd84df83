import { z } from "zod";
import { Id, Labels, Name } from "./ids.ts";

/** A network namespace (or the host's) that endpoints are joined to. */
export const Sandbox = z.strictObject({
  id: Id,
  name: Name,
  createdAt: z.string(),
  /** "private" has a namespace of its own; "host" is the host's own namespace. */
  mode: z.enum(["private", "host"]),
  /** Made by a join: disappears with its last endpoint. One that a person created stays until deleted. */
  managed: z.boolean(),
  labels: Labels,
});
export type Sandbox = z.infer<typeof Sandbox>;
