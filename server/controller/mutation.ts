import { difference } from "#cnm/changes.ts";
import type { Command, CommandInput } from "#cnm/commands.ts";
import { describe } from "#cnm/describe.ts";
import type { Facts } from "#cnm/facts.ts";
import { reduce } from "#cnm/reduce.ts";
import type { Change, ObjectKind, Topology } from "#cnm/topology.ts";
import type { KernelObject } from "#server/kernel/objects.ts";
import { type HostState, scopeOf, wantedObjects } from "./wanted.ts";

/** What one atomic change is, before anything of it has happened. */
export interface Mutation {
  /** The last command's: what comes before it prepares it. */
  verb: string;
  summary: string;
  commands: CommandInput[];
  changes: Change[];
  objects: { kind: ObjectKind; id: string; name: string }[];
  after: Topology;
  /** Kernel objects of the part that the change touches, before and after it. */
  have: KernelObject[];
  want: KernelObject[];
}

/** What a decision has to know of the host. */
export interface Surroundings {
  facts: Facts;
  host: HostState;
}

/** Decides a change: all commands or none. Pure; throws the refusal of the first command that a rule or its input stops. */
export function prepare(before: Topology, commands: readonly Command[], { facts, host }: Surroundings): Mutation {
  const sentences: string[] = [];
  let after = before;
  for (const command of commands) {
    const next = reduce(after, command, facts);
    sentences.push(describe(command, after, next));
    after = next;
  }
  return {
    ...mutationOf(before, after, host),
    verb: verbOf(commands),
    summary: sentences.join("; "),
    commands: commands.map(inputOf),
  };
}

/** What the way from one topology to another comes to, whoever has decided it. Pure. */
export function mutationOf(
  before: Topology,
  after: Topology,
  host: HostState,
): Omit<Mutation, "verb" | "summary" | "commands"> {
  const changes = difference(before, after);
  const scope = scopeOf(changes, before, after);
  return {
    changes,
    objects: changes.map(({ kind, id, before: old, after: now }) => ({ kind, id, name: (now ?? old)?.name ?? "" })),
    after,
    have: wantedObjects(before, scope, host),
    want: wantedObjects(after, scope, host),
  };
}

export function verbOf(commands: readonly { type: string }[]): string {
  return commands.at(-1)?.type ?? "topology.change";
}

export function inputOf(command: Command): CommandInput {
  const { newId: _id, at: _at, ...input } = command;
  return input;
}
