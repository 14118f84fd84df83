import type { Endpoint } from "#cnm/endpoint.ts";
import { type Id, Name, nameKey } from "#cnm/ids.ts";
import { endpointsOf } from "#cnm/members.ts";
import type { Link } from "#cnm/ports.ts";
import type { Topology } from "#cnm/topology.ts";

/** Links while they are made. Pure. */

export interface LinkTarget {
  id: Id;
  /** Its sandbox, or the endpoint itself where it is not joined. */
  name: string;
}

/** The other endpoints of the network, by the names that people know them by. */
export function linkTargets(topology: Topology, { id, networkId }: Endpoint): LinkTarget[] {
  return endpointsOf(topology, networkId)
    .filter((other) => other.id !== id)
    .map((other) => ({ id: other.id, name: targetName(topology, other) }))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

export function targetName(topology: Topology, { name, attachment }: Endpoint): string {
  return (attachment && topology.sandboxes[attachment.sandboxId]?.name) ?? `${name} (not joined)`;
}

/** As docker-run(1)'s --link, with an id that no renaming touches. */
export function linkText({ endpointId, alias }: Link): string {
  return `${endpointId}:${alias}`;
}

/** Why an alias cannot be taken; null where it can. */
export function aliasProblem(links: readonly Link[], alias: string): string | null {
  if (links.some((link) => nameKey(link.alias) === nameKey(alias))) return `the alias ${alias} is there already`;
  const shape = Name.safeParse(alias);
  return shape.success ? null : (shape.error.issues[0]?.message ?? "is not a name");
}
