import type { CommandDraft } from "#cnm/commands.ts";
import { allowed, CnmError, type Verdict } from "#cnm/errors.ts";
import { byName } from "#cnm/lookup.ts";
import { endpointsIn } from "#cnm/members.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import type { Topology } from "#cnm/topology.ts";
import { foresee } from "./foresee.ts";

/** What a cable from one sandbox to another can become. Pure; what each comes to is found by making it in the model. */

export interface Meeting {
  kind: "ptp" | "network" | "share";
  title: string;
  words: string;
  commands: CommandDraft[];
  verdict: Verdict;
}

/** Whether anything can: quick, for every card at once. */
export function canMeet(a: Sandbox, b: Sandbox): Verdict {
  const refuse = (rule: string, message: string): Verdict => ({ ok: false, code: "CONFLICT", rule, message });
  if (a.mode === "host" && b.mode === "host") return refuse("same-namespace", "both are the host's own namespace");
  return allowed;
}

/** The ways in which `a` and `b` can meet; `name` is the new network's. */
export function meetings(topology: Topology, [a, b]: readonly [Sandbox, Sandbox], name: string): Meeting[] {
  const between = (driver: string): CommandDraft[] => [
    { type: "network.create", name, driver },
    ...[a, b].flatMap((sandbox): CommandDraft[] => [
      { type: "endpoint.create", network: name, name: sandbox.name },
      { type: "endpoint.join", endpoint: `${name}/${sandbox.name}`, sandbox: sandbox.id },
    ]),
  ];
  const choices: Omit<Meeting, "verdict">[] = [
    {
      kind: "ptp",
      title: "Point-to-point link",
      words: "A veth between the two, with a route to each other and to nobody else.",
      commands: between("ptp"),
    },
    {
      kind: "network",
      title: "New network between them",
      words: "A bridge with a subnet of its own; others can join later.",
      commands: between("bridge"),
    },
    {
      kind: "share",
      title: "One namespace for both",
      words: `${a.name} gives up its own and moves into that of ${b.name}.`,
      commands: [
        { type: "sandbox.delete", sandbox: a.id },
        { type: "sandbox.create", name: a.name, mode: "shared", sharedWith: b.id },
      ],
    },
  ];
  return choices.map((choice) => ({ ...choice, verdict: verdictOf(topology, choice, a) }));
}

/** "app-db", or the first such name with a number that is free. */
export function meetingName(topology: Topology, a: Sandbox, b: Sandbox): string {
  const stem = `${a.name}-${b.name}`.slice(0, 58);
  let name = stem;
  for (let number = 2; byName(topology.networks, name).length > 0; number += 1) name = `${stem}-${number}`;
  return name;
}

function verdictOf(topology: Topology, { kind, commands }: Omit<Meeting, "verdict">, a: Sandbox): Verdict {
  if (kind === "share" && endpointsIn(topology, a.id).length > 0)
    return {
      ok: false,
      code: "CONFLICT",
      rule: "has-endpoints",
      message: `${a.name} is in networks, which it would lose: let it leave them first`,
    };
  try {
    foresee({ topology }, commands);
    return allowed;
  } catch (error) {
    if (!(error instanceof CnmError)) throw error;
    return { ok: false, code: error.code, rule: "refused", message: error.message };
  }
}
