import type { Endpoint } from "./endpoint.ts";
import { CnmError } from "./errors.ts";
import type { Facts } from "./facts.ts";
import type { Id } from "./ids.ts";
import { endpointTitle } from "./lookup.ts";
import { select } from "./objects.ts";
import {
  addressesClash,
  formatPublication,
  hostAddressesOf,
  type Publication,
  type PublicationRequest,
} from "./ports.ts";
import type { Topology } from "./topology.ts";

type Addresses = Pick<Endpoint, "id" | "ipv4" | "ipv6">;

/** Host ports in a row on an address, and who has them. */
interface Held {
  protocol: Publication["protocol"];
  address: string;
  from: number;
  count: number;
  holder: string;
}

/**
 * What the requests come to: exact host ports first, then ranges, then any free port, so that what has no choice is not
 * robbed of it. `kept`: what the endpoint publishes already, so that the same request gives the same port again. Throws
 * CONFLICT naming the holder, or EXHAUSTED. Pure: whether a program of the host holds the port is found when it is bound.
 */
export function choosePublications(
  topology: Topology,
  {
    endpoint,
    requests,
    kept,
  }: { endpoint: Addresses; requests: readonly PublicationRequest[]; kept: readonly Publication[] },
  facts: Facts,
): Publication[] {
  const held = heldBy(topology, endpoint.id);
  const chosen = new Map<PublicationRequest, Publication>();
  for (const request of [...requests].sort((a, b) => freedom(a) - freedom(b))) {
    const publication = choose({ request, endpoint, held, kept }, facts);
    held.push(...holdings(publication, endpoint, "this endpoint"));
    chosen.set(request, publication);
  }
  return requests.flatMap((request) => chosen.get(request) ?? []);
}

/** 0: no choice, 1: some, 2: any. */
function freedom({ hostPorts, count }: PublicationRequest): number {
  if (hostPorts === null) return 2;
  return hostPorts.count > count ? 1 : 0;
}

interface Choice {
  request: PublicationRequest;
  endpoint: Addresses;
  held: readonly Held[];
  kept: readonly Publication[];
}

function choose({ request, endpoint, held, kept }: Choice, facts: Facts): Publication {
  const { hostPorts, ...rest } = request;
  const at = (hostPort: number): Publication => ({ ...rest, hostPort });
  const isFree = (publication: Publication) => !clash(publication, endpoint, held);
  const before = kept.find((old) => isAnswer(old, request));
  if (before && isFree(before)) return before;
  if (hostPorts && hostPorts.count <= request.count) return exactly(at(hostPorts.from), endpoint, held);
  const range = hostPorts ?? ephemeral(facts);
  const busy = [...held, ...facts.portsInUse.map(inUse)];
  const start = hostPorts ? 0 : seed(endpoint.id) % range.count;
  for (let i = 0; i < range.count; i++) {
    const hostPort = range.from + ((start + i) % range.count);
    if (hostPort + request.count > range.from + range.count) continue;
    if (!clash(at(hostPort), endpoint, busy)) return at(hostPort);
  }
  throw new CnmError(
    "EXHAUSTED",
    `no ${request.count === 1 ? "port" : `${request.count} ports in a row`} of ${range.from} to ${range.from + range.count - 1} is free for ${request.protocol}`,
    { rule: "no-port-left", lift: "give another range, or publish less" },
  );
}

/** Whether the publication is what the request asks for, among other answers that would be as good. */
export function isAnswer(old: Publication, request: PublicationRequest): boolean {
  const { hostPorts } = request;
  const same = (["protocol", "port", "count", "hostAddress"] as const).every((key) => old[key] === request[key]);
  const inside =
    hostPorts && old.hostPort >= hostPorts.from && old.hostPort + old.count <= hostPorts.from + hostPorts.count;
  return same && (hostPorts === null || inside === true);
}

function exactly(publication: Publication, endpoint: Addresses, held: readonly Held[]): Publication {
  const twin = clash(publication, endpoint, held);
  if (!twin) return publication;
  throw new CnmError("CONFLICT", `${formatPublication(publication)}: port is already allocated by ${twin.holder}`, {
    rule: "port-taken",
    lift: "choose another host port or address, or none to have one chosen",
  });
}

function clash(publication: Publication, endpoint: Addresses, held: readonly Held[]): Held | undefined {
  return holdings(publication, endpoint, "").flatMap((one) => held.find((other) => overlap(one, other)) ?? [])[0];
}

function overlap(a: Held, b: Held): boolean {
  return (
    a.protocol === b.protocol &&
    a.from < b.from + b.count &&
    b.from < a.from + a.count &&
    addressesClash(a.address, b.address)
  );
}

/** What every other endpoint publishes, joined or not. */
function heldBy(topology: Topology, except: Id): Held[] {
  const publishing = select(topology.endpoints, ({ id, ports }) => ports.length > 0 && id !== except);
  return publishing.flatMap((endpoint) => {
    const holder = `endpoint ${endpointTitle(topology, endpoint)}`;
    return endpoint.ports.flatMap((publication) => holdings(publication, endpoint, holder));
  });
}

function holdings(publication: Publication, endpoint: Addresses, holder: string): Held[] {
  const { protocol, hostPort: from, count } = publication;
  return hostAddressesOf(publication, endpoint).map((address) => ({ protocol, address, from, count, holder }));
}

const inUse = ({ protocol, address, port }: Facts["portsInUse"][number]): Held => ({
  protocol,
  address,
  from: port,
  count: 1,
  holder: "a program of the host",
});

function ephemeral({ ephemeralPorts: { from, to } }: Facts): { from: number; count: number } {
  return { from, count: to - from + 1 };
}

/** Spreads the choices, so that a port that was just given back is not the next one given out. */
const seed = (id: Id): number => Number.parseInt(id.slice(0, 8), 16);
