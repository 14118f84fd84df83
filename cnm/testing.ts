import { type Command, type CommandDraft, CommandInput } from "./commands.ts";
import { CnmError } from "./errors.ts";
import { emptyFacts, type Facts } from "./facts.ts";
import type { Id } from "./ids.ts";
import { withPredefined } from "./predefined.ts";
import { reduce } from "./reduce.ts";
import { emptyTopology, type Topology } from "./topology.ts";

/** Tests only: what a fresh host has. */
export const freshTopology: Topology = withPredefined(emptyTopology);

/** The nth made-up id; no two have a prefix of four digits in common. */
export const testId = (n: number): Id => n.toString(16).padStart(4, "0").repeat(16);

/** A draft as a command that creates `testId(n)`. */
export function command(draft: CommandDraft, n = 0xffff): Command {
  return { ...CommandInput.parse(draft), newId: testId(n), at: "2026-01-01T00:00:00.000Z" };
}

/** A fresh topology after the drafts; the nth, from 0, creates `testId(n)`. */
export function after(drafts: readonly CommandDraft[], facts: Facts = emptyFacts): Topology {
  return drafts.reduce((topology, draft, n) => reduce(topology, command(draft, n), facts), freshTopology);
}

/** "CODE sentence" of a `CnmError`; "" if nothing is thrown. */
export function refusalOf(act: () => unknown): string {
  try {
    act();
    return "";
  } catch (error) {
    if (error instanceof CnmError) return `${error.code} ${error.message}`;
    throw error;
  }
}

export const endpointDraft = (network: string, name: string, rest: object = {}): CommandDraft => ({
  type: "endpoint.create",
  network,
  name,
  ...rest,
});

export const joinDraft = (endpoint: string, sandbox: string, createSandbox = false): CommandDraft => ({
  type: "endpoint.join",
  endpoint,
  sandbox,
  createSandbox,
});

export const networkDraft = (name: string, rest: object = {}): CommandDraft => ({
  type: "network.create",
  name,
  ...rest,
});

export const sandboxDraft = (name: string, rest: object = {}): CommandDraft => ({
  type: "sandbox.create",
  name,
  ...rest,
});
