import { isIPv6 } from "node:net";
import { type HeldPort, keyOf } from "../objects.ts";
import type { PortRange, Step } from "../steps.ts";

/** The steps that hold and release ports. Pure. */
export interface Ports {
  want: readonly HeldPort[];
  have: readonly HeldPort[];
}

/** What is new, and what is to be translated elsewhere. */
export function holds({ want, have }: Ports): Step[] {
  const held = byKey(have);
  return want
    .filter((port) => !isSameTarget(held.get(keyOf(port)), port))
    .map(({ kind: _, ...port }) => ({ op: "port.hold", ...port }));
}

/** Ports that are no longer wanted are free, and their flows are cut; so are those of ports that are translated elsewhere. */
export function releases({ want, have }: Ports): Step[] {
  const wanted = byKey(want);
  return have.flatMap((port): Step[] => {
    const { kind: _, to, ...range } = port;
    const still = wanted.get(keyOf(port));
    if (isSameTarget(still, port)) return [];
    return [...(still ? [] : [{ op: "port.release" as const, ...range }]), flowsOf(port)];
  });
}

function flowsOf({ protocol, port, count, to }: HeldPort): Extract<Step, { op: "conntrack.del" }> {
  return { op: "conntrack.del", family: isIPv6(to.address) ? 6 : 4, protocol, port, count, to };
}

/**
 * Whether a flow is translated is decided by its first packet. Who sends datagrams without a pause to a port that is not
 * published yet would never get through: what came before is forgotten.
 */
export function strays({ want, have }: Ports): Step[] {
  const held = byKey(have);
  return want
    .filter((port) => port.protocol === "udp" && !held.has(keyOf(port)))
    .map((port) => ({ ...flowsOf(port), to: null }));
}

const byKey = (ports: readonly HeldPort[]): Map<string, HeldPort> => new Map(ports.map((port) => [keyOf(port), port]));

const isSameTarget = (a: HeldPort | undefined, b: HeldPort): boolean =>
  a !== undefined && a.to.address === b.to.address && a.to.port === b.to.port;

/** "tcp 0.0.0.0:8080", "udp [::]:8000-8099" */
export function rangeText({ protocol, address, port, count }: PortRange): string {
  const host = isIPv6(address) ? `[${address}]` : address;
  return `${protocol} ${host}:${port}${count > 1 ? `-${port + count - 1}` : ""}`;
}
