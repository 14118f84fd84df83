import { type HostRecord, type ResolverView, reverseName } from "#cnm/dns.ts";
import type { Id } from "#cnm/ids.ts";

/** What one network's resolvers know, by name: lower-case, without the network's. */
export interface Zone {
  readonly hosts: ReadonlyMap<string, readonly HostRecord[]>;
  /** By the names that are asked for the names of addresses. */
  readonly addresses: ReadonlyMap<string, HostRecord>;
}

/** A network of a sandbox with what is known in it; the name is in lower case. */
export interface KnownNetwork {
  /** As people write it. */
  name: string;
  key: string;
  zone: Zone;
}

class MutableZone implements Zone {
  readonly hosts = new Map<string, HostRecord[]>();
  readonly addresses = new Map<string, HostRecord>();

  add(record: HostRecord): void {
    for (const key of keysOf(record)) {
      const known = this.hosts.get(key);
      if (known) known.push(record);
      else this.hosts.set(key, [record]);
    }
    for (const address of addressesOf(record)) this.addresses.set(reverseName(address), record);
  }

  delete(record: HostRecord): void {
    for (const key of keysOf(record)) {
      const others = this.hosts.get(key)?.filter((other) => other !== record) ?? [];
      if (others.length > 0) this.hosts.set(key, others);
      else this.hosts.delete(key);
    }
    for (const name of addressesOf(record).map(reverseName))
      if (this.addresses.get(name) === record) this.addresses.delete(name);
  }
}

/** The records of all networks. A record that comes, changes or goes costs what it is itself, however many there are. */
export class Zones {
  readonly #records = new Map<Id, HostRecord>();
  readonly #zones = new Map<Id, MutableZone>();

  /** What the endpoint is from now on; null if it is nowhere. */
  set(endpointId: Id, record: HostRecord | null): void {
    const before = this.#records.get(endpointId);
    if (before) this.#remove(before);
    if (!record) return;
    this.#records.set(endpointId, record);
    this.#zoneOf(record.networkId).add(record);
  }

  clear(): void {
    this.#records.clear();
    this.#zones.clear();
  }

  /** In the order of the view. */
  seenBy({ networks }: ResolverView): KnownNetwork[] {
    return networks.map(({ id, name }) => ({ name, key: name.toLowerCase(), zone: this.#zones.get(id) ?? empty }));
  }

  #remove(record: HostRecord): void {
    this.#records.delete(record.endpointId);
    const zone = this.#zones.get(record.networkId);
    zone?.delete(record);
    if (zone?.hosts.size === 0) this.#zones.delete(record.networkId);
  }

  #zoneOf(networkId: Id): MutableZone {
    const known = this.#zones.get(networkId);
    const zone = known ?? new MutableZone();
    if (!known) this.#zones.set(networkId, zone);
    return zone;
  }
}

const empty: Zone = { hosts: new Map(), addresses: new Map() };

const keysOf = ({ names }: HostRecord): Set<string> => new Set(names.map((name) => name.toLowerCase()));
const addressesOf = ({ ipv4, ipv6 }: HostRecord): string[] => [ipv4, ipv6].filter((address) => address !== null);
