import type { Endpoint } from "#cnm/endpoint.ts";
import type { TopologyState } from "#cnm/events.ts";
import { gatewayCandidates } from "#cnm/gateway-candidates.ts";
import type { Id } from "#cnm/ids.ts";
import { formatPublication } from "#cnm/ports.ts";
import { listing } from "#cnm/text.ts";
import { type PortLine, portLine } from "./port-chips.ts";
import { type Status, statusOf } from "./status.ts";

/** The rows of a sandbox's card, one per endpoint. Pure; all sizes in canvas pixels, known before anything is drawn. */

export interface Row {
  id: Id;
  interfaceName: string;
  address: string;
  network: string;
  /** The default routes that go through it, "IPv4 and IPv6"; "" also where there is no other way they could go. */
  crown: string;
  /** A second line of the row. */
  ports: PortLine | null;
  /** "eth0 172.17.0.2/16 on net, publishing 8080:80/tcp". */
  text: string;
  /** From the card's top. */
  top: number;
  height: number;
  status: Status;
  problem: string | null;
}

export const headHeight = 46;
const lineHeight = 26;
const portsHeight = 22;

/** The rows in the order of interfaces, below each other. */
export function rowsOf(state: TopologyState, endpoints: readonly Endpoint[]): Row[] {
  let top = headHeight;
  const crowns = crownsOf(state, endpoints);
  return endpoints
    .map((endpoint) => rowOf(state, endpoint, crowns.get(endpoint.id) ?? ""))
    .sort(byInterface)
    .map((row) => {
      const placed = { ...row, top };
      top += row.height;
      return placed;
    });
}

/** With a line for those who share the namespace, if anybody does. */
export function sandboxHeight(rows: readonly Row[], shared = false): number {
  const last = rows.at(-1);
  return (last ? last.top + last.height + 6 : headHeight) + (shared ? lineHeight : 0);
}

/** From the card's top to where the row's cable begins: the middle of its first line. */
export const rowCenter = ({ top }: Row): number => top + lineHeight / 2;

function crownsOf({ topology }: TopologyState, endpoints: readonly Endpoint[]): Map<Id, string> {
  const home = endpoints[0]?.attachment?.sandboxId;
  const able = endpoints.length > 1 && home ? gatewayCandidates(topology, home) : [];
  return new Map(able.length > 1 ? able.map(({ endpoint, provides }) => [endpoint.id, provides]) : []);
}

function rowOf(state: TopologyState, endpoint: Endpoint, crown: string): Omit<Row, "top"> {
  const interfaceName = endpoint.attachment?.interfaceName ?? "";
  const address = endpoint.ipv4 ?? endpoint.ipv6 ?? "";
  const network = state.topology.networks[endpoint.networkId]?.name ?? "";
  const ports = portLine(endpoint.ports);
  const publishing = ports ? `, publishing ${listing(endpoint.ports.map(formatPublication))}` : "";
  return {
    id: endpoint.id,
    interfaceName,
    address,
    network,
    crown,
    ports,
    text: `${[interfaceName || "member", address].filter(Boolean).join(" ")} on ${network}${crown ? `, ${crown} default route` : ""}${publishing}`,
    height: lineHeight + (ports ? portsHeight : 0),
    status: statusOf(state, endpoint.id),
    problem: state.problems[endpoint.id]?.message ?? null,
  };
}

type Sorted = Pick<Row, "interfaceName" | "network">;

function byInterface(a: Sorted, b: Sorted): number {
  return a.interfaceName.localeCompare(b.interfaceName, "en", { numeric: true }) || a.network.localeCompare(b.network);
}
