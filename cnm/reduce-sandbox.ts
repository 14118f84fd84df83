import type { CommandOf } from "./commands.ts";
import { CnmError, enforce, invalid, refused } from "./errors.ts";
import { askedOf, type Facts } from "./facts.ts";
import type { Id } from "./ids.ts";
import { findSandbox } from "./lookup.ts";
import { endpointsIn, occupantsOf } from "./members.ts";
import { canAdopt, canCreateSandbox, canDeleteSandbox, canShare } from "./rules.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Change, Topology } from "./topology.ts";

export function createSandbox(topology: Topology, command: CommandOf<"sandbox.create">): Change[] {
  const sharedWith = ownerOf(topology, command);
  enforce(canCreateSandbox(topology, command.name));
  const { newId: id, name, at: createdAt, mode, labels } = command;
  const sandbox: Sandbox = { id, name, createdAt, mode, sharedWith, origin: null, managed: false, labels };
  return [{ kind: "sandbox", id, before: null, after: sandbox }];
}

/** What the host says of the namespace has been asked for before, and comes with the facts. */
export function adoptSandbox(topology: Topology, command: CommandOf<"sandbox.adopt">, facts: Facts): Change[] {
  enforce(canCreateSandbox(topology, command.name));
  const found = facts.namespaces[askedOf(command)];
  if (!found) throw new CnmError("INTERNAL", `nobody has looked for ${askedOf(command)}`);
  if (!found.ok) throw refused(found);
  enforce(canAdopt(topology, found));
  const { newId: id, name, at: createdAt, labels } = command;
  const { origin } = found;
  const after: Sandbox = { id, name, createdAt, mode: "adopted", sharedWith: null, origin, managed: false, labels };
  return [{ kind: "sandbox", id, before: null, after }];
}

/** A managed sandbox without endpoints goes with its last occupant. */
export function deleteSandbox(topology: Topology, command: CommandOf<"sandbox.delete">): Change[] {
  const sandbox = findSandbox(topology, command.sandbox);
  enforce(canDeleteSandbox(topology, sandbox.id));
  const gone = [sandbox, ...abandonedOwner(topology, sandbox)];
  return gone.map((each) => ({ kind: "sandbox", id: each.id, before: each, after: null }));
}

function ownerOf(topology: Topology, { mode, sharedWith }: CommandOf<"sandbox.create">): Id | null {
  if (mode !== "shared") {
    if (sharedWith === undefined) return null;
    throw invalid([{ path: "sharedWith", message: "is for a sandbox in shared mode only" }]);
  }
  if (sharedWith === undefined)
    throw invalid([{ path: "sharedWith", message: "must say whose namespace it is to be in" }]);
  const owner = findSandbox(topology, sharedWith);
  enforce(canShare(topology, owner.id));
  return owner.id;
}

function abandonedOwner(topology: Topology, { sharedWith }: Sandbox): Sandbox[] {
  const owner = sharedWith === null ? undefined : topology.sandboxes[sharedWith];
  if (!owner?.managed || endpointsIn(topology, owner.id).length > 0) return [];
  return occupantsOf(topology, owner.id).length === 1 ? [owner] : [];
}
