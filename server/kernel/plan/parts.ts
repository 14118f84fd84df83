import type { GuardObject, RouteObject, SysctlObject } from "../objects.ts";
import type { Sources } from "../steps.ts";

/** The device a sysctl belongs to: "net/ipv6/conf/eth0/disable_ipv6" is eth0's. */
export function sysctlDevice(sysctl: SysctlObject): string | null {
  return /^net\/[^/]+\/(?:conf|neigh)\/([^/]+)\//.exec(sysctl.name)?.[1] ?? null;
}

/** What a step says of a route. */
export function routeOf({ ns, family, dst, via, dev }: RouteObject) {
  return { ns, family, dst, via, dev };
}

/** What a step says of a guard. */
export const sourcesOf = ({ mac, addresses }: GuardObject): Sources => ({ mac, addresses });
