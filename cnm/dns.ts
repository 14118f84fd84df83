import { addressBytes, addressOf } from "./cidr.ts";
import type { Id } from "./ids.ts";
import type { Exposure } from "./ports.ts";
import { resolverAddress } from "./resolv-conf.ts";

/** What the resolvers of a network's sandboxes know of one joined endpoint. */
export interface HostRecord {
  endpointId: Id;
  networkId: Id;
  /** As people write them; the first is what its addresses are called. */
  names: readonly string[];
  /** Without prefix length. */
  ipv4: string | null;
  ipv6: string | null;
  services: readonly Exposure[];
}

/** Whose names one sandbox is told, and where it may ask for the rest. */
export interface ResolverView {
  sandboxId: Id;
  /** In the order in which a name is looked for. */
  networks: readonly { id: Id; name: string }[];
  /** Servers that a person gave, which are asked from inside the sandbox; null: the host's, which are asked from the host. */
  servers: readonly string[] | null;
  /** Only in internal networks: what the host's servers know is not for it, nor what it asks for them. */
  internal: boolean;
  /** A name without a dot is never asked for elsewhere, because a person has chosen when search domains are (resolv.conf(5), ndots). */
  dotless: "forward" | "keep";
}

/** A server that is asked what no network knows. */
export interface Upstream {
  address: string;
  /** The namespace it is asked from. */
  from: "host" | "sandbox";
}

const mostUpstreams = 3;

/** What has changed for the resolvers; null where there is nothing any more. */
export interface NamesDelta {
  records: { endpointId: Id; record: HostRecord | null }[];
  /** By the namespace of the sandbox. */
  views: { ns: string; view: ResolverView | null }[];
}

/** One question that a sandbox asked its resolver. */
export interface DnsQuery {
  /** RFC 3339, UTC. */
  at: string;
  name: string;
  /** "A", "AAAA", "PTR" … */
  type: string;
  /** The server whose answer it was; null where the resolver answered by itself. */
  upstream: string | null;
  /** "NOERROR", "NXDOMAIN", "SERVFAIL" … */
  rcode: string;
  durationUs: number;
}

/** What the resolver of a sandbox did, and whom it would ask now. */
export interface ResolverState {
  /** The last hundred, the last first. */
  queries: DnsQuery[];
  /** All since the resolver was opened. */
  count: number;
  upstreams: Upstream[];
}

/** Everything about the names of a sandbox. */
export interface SandboxDns extends ResolverState {
  /** Where programs in the sandbox ask; null if it has no resolver. */
  address: string | null;
  /** What holds in place of a resolver, as part of a sentence; null if there is one. */
  instead: string | null;
  /** In the order in which its networks are looked through. */
  records: (HostRecord & { networkName: string })[];
}

/** Whom to ask, in order: at most three. A resolver that were asked by itself would ask itself again. */
export function upstreamsOf({ servers, internal }: ResolverView, hostServers: readonly string[]): Upstream[] {
  const upstreams: Upstream[] = servers
    ? servers.filter((address) => address !== resolverAddress).map((address) => ({ address, from: "sandbox" }))
    : internal
      ? []
      : hostServers.map((address) => ({ address, from: "host" }));
  return upstreams.slice(0, mostUpstreams);
}

/** The name that is asked for an address's name: "2.0.17.172.in-addr.arpa" (RFC 1035 3.5), "….ip6.arpa" (RFC 3596 2.5). */
export function reverseName(address: string): string {
  const parsed = addressOf(address);
  const bytes = addressBytes(parsed);
  if (parsed.family === 4) return `${bytes.reverse().join(".")}.in-addr.arpa`;
  const digits = bytes.flatMap((byte) => [...byte.toString(16).padStart(2, "0")]);
  return `${digits.reverse().join(".")}.ip6.arpa`;
}
