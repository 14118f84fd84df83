import { gatewayMode } from "#cnm/drivers/bridge.ts";
import type { NetworkOf } from "#cnm/network.ts";
import type { KernelObject } from "#server/kernel/objects.ts";
import type { HostSettings } from "../driver.ts";
import { sharedChains } from "./firewall.ts";

type Network = NetworkOf<"bridge">;

/** What bridge networks need once on the host: forwarding, the hooks of the firewall, the table of the guards. */
export function sharedObjects(networks: readonly Network[], host: HostSettings): KernelObject[] {
  const guarded = networks.some((network) => network.options.antiSpoofing || isQuiet(network, host));
  return [
    ...(host.forwarding ? forwarding(networks, host) : []),
    ...(host.firewall ? sharedChains(networks) : []),
    ...(guarded ? [{ kind: "guard-table" } as const] : []),
  ];
}

/** Whether endpoints that cannot talk may still publish ports, so that isolating them all is not the way. */
export function isQuiet({ options }: Network, { firewall }: HostSettings): boolean {
  return firewall && !options.icc;
}

/** A host that forwards IPv6 no longer listens to routers, unless it is told to go on (accept_ra=2 of ip-sysctl). */
function forwarding(networks: readonly Network[], { raDevices }: HostSettings): KernelObject[] {
  const sysctl = (name: string, value: string): KernelObject => ({ kind: "sysctl", ns: "", name, value });
  const leadsOut = (family: 4 | 6) =>
    networks.some(
      ({ internal, pools, options }) =>
        !internal && gatewayMode(options, family) !== "isolated" && pools.some((pool) => pool.family === family),
    );
  return [
    ...(leadsOut(4) ? [sysctl("net/ipv4/ip_forward", "1")] : []),
    ...(leadsOut(6)
      ? [
          ...raDevices.map((device) => sysctl(`net/ipv6/conf/${device}/accept_ra`, "2")),
          sysctl("net/ipv6/conf/all/forwarding", "1"),
        ]
      : []),
  ];
}
