import { addressOf, formatAddress } from "./cidr.ts";
import type { Endpoint } from "./endpoint.ts";
import { gatewayOf } from "./gateway.ts";
import { poolOf } from "./ipam.ts";
import { endpointsIn, interfacesOf } from "./members.ts";
import { type HostResolvConf, parseResolvConf, renderResolvConf } from "./resolv-conf.ts";
import { hasResolver } from "./resolver.ts";
import { hostnameOf, type Sandbox } from "./sandbox.ts";
import { hostGateway } from "./sandbox-options.ts";
import type { Topology } from "./topology.ts";

/** The files of a sandbox that stand in place of those in /etc. */
export const sandboxFileNames = ["hosts", "hostname", "resolv.conf"] as const;
export type SandboxFileName = (typeof sandboxFileNames)[number];

/** One of a sandbox's files as it is, and as the topology wants it. */
export interface SandboxFile {
  name: SandboxFileName;
  /** As `ip netns exec` finds it: "/etc/netns/pb-…/hosts". */
  path: string;
  /** What it holds; null where there is none, or nothing that can be read as text. */
  content: string | null;
  /** What Patchbay writes. */
  rendered: string;
  /** A person has changed it: it is left alone until it is deleted, or says again what Patchbay writes. */
  edited: boolean;
}

/** The text of each file. Pure; a sandbox in host mode has none of its own, and an occupant those of whose namespace it is in. */
export function sandboxFiles(
  topology: Topology,
  sandbox: Sandbox,
  host: HostResolvConf,
): { name: SandboxFileName; content: string }[] {
  if (sandbox.mode !== "private") return [];
  const { dns } = sandbox.options;
  const subject = { dns, resolver: hasResolver(topology, sandbox.id), ipv6: hasIpv6(topology, sandbox) };
  return [
    { name: "hosts", content: renderHosts(topology, sandbox) },
    { name: "hostname", content: `${hostnameOf(sandbox).host}\n` },
    { name: "resolv.conf", content: renderResolvConf(parseResolvConf(host), subject) },
  ];
}

/** Whose files are read where none are written, as a sentence. Of an occupant, ask for the owner. */
export function insteadOfFiles({ mode }: Sandbox): string {
  if (mode === "adopted")
    return "none are written for what was adopted: its programs keep the files of their own /etc, and what is run in it by sandbox exec reads the host's";
  return "a sandbox in host mode has the host's own files";
}

const localhost = "127.0.0.1\tlocalhost";
const localhost6 = [
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::\tip6-localnet",
  "ff00::\tip6-mcastprefix",
  "ff02::1\tip6-allnodes",
  "ff02::2\tip6-allrouters",
];

/** The text of /etc/hosts: hosts(5). Pure. */
export function renderHosts(topology: Topology, sandbox: Sandbox): string {
  const { host, domain } = hostnameOf(sandbox);
  const own = domain === "" ? host : `${host}.${domain} ${host}`;
  const endpoints = interfacesOf(topology, sandbox.id);
  const lines = [
    localhost,
    ...(hasIpv6(topology, sandbox) ? localhost6 : []),
    ...sandbox.options.extraHosts.flatMap(({ name, address }) =>
      (address === hostGateway ? hostAddresses(topology, sandbox) : [address]).map((ip) => `${ip}\t${name}`),
    ),
    ...endpoints.flatMap((endpoint) => addressesOf(endpoint).map((ip) => `${ip}\t${own}`)),
    ...endpoints.flatMap((endpoint) => linkLines(topology, endpoint)),
  ];
  return `${lines.join("\n")}\n`;
}

/** A legacy link makes the other endpoint known by its alias, as long as it is joined to a sandbox. */
function linkLines(topology: Topology, { links }: Endpoint): string[] {
  return links.flatMap(({ endpointId, alias }) => {
    const target = topology.endpoints[endpointId];
    if (!target?.attachment) return [];
    const names = alias === target.name ? alias : `${alias} ${target.name}`;
    return addressesOf(target).map((ip) => `${ip}\t${names}`);
  });
}

/** Where the host is reached: by the network that the default route leads into, else by the first that the host is in. */
function hostAddresses(topology: Topology, sandbox: Sandbox): string[] {
  const { ipv4, ipv6 } = gatewayOf(topology, sandbox.id);
  const chosen = [ipv4, ipv6].flatMap((id) => (id && topology.endpoints[id]) || []);
  const order = [...chosen, ...interfacesOf(topology, sandbox.id)];
  return ([4, 6] as const).flatMap((family) => {
    const gateways = order.flatMap((endpoint) => {
      const network = topology.networks[endpoint.networkId];
      const own = family === 4 ? endpoint.ipv4 : endpoint.ipv6;
      return (own !== null && network && poolOf(network, family)?.gateway) || [];
    });
    return gateways.slice(0, 1);
  });
}

function hasIpv6(topology: Topology, { id }: Sandbox): boolean {
  return endpointsIn(topology, id).some(({ ipv6 }) => ipv6 !== null);
}

function addressesOf({ ipv4, ipv6 }: Endpoint): string[] {
  return [ipv4, ipv6].flatMap((address) => (address === null ? [] : formatAddress(addressOf(address))));
}
