import { expect, vi } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { findSandbox } from "#cnm/lookup.ts";
import type { Topology } from "#cnm/topology.ts";
import { namespaceOf } from "#server/controller/wanted.ts";
import { type Host, type IpLink, netnsDir, run } from "./netns.ts";
import { Outside } from "./outside.ts";
import { inTemporaryDirectory, Patchbay } from "./patchbay.ts";

/** A host with a machine next door that knows the way to the subnets, and the daemon on it. */
export interface Scene {
  host: Host;
  outside: Outside;
  patchbay: Patchbay;
  /** The namespace of a sandbox, of the "host" or of the "outside". */
  ns(who: string): string;
  /** Serves TCP and UDP in sandboxes, each under its name; resolves when they can be asked in either family. */
  serve(sandboxes: readonly string[], ports: { tcp: number[]; udp: number[] }): Promise<void>;
}

interface Plot {
  commands: readonly CommandDraft[];
  /** What the machine next door sends to the host. */
  subnets?: readonly string[];
  options?: Parameters<typeof Patchbay.open>[1];
}

/** Plays it; whatever is there at the end is taken away by commands. */
export async function play(host: Host, plot: Plot, use: (scene: Scene) => Promise<void>): Promise<void> {
  const outside = new Outside(host);
  try {
    for (const subnet of plot.subnets ?? []) outside.knowsTheWayTo(subnet);
    await inTemporaryDirectory(async (stateDir) => {
      const patchbay = await Patchbay.open({ rootNetns: host.path, netnsDir, stateDir }, plot.options);
      try {
        await patchbay.apply(...plot.commands);
        await use(sceneOf({ host, outside, patchbay }));
        await patchbay.apply(...teardown(patchbay.controller.topology));
      } finally {
        await patchbay.close();
      }
    });
  } finally {
    outside.close();
  }
}

function sceneOf(parts: Pick<Scene, "host" | "outside" | "patchbay">): Scene {
  const ns = (who: string): string => {
    if (who === "host") return parts.host.name;
    if (who === "outside") return parts.outside.name;
    return namespaceOf(findSandbox(parts.patchbay.controller.topology, who));
  };
  const serve: Scene["serve"] = async (sandboxes, ports) => {
    await Promise.all(sandboxes.map((name) => parts.outside.serve(ns(name), name, ports)));
    await everybodySpeaks(parts.host.name, parts.outside.name);
  };
  return { ...parts, ns, serve };
}

/** Waits until every device of these namespaces can ask for its IPv6 neighbours. */
export const everybodySpeaks = (...namespaces: string[]): Promise<void> =>
  vi.waitFor(() => expect(namespaces.flatMap(speechless)).toEqual([]), 5000);

/**
 * Devices with a carrier that cannot ask for the IPv6 neighbours of others yet: a link-local address follows on the first carrier,
 * of which the kernel tells itself once a second (linkwatch_schedule_work).
 */
function speechless(ns: string): string[] {
  const links: IpLink[] = JSON.parse(run("ip", "-n", ns, "-j", "addr"));
  return links.flatMap(({ ifname, flags, addr_info: addresses = [] }) => {
    const ipv6 = addresses.filter(({ family, tentative }) => family === "inet6" && !tentative);
    const isMute = ipv6.length > 0 && !ipv6.some(({ local }) => local.startsWith("fe80:"));
    return isMute && flags.includes("LOWER_UP") && ifname !== "lo" ? [ifname] : [];
  });
}

/** A network of both families: 10.n.0.0/24 and fd00:n::/64. */
export function network(name: string, n: number, rest: object = {}): CommandDraft {
  return { type: "network.create", name, pools: [{ subnet: `10.${n}.0.0/24` }, { subnet: `fd00:${n}::/64` }], ...rest };
}

/** An endpoint in a sandbox of its own name. */
export function joined(network: string, name: string, rest: object = {}): CommandDraft[] {
  return [
    { type: "endpoint.create", network, name, ...rest },
    { type: "endpoint.join", endpoint: `${network}/${name}`, sandbox: name, createSandbox: true },
  ];
}

/** The commands that take everything away but what is there from the start. */
export function teardown({ endpoints, sandboxes, networks }: Topology): CommandDraft[] {
  return [
    ...Object.values(endpoints).flatMap(({ id: endpoint, attachment }): CommandDraft[] => [
      ...(attachment ? [{ type: "endpoint.leave" as const, endpoint }] : []),
      { type: "endpoint.delete", endpoint },
    ]),
    ...Object.values(sandboxes).flatMap(({ id: sandbox, managed }): CommandDraft[] =>
      managed ? [] : [{ type: "sandbox.delete", sandbox }],
    ),
    ...Object.values(networks).flatMap(({ id: network, predefined }): CommandDraft[] =>
      predefined ? [] : [{ type: "network.delete", network }],
    ),
  ];
}
