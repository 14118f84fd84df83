import type { CommandOf } from "./commands.ts";
import { CnmError, enforce, invalid, type Problem, refused } from "./errors.ts";
import { askedOf, type Facts } from "./facts.ts";
import type { Id } from "./ids.ts";
import { findSandbox } from "./lookup.ts";
import { endpointsIn, occupantsOf } from "./members.ts";
import { canAdopt, canCreateSandbox, canDeleteSandbox, canHaveOwnFiles, canShare } from "./rules.ts";
import type { Sandbox } from "./sandbox.ts";
import { parseSandboxFields, type SandboxTexts } from "./sandbox-fields.ts";
import { defaultSandboxOptions, type SandboxOptions } from "./sandbox-options.ts";
import type { Change, Topology } from "./topology.ts";

export function createSandbox(topology: Topology, command: CommandOf<"sandbox.create">): Change[] {
  const { newId: id, name, at: createdAt, mode, labels } = command;
  const options = withFields(defaultSandboxOptions, command);
  const sharedWith = ownerOf(topology, command);
  enforce(canCreateSandbox(topology, name));
  const sandbox: Sandbox = { id, name, createdAt, mode, sharedWith, origin: null, managed: false, labels, options };
  if (!sameJson(options, defaultSandboxOptions)) enforce(canHaveOwnFiles(topology, sandbox));
  return [{ kind: "sandbox", id, before: null, after: sandbox }];
}

/** Changes the names and the resolver of a sandbox that is in use; its endpoints stay as they are. */
export function updateSandbox(topology: Topology, command: CommandOf<"sandbox.update">): Change[] {
  const before = findSandbox(topology, command.sandbox);
  const after = { ...before, options: withFields(before.options, command) };
  enforce(canHaveOwnFiles(topology, before));
  return sameJson(before, after) ? [] : [{ kind: "sandbox", id: before.id, before, after }];
}

/** What the host says of the namespace has been asked for before, and comes with the facts. */
export function adoptSandbox(topology: Topology, command: CommandOf<"sandbox.adopt">, facts: Facts): Change[] {
  enforce(canCreateSandbox(topology, command.name));
  const found = facts.namespaces[askedOf(command)];
  if (!found) throw new CnmError("INTERNAL", `nobody has looked for ${askedOf(command)}`);
  if (!found.ok) throw refused(found);
  enforce(canAdopt(topology, found));
  const { newId: id, name, at: createdAt, labels } = command;
  const place = { mode: "adopted", sharedWith: null, origin: found.origin } as const;
  const options = defaultSandboxOptions;
  return [
    { kind: "sandbox", id, before: null, after: { id, name, createdAt, ...place, managed: false, labels, options } },
  ];
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

function withFields(options: SandboxOptions, texts: SandboxTexts): SandboxOptions {
  const problems: Problem[] = [];
  const fields = parseSandboxFields(texts, problems);
  if (problems.length > 0) throw invalid(problems);
  const { dns } = options;
  return {
    hostname: fields.hostname ?? options.hostname,
    domainname: fields.domainname ?? options.domainname,
    extraHosts: fields.extraHosts ?? options.extraHosts,
    dns: {
      servers: fields.servers ?? dns.servers,
      search: fields.search ?? dns.search,
      options: fields.options ?? dns.options,
    },
  };
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
