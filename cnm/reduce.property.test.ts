import fc from "fast-check";
import { expect, test } from "vitest";
import { deletion } from "./cascade.ts";
import { applyChanges, difference, inverse } from "./changes.ts";
import type { CommandDraft, PoolConfig } from "./commands.ts";
import { CnmError } from "./errors.ts";
import { emptyFacts } from "./facts.ts";
import { reduce } from "./reduce.ts";
import { command, freshTopology, testId } from "./testing.ts";
import type { Topology } from "./topology.ts";

const network = fc.constantFrom("a", "b", "none", "host");
const sandbox = fc.constantFrom("s", "t", "u");
const endpoint = fc.tuple(network, fc.constantFrom("x", "y", "z")).map(([net, name]) => `${net}/${name}`);
const address = fc.option(fc.constantFrom("10.0.0.1", "10.0.0.2", "10.0.0.5", "10.0.0.9"), { nil: undefined });
const mac = fc.option(fc.constantFrom("02:42:0a:00:00:02", "02:42:0a:00:00:03"), { nil: undefined });
const pools = fc.constantFrom<PoolConfig[]>(
  [{ subnet: "10.0.0.0/29" }],
  [{ subnet: "10.0.0.8/29" }, { subnet: "fd00::/64" }],
  [],
);

/** Few names and small subnets, so that commands meet each other and the rules. */
const draft: fc.Arbitrary<CommandDraft> = fc.oneof(
  fc.record({ type: fc.constant("network.create" as const), name: network, pools }),
  fc.record({ type: fc.constant("network.delete" as const), network }),
  fc.record({ type: fc.constant("sandbox.create" as const), name: sandbox }),
  fc.record({ type: fc.constant("sandbox.delete" as const), sandbox }),
  {
    arbitrary: fc.record({
      type: fc.constant("endpoint.create" as const),
      network,
      name: fc.constantFrom("x", "y", "z"),
      ipv4: address,
      mac,
    }),
    weight: 4,
  },
  fc.record({ type: fc.constant("endpoint.delete" as const), endpoint }),
  {
    arbitrary: fc.record({
      type: fc.constant("endpoint.join" as const),
      endpoint,
      sandbox,
      createSandbox: fc.boolean(),
    }),
    weight: 3,
  },
  fc.record({ type: fc.constant("endpoint.leave" as const), endpoint }),
);
const drafts = fc.array(draft, { maxLength: 40 });

/** The topology after every command that is not refused. */
function history(commands: readonly CommandDraft[]): Topology[] {
  const topologies = [freshTopology];
  for (const [n, next] of commands.entries()) {
    const before = topologies.at(-1) ?? freshTopology;
    try {
      topologies.push(reduce(before, command(next, n), emptyFacts));
    } catch (error) {
      if (!(error instanceof CnmError) || error.code === "INTERNAL") throw error;
    }
  }
  return topologies;
}

const unique = (values: unknown[]) => expect(new Set(values).size).toBe(values.length);

test("an address, a MAC and a name are never handed out twice, and nothing refers to what is not there", () => {
  fc.assert(
    fc.property(drafts, (commands) => {
      const { networks, sandboxes, endpoints } = history(commands).at(-1) ?? freshTopology;
      const all = Object.values(endpoints);
      const gateways = Object.values(networks).flatMap((n) => n.pools.map((pool) => `${n.id} ${pool.gateway}`));
      for (const family of ["ipv4", "ipv6"] as const)
        unique([...gateways, ...all.filter((e) => e[family]).map((e) => `${e.networkId} ${e[family]?.split("/")[0]}`)]);
      unique(all.filter((e) => e.mac).map((e) => `${e.networkId} ${e.mac}`));
      unique(all.map((e) => `${e.networkId} ${e.name}`));
      const joined = all.filter((e) => e.attachment);
      unique(joined.filter((e) => e.mac).map((e) => `${e.attachment?.sandboxId} ${e.attachment?.interfaceName}`));
      expect(all.every((e) => networks[e.networkId])).toBe(true);
      expect(joined.every((e) => sandboxes[e.attachment?.sandboxId ?? ""])).toBe(true);
      const used = new Set(joined.map((e) => e.attachment?.sandboxId));
      expect(Object.values(sandboxes).every((s) => !s.managed || used.has(s.id))).toBe(true);
    }),
  );
});

test("a difference leads there, its inverse back, and nothing differs from itself", () => {
  fc.assert(
    fc.property(drafts, fc.nat(), (commands, pick) => {
      const topologies = history(commands);
      const now = topologies.at(-1) ?? freshTopology;
      const then = topologies[pick % topologies.length] ?? freshTopology;
      const changes = difference(then, now);
      expect(difference(now, now)).toEqual([]);
      expect(applyChanges(then, changes)).toEqual(now);
      expect(applyChanges(now, inverse(changes))).toEqual(then);
      expect(difference(now, applyChanges(now, changes))).toEqual([]);
    }),
  );
});

test("deleting an object with all that it takes along is never refused, and takes nothing else", () => {
  fc.assert(
    fc.property(drafts, fc.nat(), (commands, pick) => {
      const topology = history(commands).at(-1) ?? freshTopology;
      const objects = [
        ...Object.values(topology.networks).flatMap((n) => (n.predefined ? [] : [["network", n.id] as const])),
        ...Object.keys(topology.sandboxes).map((id) => ["sandbox", id] as const),
        ...Object.keys(topology.endpoints).map((id) => ["endpoint", id] as const),
      ];
      const [kind, id] = objects[pick % objects.length] ?? ["endpoint" as const, testId(999)];
      const end = deletion(topology, kind, id).reduce((t, next) => reduce(t, command(next), emptyFacts), topology);
      const gone = difference(topology, end).filter((change) => !change.after);
      expect(gone.some((change) => change.id === id)).toBe(objects.length > 0);
      for (const change of gone) {
        const took =
          change.kind === "endpoint" &&
          (kind === "network" ? change.before?.networkId : change.before?.attachment?.sandboxId);
        const abandoned = change.kind === "sandbox" && change.before?.managed;
        expect(change.id === id || took === id || abandoned).toBe(true);
      }
    }),
  );
});
