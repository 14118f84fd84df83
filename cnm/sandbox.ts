import { z } from "zod";
import { Id, Labels, Name, shortId } from "./ids.ts";
import { Origin } from "./origin.ts";
import { SandboxOptions } from "./sandbox-options.ts";

export const SandboxMode = z.enum(["private", "host", "shared"]);
export type SandboxMode = z.infer<typeof SandboxMode>;

/** A network namespace (or the host's) that endpoints are joined to. */
export const Sandbox = z.strictObject({
  id: Id,
  name: Name,
  createdAt: z.string(),
  /**
   * "private" has a namespace of its own; "host" is the host's; "shared" is an occupant of another sandbox's; "adopted" has one
   * that somebody else has made.
   */
  mode: z.enum([...SandboxMode.options, "adopted"]),
  /** Of an occupant: the sandbox whose namespace it is in; null for all others. */
  sharedWith: Id.nullable().default(null),
  /** Where an adopted one is from; null for all others. */
  origin: Origin.nullable().default(null),
  /** Made by a join: disappears with its last endpoint. One that a person created stays until deleted. */
  managed: z.boolean(),
  labels: Labels,
  options: SandboxOptions,
});
export type Sandbox = z.infer<typeof Sandbox>;

/** "a.b.c" is host "a" in the domain "b.c", unless a domain is given by itself. */
export function hostnameOf({ id, options }: Pick<Sandbox, "id" | "options">): { host: string; domain: string } {
  const { hostname, domainname } = options;
  if (hostname === "" || domainname !== "") return { host: hostname || shortId(id), domain: domainname };
  const [host = "", ...domain] = hostname.split(".");
  return { host, domain: domain.join(".") };
}
