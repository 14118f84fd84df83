import type { FirewallRule, GuardCount } from "#cnm/firewall.ts";
import { type Id, shortId } from "#cnm/ids.ts";
import type { Topology } from "#cnm/topology.ts";
import { vethName } from "#server/kernel/names.ts";
import type { FirewallCounters } from "./kernel.ts";

/** The kernel's short owners and ports as objects of the topology; a rule of what has gone has no id, a port that has gone is left out. */
export function withOwners(
  { networks, endpoints }: Topology,
  { rules, guard }: Pick<FirewallCounters, "rules" | "guard">,
): { rules: FirewallRule[]; guard: GuardCount[] } {
  const full = { network: byShortId(networks), endpoint: byShortId(endpoints) };
  const endpointOf = new Map(Object.keys(endpoints).map((id) => [vethName(id), id]));
  return {
    rules: rules.map(({ owner, ...rule }) => ({
      ...rule,
      owner: owner.kind === "host" ? owner : { kind: owner.kind, id: full[owner.kind].get(owner.id ?? "") ?? null },
    })),
    guard: guard.flatMap((count) => {
      const endpointId = endpointOf.get(count.port);
      return endpointId ? [{ ...count, endpointId }] : [];
    }),
  };
}

/** What is left to tell where the daemon was told to write no rules: the guards, which are not iptables'. */
export function withoutIptables({ guard, conntrack }: FirewallCounters): FirewallCounters {
  const off = { flavour: null, reason: "it was switched off by --no-iptables" };
  return {
    families: [
      { family: 4, ...off },
      { family: 6, ...off },
    ],
    conntrack,
    rules: [],
    guard,
  };
}

function byShortId(objects: Record<Id, unknown>): Map<string, Id> {
  return new Map(Object.keys(objects).map((id) => [shortId(id), id]));
}
