import type { CommandDraft } from "#cnm/commands.ts";
import { allowed, CnmError, type Refusal, type Verdict } from "#cnm/errors.ts";
import { type Id, nameKey } from "#cnm/ids.ts";
import { canConnect } from "#cnm/rules.ts";
import type { ObjectKind, Topology } from "#cnm/topology.ts";
import { foresee, foreseenId } from "./foresee.ts";
import { canMeet } from "./meeting.ts";

/** Gestures as commands, or the refusal that the place under the pointer shows. Pure; the daemon decides again with the same rules. */

export interface Ends {
  network: Id;
  sandbox: Id;
}

/** What an id is, if it is anything. */
export function kindOf(topology: Topology, id: Id): ObjectKind | null {
  if (topology.networks[id]) return "network";
  if (topology.sandboxes[id]) return "sandbox";
  return topology.endpoints[id] ? "endpoint" : null;
}

/** The two ends of a cable in whichever direction it was drawn; null if they are of the same kind. */
export function endsOf(topology: Topology, from: Id, to: Id): Ends | null {
  if (topology.sandboxes[from] && topology.networks[to]) return { sandbox: from, network: to };
  if (topology.networks[from] && topology.sandboxes[to]) return { sandbox: to, network: from };
  return null;
}

/** Whether a cable from one card may end at the other. */
export function cableVerdict(topology: Topology, from: Id, to: Id): Verdict {
  const ends = endsOf(topology, from, to);
  if (ends) return canConnect(topology, ends.network, ends.sandbox);
  const [a, b] = [topology.sandboxes[from], topology.sandboxes[to]];
  if (a && b) return canMeet(a, b);
  return refusal(
    "cable-needs-sandbox",
    "networks meet in a sandbox",
    "end the cable at a sandbox, or on the empty canvas to make one",
  );
}

/** Every other card's verdict, for the moment a cable is picked up. */
export function cableVerdicts(topology: Topology, from: Id): Record<Id, Verdict> {
  const ids = [...Object.keys(topology.networks), ...Object.keys(topology.sandboxes)];
  return Object.fromEntries(ids.filter((id) => id !== from).map((id) => [id, cableVerdict(topology, from, id)]));
}

/** What a person may choose for a new endpoint. */
export interface EndpointChoice {
  interfaceName?: string;
  ipv4?: string;
  ipv6?: string;
}

/** A cable: an endpoint made in the network and joined to the sandbox, in one change. */
export function connectCommands(topology: Topology, ends: Ends, choice: EndpointChoice = {}): CommandDraft[] {
  const network = topology.networks[ends.network];
  const sandbox = topology.sandboxes[ends.sandbox];
  if (!network || !sandbox) return [];
  const name = freeEndpointName(topology, network.id, sandbox.name);
  return cable({ network: network.name, sandbox: sandbox.name, name, choice });
}

/** A sandbox or network made where a cable was let go, and the cable to it, in one change. */
export function createConnected(topology: Topology, create: CommandDraft, other: Id): CommandDraft[] {
  const network = topology.networks[other]?.name;
  const sandbox = topology.sandboxes[other]?.name;
  if ((create.type === "sandbox.create" || create.type === "sandbox.adopt") && network)
    return [create, ...cable({ network, sandbox: create.name, name: freeEndpointName(topology, other, create.name) })];
  if (create.type === "network.create" && sandbox)
    return [create, ...cable({ network: create.name, sandbox, name: sandbox })];
  return [create];
}

interface Cable {
  network: string;
  sandbox: string;
  name: string;
  choice?: EndpointChoice;
}

function cable({ network, sandbox, name, choice }: Cable): CommandDraft[] {
  return [
    { type: "endpoint.create", network, name, ...choice },
    { type: "endpoint.join", endpoint: `${network}/${name}`, sandbox },
  ];
}

/** What a cable would get, found by really making it in the model: "eth0 · 172.17.0.2/16". */
export function cablePreview(topology: Topology, ends: Ends): string {
  try {
    const after = foresee({ topology }, connectCommands(topology, ends)).endpoints[foreseenId(0)];
    const facts = [after?.attachment?.interfaceName, after?.ipv4 ?? after?.ipv6].filter(Boolean);
    return facts.length > 0 ? facts.join(" · ") : "no interface: a membership only";
  } catch (error) {
    if (error instanceof CnmError) return error.message;
    throw error;
  }
}

/** "net-1", "sandbox-2": the first that is free. */
export function freeName(topology: Topology, kind: "network" | "sandbox"): string {
  const objects = Object.values(kind === "network" ? topology.networks : topology.sandboxes);
  return firstFree(kind === "network" ? "net" : "sandbox", objects, 1);
}

function freeEndpointName(topology: Topology, networkId: Id, wanted: string): string {
  const neighbours = Object.values(topology.endpoints).filter((endpoint) => endpoint.networkId === networkId);
  const taken = neighbours.some(({ name }) => nameKey(name) === nameKey(wanted));
  return taken ? firstFree(wanted.slice(0, 58), neighbours, 2) : wanted;
}

function firstFree(stem: string, holders: readonly { name: string }[], from: number): string {
  const taken = new Set(holders.map(({ name }) => nameKey(name)));
  let number = from;
  while (taken.has(nameKey(`${stem}-${number}`))) number += 1;
  return `${stem}-${number}`;
}

function refusal(rule: string, message: string, lift: string): Refusal {
  return { ok: false, code: "CONFLICT", rule, message, lift };
}

/** The first refusal, if any; several gestures need more than one permission. */
export function firstRefusal(...verdicts: Verdict[]): Verdict {
  return verdicts.find((verdict) => !verdict.ok) ?? allowed;
}
