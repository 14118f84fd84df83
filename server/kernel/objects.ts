import type { NamespaceIdentity, NamespaceSource } from "#cnm/origin.ts";
import { normalRule } from "./firewall/rule.ts";

/**
 * What a driver asks for: the things that must exist in the kernel, as data. A namespace is "" (the host namespace the
 * daemon was given) or the name of a namespace in the netns directory ("pb-3f0c1a2b3c4d").
 */
export type Namespace = string;

export interface NetnsObject {
  kind: "netns";
  name: string;
  /** One that somebody else has made: only the name is ours. What is in it is not, and goes by steps of its own. */
  adopted?: Adoption;
}

/** Where the namespace is to be found, and how it is known to be the one that is meant. */
export interface Adoption extends NamespaceIdentity {
  source: NamespaceSource;
}

/** Only ever observed: the link was marked to be deleted with others, by somebody who died or failed before that. */
export type Doomed = true;

export interface BridgeLink {
  kind: "link";
  type: "bridge";
  ns: Namespace;
  name: string;
  mac: string;
  mtu: number;
  up: boolean;
  alias: string;
  doomed?: Doomed;
}

/**
 * A bridge that a person made. It is looked for and brought up, and nothing else of it is ever changed: it is not ours to make,
 * name, set or delete. It is observed only where it is wanted.
 */
export interface AdoptedBridgeLink {
  kind: "link";
  type: "adopted-bridge";
  ns: Namespace;
  name: string;
  up: boolean;
}

/**
 * Both ends of a veth. Identity: namespace and name of either end; the peer is born in its namespace. An end in the host's
 * namespace is never the peer.
 */
export interface VethLink {
  kind: "link";
  type: "veth";
  ns: Namespace;
  name: string;
  /** Absent: whichever the kernel gives. Observed only where it is wanted. */
  mac?: string;
  mtu: number;
  master: string | null;
  /** Of a bridge port: it reaches the bridge and ports that are not, never another that is (bridge(8)). False without a master. */
  isolated: boolean;
  /** Of a bridge port: what comes from it may leave by it as well (bridge(8)). False without a master. */
  hairpin: boolean;
  up: boolean;
  alias: string;
  doomed?: Doomed;
  peer: { ns: Namespace; name: string; mac: string; mtu: number; up: boolean };
}

/** `lo` exists as soon as its namespace does: it is set, never added or deleted. */
export interface LoopbackLink {
  kind: "link";
  type: "loopback";
  ns: Namespace;
  name: "lo";
  up: boolean;
  alias: string;
}

/** What is sent to it waits at its root qdisc, and is then as if it had arrived where it was redirected from (ifb of ip-link(8)). */
export interface IfbLink {
  kind: "link";
  type: "ifb";
  ns: Namespace;
  name: string;
  mtu: number;
  up: boolean;
  alias: string;
  doomed?: Doomed;
}

export type LinkObject = BridgeLink | AdoptedBridgeLink | VethLink | LoopbackLink | IfbLink;

/** A token bucket at the root of a device (tc-tbf(8)), of ours by its handle: what the device sends is no more. */
export interface ShaperObject {
  kind: "shaper";
  ns: Namespace;
  dev: string;
  /** Bits per second. */
  rate: number;
  /** Bytes. */
  burst: number;
  /** How many bytes wait at most. */
  limit: number;
}

/** The place for filters of what arrives at a device. */
export interface IngressObject {
  kind: "ingress";
  ns: Namespace;
  dev: string;
}

/** All that arrives at a device, which has an ingress, leaves by an ifb instead; `to` is "" where that has gone. */
export interface RedirectObject {
  kind: "redirect";
  ns: Namespace;
  dev: string;
  to: string;
}

export interface AddressObject {
  kind: "address";
  ns: Namespace;
  dev: string;
  /** "172.17.0.1/16", canonical. IPv6 ones are added with nodad. */
  address: string;
}

export interface RouteObject {
  kind: "route";
  ns: Namespace;
  family: 4 | 6;
  /** "default" or a subnet. */
  dst: string;
  via: string | null;
  dev: string;
}

/** A permanent neighbour (ARP or ND) entry. */
export interface NeighbourObject {
  kind: "neighbour";
  ns: Namespace;
  dev: string;
  dst: string;
  mac: string;
}

/** A file below /proc/sys of the namespace: name "net/ipv6/conf/eth0/disable_ipv6". Not deletable: it goes with its link. */
export interface SysctlObject {
  kind: "sysctl";
  ns: Namespace;
  name: string;
  value: string;
}

export type Table = "raw" | "mangle" | "nat" | "filter";

/**
 * A chain of ours, in the daemon's namespace. `rules` are its rules, in order, as iptables-save(8) prints them behind
 * "-A NAME "; null: its rules are RuleObjects (whose order does not matter) or, for PATCHBAY-USER, the administrator's own.
 */
export interface ChainObject {
  kind: "chain";
  family: 4 | 6;
  table: Table;
  name: string;
  rules: string[] | null;
}

/** One rule, of ours by its chain or, in a built-in chain, by its jump to a chain PATCHBAY-…. */
export interface RuleObject {
  kind: "rule";
  family: 4 | 6;
  table: Table;
  chain: string;
  rule: string;
  /** "first": inserted at the head of the chain; "last": appended (before a final unconditional REJECT or DROP of a built-in chain). */
  place: "first" | "last";
  /** Who it belongs to: what is an endpoint's is deleted before anything else is done, the rest after everything else. */
  owner: "host" | "network" | "endpoint";
}

export const fileNames = ["hosts", "hostname", "resolv.conf"] as const;

/**
 * A file that ip-netns(8) puts in place of the one in /etc: "/etc/netns/pb-…/hosts". It is written in place, as whoever runs
 * in the namespace already has the file itself mounted.
 */
export interface FileObject {
  kind: "file";
  /** Never the host's. */
  ns: Namespace;
  name: (typeof fileNames)[number];
  content: string;
  /**
   * Only ever observed. edited: it says neither what was written last nor what is wanted, and is left alone. unrecorded: it
   * says what is wanted, but nobody knows that it was us who wrote it.
   */
  state?: "edited" | "unrecorded";
}

export type FirewallObject = ChainObject | RuleObject;

/**
 * Host ports from `port` on, held by bound sockets of the daemon, so that no other program can take them; translated to `to`.
 * They end with the daemon. Identity: all but `to`, so that what is translated elsewhere stays held meanwhile.
 */
export interface HeldPort {
  kind: "port";
  protocol: PortProtocol;
  /** In the daemon's own namespace, canonical: "0.0.0.0", "::" (IPv6 only), "127.0.0.1" … */
  address: string;
  port: number;
  /** How many ports follow on each other; at least 1. */
  count: number;
  to: Target;
}

export type PortProtocol = "tcp" | "udp" | "sctp";

/** Where the first of the ports is translated to. */
export interface Target {
  address: string;
  port: number;
}

/** The nftables table `bridge patchbay` with its sets and chains: one for the host. Guards and quiet ports are elements of its sets. */
export interface GuardTableObject {
  kind: "guard-table";
  /** Only ever observed: it is not as it was made, so that it is made anew, and with it all that is in it. */
  damaged?: true;
}

/** What the endpoint behind a bridge port may send from; everything else it sends is dropped and counted. */
export interface GuardObject {
  kind: "guard";
  /** The host end of the veth. */
  port: string;
  mac: string;
  /** IPv4 and IPv6, without prefix length. With an IPv6 one goes the link-local address that follows from the MAC. */
  addresses: string[];
}

/**
 * The endpoint behind a bridge port talks to the host and to no other such port of its bridge, itself included, but for what it
 * sent to the host and netfilter led back into the bridge.
 */
export interface QuietObject {
  kind: "quiet";
  /** The host end of the veth. */
  port: string;
}

/** What is in a namespace, or is one, and what watches over it. */
export type NetworkObject =
  | NetnsObject
  | LinkObject
  | AddressObject
  | RouteObject
  | NeighbourObject
  | SysctlObject
  | ShaperObject
  | IngressObject
  | RedirectObject
  | ResolverObject
  | OnceObject;

/** What is in no namespace but the host's: the table of the guards, and what is in it. */
export type OnceObject = GuardTableObject | GuardObject | QuietObject;

export type KernelObject = NetworkObject | HeldPort | FirewallObject | FileObject;
/**
 * A server at 127.0.0.11 in a sandbox: sockets of the daemon on ports of the kernel's choice, so that port 53 stays free for
 * whoever is in there, and the table `ip patchbay` of its nftables that leads there what is for 127.0.0.11:53. The sockets end
 * with the daemon, and keep their namespace in being.
 */
export interface ResolverObject {
  kind: "resolver";
  ns: Namespace;
  /** Only ever observed: sockets or table are not, or not as they were made. */
  damaged?: true;
}

export const isPort = (object: KernelObject): object is HeldPort => object.kind === "port";
export const isFile = (object: KernelObject): object is FileObject => object.kind === "file";
export const isFirewall = (object: KernelObject): object is FirewallObject =>
  object.kind === "chain" || object.kind === "rule";
export const isOnce = (object: KernelObject): object is OnceObject =>
  object.kind === "guard-table" || object.kind === "guard" || object.kind === "quiet";
/** What keeps apart and watches: rules, chains, guards. */
export const isProtection = (object: KernelObject): boolean => isFirewall(object) || isOnce(object);
export const isNetworkObject = (object: KernelObject): object is NetworkObject =>
  !isPort(object) && !isFirewall(object) && !isFile(object);

/** The identity of an object: two objects with the same key are the same thing in two states. */
export function keyOf(object: KernelObject): string {
  switch (object.kind) {
    case "netns":
      return object.adopted ? `netns ${object.name} adopted ${object.adopted.cookie}` : `netns ${object.name}`;
    case "link":
      return object.type === "veth"
        ? `link ${object.ns} ${object.name} veth ${object.peer.ns} ${object.peer.name}`
        : `link ${object.ns} ${object.name} ${object.type}`;
    case "address":
      return `address ${object.ns} ${object.dev} ${object.address}`;
    case "route":
      return `route ${object.ns} ${object.family} ${object.dst}`;
    case "neighbour":
      return `neighbour ${object.ns} ${object.dev} ${object.dst}`;
    case "sysctl":
      return `sysctl ${object.ns} ${object.name}`;
    case "shaper":
      return `shaper ${object.ns} ${object.dev}`;
    case "ingress":
      return `ingress ${object.ns} ${object.dev}`;
    case "redirect":
      return `redirect ${object.ns} ${object.dev} ${object.to}`;
    case "file":
      return `file ${object.ns} ${object.name}`;
    case "resolver":
      return `resolver ${object.ns}`;
    case "port":
      return `port ${object.protocol} ${object.address} ${object.port} ${object.count}`;
    case "guard-table":
      return "guard-table";
    case "guard":
      return `guard ${object.port}`;
    case "quiet":
      return `quiet ${object.port}`;
    case "chain":
      return `chain ${object.family} ${object.table} ${object.name}`;
    case "rule":
      return `rule ${object.family} ${object.table} ${object.chain} ${normalRule(object.rule)}`;
  }
}
