import type { CommandOf } from "./commands.ts";
import { enforce } from "./errors.ts";
import { findSandbox } from "./lookup.ts";
import { canCreateSandbox, canDeleteSandbox } from "./rules.ts";
import type { Change, Topology } from "./topology.ts";

export function createSandbox(topology: Topology, command: CommandOf<"sandbox.create">): Change[] {
  enforce(canCreateSandbox(topology, command.name));
  const { newId: id, name, at: createdAt, mode, labels } = command;
  return [{ kind: "sandbox", id, before: null, after: { id, name, createdAt, mode, managed: false, labels } }];
}

export function deleteSandbox(topology: Topology, command: CommandOf<"sandbox.delete">): Change[] {
  const sandbox = findSandbox(topology, command.sandbox);
  enforce(canDeleteSandbox(topology, sandbox.id));
  return [{ kind: "sandbox", id: sandbox.id, before: sandbox, after: null }];
}
