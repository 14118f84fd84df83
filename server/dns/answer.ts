import type { HostRecord, ResolverView } from "#cnm/dns.ts";
import type { KnownNetwork } from "./zones.ts";

/** A question as it is decided on: the name in lower case and without the last dot, the type as in "A". */
export interface Question {
  name: string;
  type: string;
}

/** A record of an answer. */
export type Resource =
  | { name: string; type: "A" | "AAAA" | "PTR"; data: string }
  | { name: string; type: "SRV"; data: { priority: number; weight: number; port: number; target: string } };

/** "nodata": the name is known, and there is nothing of that type (RFC 2308 2.2). */
export type Answer =
  | { kind: "answer"; answers: Resource[]; additionals: Resource[] }
  | { kind: "nodata" }
  | { kind: "forward" };

export interface Known {
  networks: readonly KnownNetwork[];
  dotless: ResolverView["dotless"];
}

/** Hosts of one network that are meant by a name. */
interface Found {
  network: KnownNetwork;
  hosts: readonly HostRecord[];
}

const nodata: Answer = { kind: "nodata" };

/**
 * What a resolver says to a question. Of several networks that know a name, the first that has something of the type answers;
 * whatever any of them knows is nobody else's business, whichever type is asked for. Pure.
 */
export function answer(known: Known, { name, type }: Question): Answer {
  const found = find(known.networks, name);
  if (found.length > 0) return hostAnswer(found, { name, type });
  const service = serviceOf(name);
  const servers = service ? find(known.networks, service.host) : [];
  if (service && servers.length > 0) return type === "SRV" ? serviceAnswer(servers, service, name) : nodata;
  const owner = ownerOf(known.networks, name);
  if (owner) return type === "PTR" || type === "ANY" ? answers([{ name, type: "PTR", data: owner }]) : nodata;
  const keeps = known.dotless === "keep" && !name.includes(".") && (type === "A" || type === "AAAA");
  return keeps ? nodata : { kind: "forward" };
}

function hostAnswer(found: readonly Found[], { name, type }: Question): Answer {
  for (const { hosts } of found) {
    const resources = hosts.flatMap((host) => addressesOf(host, name, type));
    if (resources.length > 0) return answers(resources);
  }
  return nodata;
}

function addressesOf({ ipv4, ipv6 }: HostRecord, name: string, type: string): Resource[] {
  const resources: Resource[] = [];
  if (ipv4 !== null && (type === "A" || type === "ANY")) resources.push({ name, type: "A", data: ipv4 });
  if (ipv6 !== null && (type === "AAAA" || type === "ANY")) resources.push({ name, type: "AAAA", data: ipv6 });
  return resources;
}

interface Service {
  protocol: string;
  port: number;
  host: string;
}

/** "_80._tcp.web" (RFC 2782): ports have no other names here. */
function serviceOf(name: string): Service | null {
  const [, port, protocol = "", host = ""] = /^_(\d{1,5})\._(tcp|udp|sctp)\.(.+)$/.exec(name) ?? [];
  return port === undefined ? null : { port: Number(port), protocol, host };
}

function serviceAnswer(found: readonly Found[], service: Service, name: string): Answer {
  for (const { network, hosts } of found) {
    const serving = hosts.filter((host) => serves(host, service));
    if (serving.length === 0) continue;
    const targets = serving.map((host) => ({ host, target: fullName(host, network) }));
    return {
      kind: "answer",
      answers: targets.map(({ target }) => ({
        name,
        type: "SRV",
        data: { priority: 0, weight: 0, port: service.port, target },
      })),
      additionals: targets.flatMap(({ host, target }) => addressesOf(host, target, "ANY")),
    };
  }
  return nodata;
}

function serves({ services }: HostRecord, { protocol, port }: Service): boolean {
  return services.some((of) => of.protocol === protocol && port >= of.port && port < of.port + of.count);
}

/** The name of the address that a reverse name stands for. */
function ownerOf(networks: readonly KnownNetwork[], name: string): string | null {
  for (const network of networks) {
    const host = network.zone.addresses.get(name);
    if (host) return fullName(host, network);
  }
  return null;
}

const fullName = ({ names: [name = ""] }: HostRecord, network: KnownNetwork): string => `${name}.${network.name}`;

/** Every network in which a host has the name, by itself or with the network's behind it. */
function find(networks: readonly KnownNetwork[], name: string): Found[] {
  const found: Found[] = [];
  for (const network of networks) {
    const { key, zone } = network;
    const short = name.endsWith(`.${key}`) ? zone.hosts.get(name.slice(0, -key.length - 1)) : undefined;
    const hosts = zone.hosts.get(name) ?? short;
    if (hosts) found.push({ network, hosts });
  }
  return found;
}

const answers = (resources: Resource[]): Answer => ({ kind: "answer", answers: resources, additionals: [] });
