import { gatewayMode } from "#cnm/drivers/bridge.ts";
import type { NetworkOf, Pool } from "#cnm/network.ts";
import type { KernelObject, Table } from "#server/kernel/objects.ts";
import { forwardChains, forwardHook, line, type Owner, openChain, rule } from "../rules.ts";
import { deviceOf } from "./device.ts";

type Network = NetworkOf<"bridge">;
type Family = Pool["family"];

/** The chains that all bridge networks share; those of a network are named after it. */
export const chains = {
  ...forwardChains,
  egress: "PATCHBAY-EGRESS",
  dnat: "PATCHBAY-DNAT",
  postrouting: "PATCHBAY-POSTROUTING",
  prerouting: "PATCHBAY-PREROUTING",
  internal: "PATCHBAY-INTERNAL",
  /** What may enter the network. */
  into: (network: Pick<Network, "id">) => `PATCHBAY-IN-${network.id.slice(0, 12)}`,
  /** Links, and published ports of a routed network. */
  open: (network: Pick<Network, "id">) => `PATCHBAY-OPEN-${network.id.slice(0, 12)}`,
};

/** The hooks in the built-in chains and the chains they lead to, for each family that some network has. */
export function sharedChains(networks: readonly Network[]): KernelObject[] {
  const families = new Set(networks.flatMap(({ pools }) => pools.map(({ family }) => family)));
  return [...families].sort().flatMap(sharedChainsOf);
}

function sharedChainsOf(family: Family): KernelObject[] {
  const host: Owner = { kind: "host" };
  const open = (table: Table, name: string) => openChain(family, table, name);
  const local = "-m addrtype --dst-type LOCAL";
  return [
    open("raw", chains.prerouting),
    // Link-local and multicast stay on the link: neighbour discovery needs them.
    internalChain(family, host),
    rule({ family, table: "raw", chain: "PREROUTING", target: chains.prerouting, owner: host, place: "first" }),
    rule({
      family,
      table: "raw",
      chain: chains.prerouting,
      match: "-i lo",
      target: "RETURN",
      owner: host,
      place: "first",
    }),
    ...forwardHook(family),
    open("filter", chains.egress),
    rule({ family, table: "filter", chain: "FORWARD", target: chains.egress, owner: host }),
    open("nat", chains.dnat),
    open("nat", chains.postrouting),
    // Loopback cannot leave the host in IPv6, and a link-local address means another host on every link.
    ...(family === 4 ? [] : ["fe80::/10", "::1/128"]).map((range) =>
      rule({
        family,
        table: "nat",
        chain: chains.dnat,
        match: `-d ${range}`,
        target: "RETURN",
        owner: host,
        place: "first",
      }),
    ),
    rule({ family, table: "nat", chain: "PREROUTING", match: local, target: chains.dnat, owner: host }),
    rule({ family, table: "nat", chain: "OUTPUT", match: local, target: chains.dnat, owner: host }),
    rule({ family, table: "nat", chain: "POSTROUTING", target: chains.postrouting, owner: host }),
  ];
}

function internalChain(family: Family, owner: Owner): KernelObject {
  const kept = family === 4 ? [] : ["fe80::/10", "ff02::/16"];
  const rules = [
    ...kept.map((range) => line({ match: `-d ${range}`, target: "RETURN", owner })),
    line({ target: "DROP", owner }),
  ];
  return { kind: "chain", family, table: "raw", name: chains.internal, rules };
}

/** What may enter and leave the network, and under which address. */
export function networkRules(network: Network): KernelObject[] {
  return network.pools.flatMap((pool) => [
    ...rawRules(network, pool),
    ...filterRules(network, pool),
    ...(translates(network, pool.family) ? natRules(network, pool) : []),
  ]);
}

/** Whether the network's addresses are hidden behind the host's, and ports are published by translation. */
export function translates({ internal, options }: Network, family: Family): boolean {
  return !internal && ["nat", "nat-unprotected"].includes(gatewayMode(options, family));
}

const ownerOf = ({ id }: Network): Owner => ({ kind: "network", id });

/**
 * Before connection tracking and whatever else decides: what comes from elsewhere and names an address of the network is
 * nothing that was asked for, as all that was asked for names an address of the host.
 */
function rawRules(network: Network, { family, subnet }: Pool): KernelObject[] {
  const device = deviceOf(network);
  const { internal, options } = network;
  const hidden = gatewayMode(options, family) === "nat" && options.masquerade;
  const raw = (match: string, target: string) =>
    rule({ family, table: "raw", chain: chains.prerouting, match, target, owner: ownerOf(network) });
  return [
    ...(internal || hidden ? [raw(`-d ${subnet} ! -i ${device}`, "DROP")] : []),
    ...(internal ? [raw(`! -d ${subnet} -i ${device}`, chains.internal)] : []),
    // The bridge lets the host's loopback addresses out (route_localnet), so nobody may come in for them.
    ...(family === 4 && translates(network, family) ? [raw(`-d 127.0.0.0/8 -i ${device}`, "DROP")] : []),
  ];
}

function filterRules(network: Network, { family }: Pool): KernelObject[] {
  const owner = ownerOf(network);
  const device = deviceOf(network);
  const into = chains.into(network);
  const filter = (chain: string, match: string, target: string) =>
    rule({ family, table: "filter", chain, match, target, owner });
  return [
    { kind: "chain", family, table: "filter", name: into, rules: intoRules(network, family) },
    ...(hasOpenChain(network, family)
      ? [{ kind: "chain", family, table: "filter", name: chains.open(network), rules: null } as const]
      : []),
    filter(chains.forward, `-o ${device}`, into),
    ...(network.internal ? [] : [filter(chains.egress, `-i ${device}`, "ACCEPT")]),
  ];
}

/** Whether single ports of single endpoints are open in the filter table. */
export function hasOpenChain(network: Network, family: Family): boolean {
  return !network.options.icc || isRouted(network, family);
}

export function isRouted({ internal, options }: Network, family: Family): boolean {
  return !internal && gatewayMode(options, family) === "routed";
}

function intoRules(network: Network, family: Family): string[] {
  const owner = ownerOf(network);
  const device = deviceOf(network);
  const { icc } = network.options;
  const mode = gatewayMode(network.options, family);
  const accept = (match: string) => line({ match, target: "ACCEPT", owner });
  const unprotected = !network.internal && mode === "nat-unprotected";
  return [
    accept("-m conntrack --ctstate RELATED,ESTABLISHED"),
    ...(icc ? [accept(`-i ${device}`)] : []),
    ...(isRouted(network, family) ? [accept(family === 4 ? "-p icmp" : "-p ipv6-icmp")] : []),
    ...(hasOpenChain(network, family) ? [line({ target: chains.open(network), owner })] : []),
    ...(translates(network, family) ? [accept("-m conntrack --ctstate DNAT")] : []),
    ...(unprotected ? [accept(`! -i ${device}`)] : []),
    line({ target: "DROP", owner }),
  ];
}

function natRules(network: Network, { family, subnet }: Pool): KernelObject[] {
  const device = deviceOf(network);
  const { masquerade, hostIpv4, hostIpv6 } = network.options;
  const source = family === 4 ? hostIpv4 : hostIpv6;
  const nat = (match: string, target: string) =>
    rule({ family, table: "nat", chain: chains.postrouting, match, target, owner: ownerOf(network) });
  return [
    ...(masquerade ? [nat(`-s ${subnet} ! -o ${device}`, source ? `SNAT --to-source ${source}` : "MASQUERADE")] : []),
    // A sandbox that reaches a sibling, or itself, through the host's address: the answer has to come back through the host.
    nat(`-s ${subnet} -o ${device} -m conntrack --ctstate DNAT`, "MASQUERADE"),
    ...(family === 4 ? [nat(`-s 127.0.0.0/8 -o ${device}`, "MASQUERADE")] : []),
  ];
}
