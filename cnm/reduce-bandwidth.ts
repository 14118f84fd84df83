import { parseLimit } from "./bandwidth.ts";
import type { CommandOf } from "./commands.ts";
import { drivers } from "./drivers/index.ts";
import type { Endpoint } from "./endpoint.ts";
import { allowed, enforce, invalid, type Problem, type Verdict } from "./errors.ts";
import type { Facts } from "./facts.ts";
import type { Topology } from "./topology.ts";

type BandwidthCommand = CommandOf<"endpoint.create"> | CommandOf<"endpoint.update">;
type BandwidthTexts = Pick<BandwidthCommand, "ingress" | "egress">;

const directions = ["ingress", "egress"] as const;
type Direction = (typeof directions)[number];

/** Reads the texts of a command about bandwidth; every problem is added to the list. What is not given is absent. */
export function parseBandwidth(
  command: BandwidthTexts,
  problems: Problem[],
): Partial<Endpoint["options"]["bandwidth"]> {
  const limits = directions.flatMap((direction) => {
    const text = command[direction];
    if (text === undefined) return [];
    const parsed = parseLimit(text);
    if (parsed.ok) return [[direction, parsed.value]];
    problems.push({ path: direction, message: parsed.message });
    return [];
  });
  return Object.fromEntries(limits);
}

/** The endpoint with what the command says of its bandwidth; what it does not mention stays. */
export function withBandwidth(
  topology: Topology,
  endpoint: Endpoint,
  { command, facts }: { command: BandwidthCommand; facts: Facts },
): Endpoint {
  const problems: Problem[] = [];
  const given = parseBandwidth(command, problems);
  if (problems.length > 0) throw invalid(problems);
  const { unsupported } = facts;
  for (const direction of directions)
    if (given[direction]) enforce(canLimit(topology, endpoint, { direction, unsupported }));
  const bandwidth = { ...endpoint.options.bandwidth, ...given };
  return { ...endpoint, options: { ...endpoint.options, bandwidth } };
}

/** Whether what the endpoint's sandbox receives or sends can be limited here; `unsupported` is that of `Facts`. */
export function canLimit(
  topology: Topology,
  { networkId }: Endpoint,
  { direction, unsupported }: { direction: Direction; unsupported: Facts["unsupported"] },
): Verdict {
  const network = topology.networks[networkId];
  if (network && !drivers[network.driver].hasInterface) {
    const message = `endpoints of network ${network.name} have no interface whose bandwidth could be limited`;
    return { ok: false, code: "CONFLICT", rule: "no-interface", message };
  }
  const feature = network?.driver === "ptp" ? "bandwidth.ingress" : `bandwidth.${direction}`;
  const reason = Object.hasOwn(unsupported, feature) ? unsupported[feature] : undefined;
  if (!reason) return allowed;
  const message = `${direction} cannot be limited: ${reason}`;
  return { ok: false, code: "UNSUPPORTED", rule: "bandwidth-unsupported", message };
}
