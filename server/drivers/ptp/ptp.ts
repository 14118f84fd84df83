import { type Limit, stricter } from "#cnm/bandwidth.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import type { NetworkOf } from "#cnm/network.ts";
import { macOf } from "#server/kernel/names.ts";
import type { KernelObject, VethLink } from "#server/kernel/objects.ts";
import type { Driver, HostSettings, JoinContext, Place } from "../driver.ts";
import { forwardChains, forwardHook, rule } from "../rules.ts";
import { shaper } from "../shaping.ts";

type Network = NetworkOf<"ptp">;

/** One veth with an end in either namespace, each with its own address alone and a route to the other's; nothing between them. */
export const ptpDriver: Driver<"ptp"> = {
  name: "ptp",
  shared: sharedObjects,
  network: () => [],
  endpoint: endpointObjects,
};

function sharedObjects(networks: readonly Network[], { firewall }: HostSettings): KernelObject[] {
  const families = new Set(networks.flatMap(({ pools }) => pools.map(({ family }) => family)));
  return firewall ? [...families].sort().flatMap(forwardHook) : [];
}

/** An end by itself waits: there is no interface until the other end has joined. */
function endpointObjects(network: Network, endpoint: Endpoint, join: JoinContext): KernelObject[] {
  const { ns, interfaceName, otherEnd } = join;
  if (!otherEnd) return [];
  const own: Place = { endpoint, ns, interfaceName };
  return [
    ...(isFirst(own, otherEnd) ? [veth(network, own, otherEnd)] : []),
    ...shaper({ ns, dev: interfaceName, mtu: network.options.mtu }, limitTowards(own, otherEnd)),
    ...ipv6Sysctls(own),
    ...(join.host.firewall && ns === "" ? forwardRules(own) : []),
    ...addressesOf(endpoint).map((address): KernelObject => ({ kind: "address", ns, dev: interfaceName, address })),
    ...addressesOf(otherEnd.endpoint).map(
      (dst): KernelObject => ({
        kind: "route",
        ns,
        family: familyOf(dst),
        dst,
        via: null,
        dev: interfaceName,
      }),
    ),
  ];
}

/** A link to the host is no way for others to the other end: the host forwards what that has asked for, and no more. */
function forwardRules({ endpoint, interfaceName }: Place): KernelObject[] {
  const match = `-o ${interfaceName} -m conntrack ! --ctstate RELATED,ESTABLISHED`;
  const owner = { kind: "endpoint" as const, id: endpoint.id };
  return addressesOf(endpoint).map((address) => {
    const family = familyOf(address);
    return rule({ family, table: "filter", chain: forwardChains.forward, match, target: "DROP", owner });
  });
}

const familyOf = (address: string): 4 | 6 => (address.includes(":") ? 6 : 4);

/** What one end may send, and the other receive: whichever is less. */
function limitTowards({ endpoint: from }: Place, { endpoint: to }: Place): Limit | null {
  return stricter(from.options.bandwidth.egress, to.options.bandwidth.ingress);
}

/** Which end the link is made from, and so carries our group: the host's if there is one, else the one with the lower id. */
function isFirst(own: Place, other: Place): boolean {
  if (own.ns === "" || other.ns === "") return own.ns === "";
  return own.endpoint.id < other.endpoint.id;
}

function veth({ name, options: { mtu } }: Network, own: Place, other: Place): VethLink {
  return {
    kind: "link",
    type: "veth",
    ns: own.ns,
    name: own.interfaceName,
    mac: macOfEnd(own),
    mtu,
    master: null,
    isolated: false,
    hairpin: false,
    up: true,
    alias: `patchbay link ${name}`,
    peer: { ns: other.ns, name: other.interfaceName, mac: macOfEnd(other), mtu, up: true },
  };
}

const macOfEnd = ({ endpoint: { id, mac } }: Place): string => mac ?? macOf(id);

const addressesOf = ({ ipv4, ipv6 }: Endpoint): string[] => [ipv4, ipv6].filter((address) => address !== null);

/** IPv6 off where there is none; where there is, no address and no route from whoever sends router advertisements. */
function ipv6Sysctls({ endpoint, ns, interfaceName }: Place): KernelObject[] {
  const set = (name: string, value: string): KernelObject => ({
    kind: "sysctl",
    ns,
    name: `net/ipv6/conf/${interfaceName}/${name}`,
    value,
  });
  if (endpoint.ipv6 === null) return [set("disable_ipv6", "1")];
  return [set("disable_ipv6", "0"), set("accept_ra", "0"), set("accept_redirects", "0")];
}
