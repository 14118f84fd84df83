import { AF_INET, AF_INET6, prefixOf } from "./netlink/ip.ts";
import { type HeldPort, keyOf, type PortProtocol } from "./objects.ts";
import { userOf } from "./port-users.ts";
import { rangeText } from "./plan/ports.ts";
import type { PortRange } from "./steps.ts";
import * as sys from "./sys.ts";

const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const kinds: Record<PortProtocol, { type: number; protocol: number }> = {
  tcp: { type: sys.SOCK_STREAM, protocol: 6 },
  udp: { type: sys.SOCK_DGRAM, protocol: 17 },
  sctp: { type: sys.SOCK_STREAM, protocol: 132 },
};

/** What socket(2) says where the kernel has not the protocol, or no IPv6: nobody else can take the port then either. */
const notInKernel: ReadonlySet<string> = new Set(["EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EAFNOSUPPORT"]);

/** One port at one address. */
interface Spot {
  protocol: PortProtocol;
  address: string;
  port: number;
}

interface Held extends Spot {
  fd: number;
}

/**
 * The ports the daemon holds, with a bound socket each, in the namespace of the thread. Nobody listens on them: what comes in
 * is translated before it gets to a socket. A port is closed when no range needs it any more, so that one which passes from
 * one range to another is not free in between.
 */
export class HeldPorts {
  readonly #ranges = new Map<string, HeldPort>();
  readonly #sockets = new Map<string, Held>();

  /**
   * All ports of the range or none. Throws EADDRINUSE in words that name the other program, EADDRNOTAVAIL, EACCES. Where the
   * kernel has not the protocol (SCTP) or the family, it succeeds, and there is nothing to hold.
   */
  hold(range: HeldPort): void {
    const added: string[] = [];
    try {
      for (const spot of spotsOf(range)) {
        const name = rangeText({ ...spot, count: 1 });
        if (this.#sockets.has(name)) continue;
        const fd = this.#open(spot);
        if (fd === null) continue;
        this.#sockets.set(name, { ...spot, fd });
        added.push(name);
      }
    } catch (error) {
      for (const name of added) this.#close(name);
      throw error;
    }
    this.#ranges.set(keyOf(range), range);
  }

  /** Throws ENOENT if the range is not held. */
  release(range: PortRange): void {
    const key = keyOf({ kind: "port", ...range, to: { address: "", port: 0 } });
    if (!this.#ranges.delete(key)) throw new sys.SysError("release", "ENOENT", `${rangeText(range)} is not held`);
    const needed = [...this.#ranges.values()].filter(({ protocol, address }) => isAt(range, { protocol, address }));
    for (const spot of spotsOf(range))
      if (!needed.some((other) => contains(other, spot.port))) this.#close(rangeText({ ...spot, count: 1 }));
  }

  all(): HeldPort[] {
    return [...this.#ranges.values()];
  }

  /** Whether the port at exactly this address is held. */
  has(spot: Spot): boolean {
    return this.#sockets.has(rangeText({ ...spot, count: 1 }));
  }

  close(): void {
    for (const name of [...this.#sockets.keys()]) this.#close(name);
    this.#ranges.clear();
  }

  #close(name: string): void {
    const held = this.#sockets.get(name);
    this.#sockets.delete(name);
    if (held) sys.close(held.fd);
  }

  /** null: not in this kernel. */
  #open(spot: Spot): number | null {
    const fd = newSocket(spot);
    if (fd === null) return null;
    try {
      this.#bind(fd, spot);
      return fd;
    } catch (error) {
      sys.close(fd);
      throw explained(spot, error);
    }
  }

  /**
   * Sockets that all have SO_REUSEADDR may be bound to the same port (socket(7)), and a TCP one then listen beside those that
   * do not: ours have it only while we bind beside our own, as when a port passes from one address to all; and of TCP while
   * we bind, since the connections of a server that is gone would be in the way (TIME_WAIT). A listener always is.
   */
  #bind(fd: number, spot: Spot): void {
    const sameNumber = ({ protocol, port }: Spot) => protocol === spot.protocol && port === spot.port;
    const ours = [...this.#sockets.values()].filter(sameNumber).map((held) => held.fd);
    const sharing = spot.protocol === "udp" && ours.length === 0 ? [] : [...ours, fd];
    for (const each of sharing) reuse(each, 1);
    try {
      sys.bind(fd, socketAddress(spot));
    } finally {
      for (const each of sharing) reuse(each, 0);
    }
  }
}

/** Those of the kernel worker, which end with it. */
export const heldPorts = new HeldPorts();

const isAt = (
  a: { protocol: PortProtocol; address: string },
  b: { protocol: PortProtocol; address: string },
): boolean => a.protocol === b.protocol && a.address === b.address;

const contains = (range: PortRange, port: number): boolean => port >= range.port && port < range.port + range.count;

function spotsOf({ protocol, address, port, count }: PortRange): Spot[] {
  return Array.from({ length: count }, (_, i) => ({ protocol, address, port: port + i }));
}

const reuse = (fd: number, value: number): void => sys.setOption(fd, sys.SOL_SOCKET, { name: sys.SO_REUSEADDR, value });

function newSocket({ protocol: name, address }: Spot): number | null {
  const { type, protocol } = kinds[name];
  const { family } = prefixOf(address);
  let fd: number;
  try {
    fd = sys.socket(family, type, protocol);
  } catch (error) {
    if (notInKernel.has(sys.asSysError(error).errno)) return null;
    throw explained({ protocol: name, address, port: 0 }, error);
  }
  if (family === AF_INET6) sys.setOption(fd, IPPROTO_IPV6, { name: IPV6_V6ONLY, value: 1 });
  return fd;
}

/** A sockaddr_in (ip(7)) or sockaddr_in6 (ipv6(7)). */
function socketAddress({ address, port }: Spot): Buffer {
  const { family, bytes } = prefixOf(address);
  const buffer = Buffer.alloc(family === AF_INET ? 16 : 28);
  buffer.writeUInt16LE(family, 0);
  buffer.writeUInt16BE(port, 2);
  bytes.copy(buffer, family === AF_INET ? 4 : 8);
  return buffer;
}

/** In words that say what would be right. */
function explained(spot: Spot, thrown: unknown): sys.SysError {
  const { errno, text } = sys.asSysError(thrown);
  return new sys.SysError("bind", errno, explanation(spot, errno) ?? text);
}

function explanation(spot: Spot, errno: string): string | null {
  switch (errno) {
    case "EADDRINUSE":
      return `${rangeText({ ...spot, count: 1 })} is in use by ${userOf(spot) ?? "another program"}`;
    case "EADDRNOTAVAIL":
      return `no interface of this host has the address ${spot.address}`;
    case "EACCES":
      return `port ${spot.port} is privileged: patchbayd needs CAP_NET_BIND_SERVICE to hold it`;
    case "EMFILE":
      return "patchbayd holds as many ports as it may open files (RLIMIT_NOFILE)";
    default:
      return null;
  }
}
