import { deletion } from "#cnm/cascade.ts";
import type { CommandDraft, CommandInput } from "#cnm/commands.ts";
import { displayName } from "#cnm/describe.ts";
import type { Verdict } from "#cnm/errors.ts";
import { allowed } from "#cnm/errors.ts";
import type { Id } from "#cnm/ids.ts";
import type { ObjectKind, Topology } from "#cnm/topology.ts";
import { kindOf } from "#components/topology/intent.ts";

export interface Going {
  kind: ObjectKind;
  id: Id;
  name: string;
  /** An endpoint in use: somebody may be talking over it. */
  live: boolean;
}

export interface DeletionPlan {
  commands: CommandDraft[];
  /** What was asked for. */
  asked: Going[];
  /** What goes with it. */
  along: Going[];
  /** The word to type before it can be done; null where a click is enough. */
  confirm: string | null;
  verdict: Verdict;
}

/** Everything that deleting these objects means, as one atomic change; what the person sees is what is sent. */
export function planDeletion(topology: Topology, ids: readonly Id[]): DeletionPlan {
  const commands = unique(ids.flatMap((id) => deletion(topology, kindOf(topology, id) ?? "endpoint", id)));
  const asked = ids.flatMap((id) => going(topology, id) ?? []);
  const along = commands
    .flatMap((command) => {
      if (command.type === "endpoint.delete") return going(topology, command.endpoint) ?? [];
      return command.type === "sandbox.delete" ? (going(topology, command.sandbox) ?? []) : [];
    })
    .filter(({ id }) => !ids.includes(id));
  const all = [...asked, ...along];
  const liveCount = all.filter(({ live }) => live).length;
  const needsTyping = all.length > 10 || liveCount > 1;
  return {
    commands,
    asked,
    along,
    confirm: needsTyping ? (asked.length === 1 ? (asked[0]?.name ?? null) : "delete") : null,
    verdict: predefinedAmong(topology, ids),
  };
}

function going(topology: Topology, id: Id): Going | null {
  const kind = kindOf(topology, id);
  if (!kind) return null;
  const live = Boolean(topology.endpoints[id]?.attachment);
  return { kind, id, name: displayName(topology, kind, id), live };
}

/** A cable between two selected cards goes once; a leave of an endpoint that is gone would refuse the whole change. */
function unique(commands: readonly CommandInput[]): CommandInput[] {
  const seen = new Set<string>();
  return commands.filter((command) => {
    const key = JSON.stringify(command);
    return !seen.has(key) && seen.add(key);
  });
}

function predefinedAmong(topology: Topology, ids: readonly Id[]): Verdict {
  const network = ids.map((id) => topology.networks[id]).find((found) => found?.predefined);
  if (!network) return allowed;
  return {
    ok: false,
    code: "FORBIDDEN",
    rule: "network-predefined",
    message: `network ${network.name} is predefined and stays`,
  };
}
