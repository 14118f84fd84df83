import type { Edge } from "@xyflow/react";
import { displayName } from "#cnm/describe.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import type { Id } from "#cnm/ids.ts";
import type { Topology } from "#cnm/topology.ts";

export interface LinkData extends Record<string, unknown> {
  /** The endpoint that has the link: what a click selects. */
  owner: Id;
  alias: string;
  /** "app links to db as database". */
  title: string;
}

export type LinkEdge = Edge<LinkData, "link">;

/**
 * An arrow from the row of each endpoint that links to the row of the one it links to. Both must be joined, or there is no
 * card to begin or end at. Pure.
 */
export function linksOf(topology: Topology): LinkEdge[] {
  return Object.values(topology.endpoints).flatMap((owner) =>
    owner.links.flatMap(({ endpointId, alias }) => {
      const target = topology.endpoints[endpointId];
      return target ? (linkEdge(topology, { owner, target, alias }) ?? []) : [];
    }),
  );
}

function linkEdge(
  topology: Topology,
  { owner, target, alias }: { owner: Endpoint; target: Endpoint; alias: string },
): LinkEdge | null {
  if (!owner.attachment || !target.attachment) return null;
  const [from, to] = [owner.attachment.sandboxId, target.attachment.sandboxId];
  const title = `${displayName(topology, "sandbox", from)} links to ${displayName(topology, "sandbox", to)} as ${alias}`;
  return {
    id: `link ${owner.id} ${alias}`,
    type: "link",
    source: from,
    sourceHandle: owner.id,
    target: to,
    targetHandle: target.id,
    data: { owner: owner.id, alias, title },
    ariaLabel: title,
    focusable: false,
    selectable: false,
  };
}
