import type { Endpoint } from "./endpoint.ts";
import { CnmError } from "./errors.ts";
import { type Id, nameKey, type Reference, shortId } from "./ids.ts";
import { endpointsOf } from "./members.ts";
import type { Network } from "./network.ts";
import { indexBy, type Objects, select } from "./objects.ts";
import type { Sandbox } from "./sandbox.ts";
import { closest, count, listing, quote } from "./text.ts";
import type { ObjectKind, Topology } from "./topology.ts";

type Named = { id: Id; name: string };

const named = indexBy((object: Named) => nameKey(object.name));

/**
 * The object that a person means: full id, else exact name in any case, else the id that begins so (two digits or more).
 * Throws NOT_FOUND, or CONFLICT with the candidates when several fit.
 */
export function findNetwork(topology: Topology, reference: Reference): Network {
  return find({ kind: "network", objects: topology.networks, reference, title: (network) => network.name });
}

/** As `findNetwork`. */
export function findSandbox(topology: Topology, reference: Reference): Sandbox {
  return find({ kind: "sandbox", objects: topology.sandboxes, reference, title: (sandbox) => sandbox.name });
}

/** As `findNetwork`; "network/endpoint" as well, since endpoint names are unique only in their network. */
export function findEndpoint(topology: Topology, reference: Reference): Endpoint {
  const title = (endpoint: Endpoint) => endpointTitle(topology, endpoint);
  const slash = reference.indexOf("/");
  if (slash < 0) return find({ kind: "endpoint", objects: topology.endpoints, reference, title });
  const network = findNetwork(topology, reference.slice(0, slash));
  const name = reference.slice(slash + 1);
  const exact = byName(topology.endpoints, name).find(({ networkId }) => networkId === network.id);
  if (exact) return exact;
  const objects = Object.fromEntries(endpointsOf(topology, network.id).map((endpoint) => [endpoint.id, endpoint]));
  return find({ kind: "endpoint", objects, reference: name, title, within: network.name });
}

/** A sandbox by full id or exact name only: what a join that may create one goes by. */
export function findExactSandbox(topology: Topology, reference: Reference): Sandbox | undefined {
  return byIdOrName(topology.sandboxes, reference)[0];
}

/** The object of that name, names compared as DNS does. */
export function byName<T extends Named>(objects: Objects<T>, name: string): readonly T[] {
  return named(objects, nameKey(name)) as readonly T[];
}

/** How people see an endpoint: "network/endpoint". */
export function endpointTitle(topology: Topology, endpoint: Endpoint): string {
  return `${topology.networks[endpoint.networkId]?.name ?? shortId(endpoint.networkId)}/${endpoint.name}`;
}

interface Search<T extends Named> {
  kind: ObjectKind;
  objects: Objects<T>;
  reference: string;
  title: (object: T) => string;
  /** The network the search is limited to, for the sentence. */
  within?: string;
}

function find<T extends Named>(search: Search<T>): T {
  const { kind, objects, reference, title } = search;
  const exact = byIdOrName(objects, reference);
  const found = exact.length > 0 ? exact : byIdPrefix(objects, reference);
  const [only] = found;
  if (!only) throw notFound(search);
  if (found.length === 1) return only;
  const candidates = listing(found.map((object) => `${title(object)} (${shortId(object.id)})`).sort());
  throw new CnmError("CONFLICT", `${quote(reference)} fits ${count(found.length, kind)}: ${candidates}`, {
    rule: "ambiguous-reference",
    lift: kind === "endpoint" ? "write it as network/endpoint, or give more digits of the id" : "give more of the id",
  });
}

function byIdOrName<T extends Named>(objects: Objects<T>, reference: string): readonly T[] {
  const byId = Object.hasOwn(objects, reference) ? objects[reference] : undefined;
  return byId ? [byId] : byName(objects, reference);
}

function byIdPrefix<T extends Named>(objects: Objects<T>, reference: string): T[] {
  if (!/^[0-9a-f]{2,64}$/.test(reference)) return [];
  return select(objects, (object) => object.id.startsWith(reference));
}

function notFound<T extends Named>({ kind, objects, reference, within }: Search<T>): CnmError {
  const near = closest(
    reference,
    Object.values(objects).map((object) => object.name),
  );
  const where = within ? ` in network ${within}` : "";
  const hint = near ? `; there is one called ${near}` : "";
  return new CnmError("NOT_FOUND", `no ${kind} ${quote(reference)}${where}${hint}`, { rule: `${kind}-not-found` });
}
