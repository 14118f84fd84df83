import type { Edge, Node, NodeHandle, Position as Side } from "@xyflow/react";
import { gatewayMode } from "#cnm/drivers/bridge.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import type { Layout, Position, TopologyState } from "#cnm/events.ts";
import type { Id } from "#cnm/ids.ts";
import { occupantsOf } from "#cnm/members.ts";
import type { DriverName, Network, NetworkOf } from "#cnm/network.ts";
import { sourceWords } from "#cnm/origin.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import { count, listing } from "#cnm/text.ts";
import { type LinkEdge, linksOf } from "./links.ts";
import { headHeight, type Row, rowCenter, rowsOf, sandboxHeight } from "./sandbox-rows.ts";
import { type Status, statusOf, statusWords } from "./status.ts";

/** The topology as cards and cables. Pure; sizes are fixed per content so that nothing has to be measured to be drawn. */

export interface NetworkData extends Record<string, unknown> {
  name: string;
  driver: DriverName;
  subnets: string[];
  members: number;
  badges: string[];
  predefined: boolean;
  status: Status;
  problem: string | null;
}

export interface SandboxData extends Record<string, unknown> {
  name: string;
  mode: Sandbox["mode"];
  managed: boolean;
  /** Whose namespace an adopted one has: "process 1234 (nginx)". */
  origin: string | null;
  rows: Row[];
  /** Who else is in its namespace, by name. */
  occupants: string[];
  status: Status;
  problem: string | null;
}

export interface CableData extends Record<string, unknown> {
  driver: DriverName;
  status: Status;
  label: string;
  /** Its network keeps its endpoints apart. */
  apart: boolean;
  /** A point-to-point network, which is no card but the line between two sandboxes. */
  wire: boolean;
}

export type NetworkNode = Node<NetworkData, "network">;
export type SandboxNode = Node<SandboxData, "sandbox">;
export type Card = NetworkNode | SandboxNode;
export type CableEdge = Edge<CableData, "cable">;
/** Whatever joins two cards. */
export type Line = CableEdge | LinkEdge;

export interface Graph {
  cards: Card[];
  cables: CableEdge[];
  links: LinkEdge[];
}

export const cardWidth = 220;
export const networkHeight = (subnets: number): number => headHeight + 18 * Math.max(1, subnets) + 2;

/** Cards with the positions that are known; a card without one stands at the origin until `place` has found it a spot. */
export function toGraph(state: TopologyState, layout: Layout): Graph {
  const { topology } = state;
  const byNetwork = groupBy(Object.values(topology.endpoints), (endpoint) => endpoint.networkId);
  const bySandbox = groupBy(Object.values(topology.endpoints), (endpoint) => endpoint.attachment?.sandboxId ?? "");
  const at = (id: Id): Position => layout[id] ?? { x: 0, y: 0 };
  return {
    cards: [
      ...Object.values(topology.networks)
        .filter((network) => !isWire(network, byNetwork.get(network.id)))
        .map((network) =>
          networkCard(state, network, { endpoints: byNetwork.get(network.id) ?? [], position: at(network.id) }),
        ),
      // An occupant is on the card of the sandbox whose namespace it is in.
      ...Object.values(topology.sandboxes)
        .filter(({ sharedWith }) => sharedWith === null)
        .map((sandbox) =>
          sandboxCard(state, sandbox, { endpoints: bySandbox.get(sandbox.id) ?? [], position: at(sandbox.id) }),
        ),
    ],
    cables: [
      ...Object.values(topology.networks).flatMap((network) => wireOf(state, network, byNetwork.get(network.id)) ?? []),
      ...Object.values(topology.endpoints).flatMap((endpoint) => {
        const { networkId } = endpoint;
        const network = topology.networks[networkId];
        return network && !isWire(network, byNetwork.get(networkId)) ? (cableOf(state, network, endpoint) ?? []) : [];
      }),
    ],
    links: linksOf(topology),
  };
}

/** Of the first object that is not up, if any: endpoints in no sandbox have no row, so their network's card speaks for them. */
function troubledOf(state: TopologyState, objects: readonly { id: Id; name: string }[]) {
  const troubled = objects.find(({ id }) => statusOf(state, id) !== "up");
  if (!troubled) return { status: "up" as const, problem: null };
  const words = state.problems[troubled.id]?.message;
  return { status: statusOf(state, troubled.id), problem: words ? `${troubled.name}: ${words}` : null };
}

function networkCard(
  state: TopologyState,
  network: Network,
  { endpoints, position }: { endpoints: readonly Endpoint[]; position: Position },
): NetworkNode {
  const subnets = network.pools.map((pool) => pool.subnet);
  const height = networkHeight(subnets.length);
  const loose = endpoints.filter(({ attachment }) => !attachment);
  const { status, problem } = troubledOf(state, [network, ...loose]);
  const members = endpoints.length;
  const data: NetworkData = {
    name: network.name,
    driver: network.driver,
    subnets,
    members,
    badges: [...badgesOf(network), ...(loose.length > 0 ? [`${loose.length} not joined`] : [])],
    predefined: network.predefined,
    status,
    problem,
  };
  const facts = [network.driver, ...subnets, ...data.badges, count(members, "endpoint"), statusWords[status]];
  return {
    id: network.id,
    type: "network",
    position,
    data,
    ...sized(height),
    handles: [
      { id: "anchor", type: "target", position: left, x: 0, y: height / 2, width: 1, height: 1 },
      ...cableHandles(left, height),
    ],
    ariaLabel: `Network ${network.name}, ${facts.join(", ")}`,
  };
}

function sandboxCard(
  state: TopologyState,
  sandbox: Sandbox,
  { endpoints, position }: { endpoints: readonly Endpoint[]; position: Position },
): SandboxNode {
  const rows = rowsOf(state, endpoints);
  const status = statusOf(state, sandbox.id);
  const data: SandboxData = {
    name: sandbox.name,
    mode: sandbox.mode,
    managed: sandbox.managed,
    origin: sandbox.origin && sourceWords(sandbox.origin.source),
    rows,
    occupants: occupantsOf(state.topology, sandbox.id).map(({ name }) => name),
    status,
    problem: state.problems[sandbox.id]?.message ?? null,
  };
  const height = sandboxHeight(rows, data.occupants.length > 0);
  const anchors = rows.map((row): NodeHandle => {
    return { id: row.id, type: "source", position: right, x: cardWidth - 1, y: rowCenter(row), width: 1, height: 1 };
  });
  return {
    id: sandbox.id,
    type: "sandbox",
    position,
    data,
    ...sized(height),
    handles: [...anchors, ...cableHandles(right, height)],
    ariaLabel: sandboxName(data),
  };
}

/** Sizes are told to React Flow as if measured: cards out of sight are never drawn, and still count when the view is fitted. */
function sized(height: number) {
  return { width: cardWidth, height, measured: { width: cardWidth, height } };
}

/** React Flow's enum without its code: this file is pure. */
const left = "left" as Side;
const right = "right" as Side;

/** The socket a cable is picked up at, and where one that is let go anywhere on the card is drawn to. */
function cableHandles(side: Side, height: number): NodeHandle[] {
  const socket = { x: side === left ? -14 : cardWidth - 14, y: side === left ? height / 2 - 14 : 8 };
  return [
    { id: "cable", type: "source", position: side, ...socket, width: 28, height: 28 },
    {
      id: "body",
      type: "target",
      position: side,
      x: side === left ? 0 : cardWidth,
      y: height / 2,
      width: 1,
      height: 1,
    },
  ];
}

function sandboxName({ name, mode, origin, rows, occupants, status }: SandboxData): string {
  const shared = occupants.length > 0 ? `, shared by ${listing(occupants)}` : "";
  const place = origin ? `, adopted from ${origin}` : mode === "host" ? ", host mode" : "";
  const head = `Sandbox ${name}${place}${shared}, ${statusWords[status]}, ${count(rows.length, "endpoint")}`;
  return rows.length > 0 ? `${head}: ${rows.map(({ text }) => text).join("; ")}` : head;
}

/** Both of its ends are in sandboxes; a point-to-point network that waits for one is a card like any other. */
function isWire({ driver }: Network, endpoints: readonly Endpoint[] = []): boolean {
  return driver === "ptp" && endpoints.filter(({ attachment }) => attachment).length === 2;
}

/** The line of a point-to-point network; its id is the network's, as there is nothing else of it to click. */
function wireOf(state: TopologyState, network: Network, endpoints: readonly Endpoint[] = []): CableEdge | null {
  const [a, b] = endpoints.filter(({ attachment }) => attachment);
  const [from, to] = [a, b].map((end) => state.topology.sandboxes[end?.attachment?.sandboxId ?? ""]);
  if (!isWire(network, endpoints) || !a || !b || !from || !to) return null;
  const { status } = troubledOf(state, [network, a, b]);
  return {
    id: network.id,
    type: "cable",
    source: from.id,
    sourceHandle: a.id,
    target: to.id,
    targetHandle: b.id,
    data: { driver: network.driver, status, label: network.name, apart: false, wire: true },
    ariaLabel: `${network.name}, point-to-point link of ${from.name} and ${to.name}, ${statusWords[status]}`,
  };
}

function cableOf(state: TopologyState, network: Network, endpoint: Endpoint): CableEdge | null {
  const sandbox = endpoint.attachment && state.topology.sandboxes[endpoint.attachment.sandboxId];
  if (!sandbox) return null;
  const status = statusOf(state, endpoint.id);
  const device = endpoint.attachment?.interfaceName || endpoint.name;
  const apart = network.driver === "bridge" && !network.options.icc;
  return {
    id: endpoint.id,
    type: "cable",
    source: sandbox.id,
    sourceHandle: endpoint.id,
    target: network.id,
    targetHandle: "anchor",
    data: {
      driver: network.driver,
      status,
      label: [device, endpoint.ipv4 ?? endpoint.ipv6].filter(Boolean).join(" · "),
      apart,
      wire: false,
    },
    ariaLabel: `${device} of ${sandbox.name} to ${network.name}, ${statusWords[status]}${apart ? ", kept apart from other endpoints" : ""}`,
  };
}

/** What sets a network apart, in a word or two each. */
export function badgesOf(network: Network): string[] {
  return [
    ...(network.internal ? ["internal"] : []),
    ...(network.predefined ? ["predefined"] : []),
    ...(network.driver === "bridge" ? bridgeBadges(network) : []),
  ];
}

/** What is not as in most networks. */
function bridgeBadges({ options, pools }: NetworkOf<"bridge">): string[] {
  const modes = new Set(pools.map(({ family }) => gatewayMode(options, family)).filter((mode) => mode !== "nat"));
  return [...(options.icc ? [] : ["ICC off"]), ...modes, ...(options.mtu === 1500 ? [] : [`MTU ${options.mtu}`])];
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
