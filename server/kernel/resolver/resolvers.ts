import { fstatSync } from "node:fs";
import { resolverAddress } from "#cnm/resolv-conf.ts";
import { ipv4Address } from "../datagrams.ts";
import { deleteTable, fingerprintOf, getTable, NFPROTO_IPV4 } from "../netlink/nftables.ts";
import { NETLINK_NETFILTER, NetlinkSocket } from "../netlink/socket.ts";
import type { Namespace, ResolverObject } from "../objects.ts";
import * as sys from "../sys.ts";
import { redirectionUnsupported } from "./redirection.ts";
import { makeTable, type ResolverPorts, resolverTable, resolverTableDumps } from "./table.ts";

/** Descriptors of the two sockets of a resolver: UDP bound, TCP listening, neither ever waits. */
export interface ResolverSockets {
  udp: number;
  tcp: number;
}

/** Who serves the sockets, and closes them. */
export interface ResolverHand {
  open(ns: Namespace, sockets: ResolverSockets): void;
  close(ns: Namespace): void;
}

interface Open {
  /** The namespace's inode: it cannot be another's as long as the sockets are open. */
  inode: number;
  /** Of the table as it was made; null if the sockets hold port 53 themselves. */
  fingerprint: string | null;
}

const dnsPort = 53;
const backlog = 64;
/** Room for a thousand queries that come at once, each of which takes some 800 bytes of it; used as it is needed (socket(7)). */
const receiveBuffer = { name: sys.SO_RCVBUFFORCE, value: 1 << 20 };

/** The resolvers that are open, each as the object of its namespace. On the kernel worker's thread. */
export class Resolvers {
  readonly #hand: ResolverHand;
  readonly #open = new Map<Namespace, Open>();

  constructor(hand: ResolverHand) {
    this.#hand = hand;
  }

  /**
   * Opens the sockets in the namespace of `fd`, and makes the table that leads there where the kernel can; what was there of a
   * resolver is replaced. Throws SysError.
   */
  open(ns: Namespace, fd: number): void {
    this.#closeSockets(ns);
    const { sockets, fingerprint } = sys.inNamespace(fd, canRedirect() ? openRedirected : openDirectly);
    this.#open.set(ns, { inode: fstatSync(fd).ino, fingerprint });
    this.#hand.open(ns, sockets);
  }

  /** `fd`: the namespace, null if the table is not to be deleted with the sockets. Throws ENOENT if nothing was there. */
  close(ns: Namespace, fd: number | null): void {
    const wasOpen = this.#closeSockets(ns);
    const table = canRedirect() ? fd : null;
    if (!wasOpen && table === null) throw new sys.SysError("close", "ENOENT", `${ns} has no resolver`);
    try {
      if (table !== null) removeTable(table);
    } catch (error) {
      if (!wasOpen || !isAbsent(error)) throw error;
    }
  }

  /** What is there of a resolver in the namespace of `fd`; null if nothing is. */
  observe(ns: Namespace, fd: number): ResolverObject | null {
    const known = this.#open.get(ns);
    const fingerprint = canRedirect() ? tableIn(fd) : null;
    if (!known && fingerprint === null) return null;
    const whole = known?.inode === fstatSync(fd).ino && known.fingerprint === fingerprint;
    return whole ? { kind: "resolver", ns } : { kind: "resolver", ns, damaged: true };
  }

  /** The namespaces of those that are open. */
  namespaces(): Namespace[] {
    return [...this.#open.keys()];
  }

  /** The sockets of all of them; their tables stay, and lead nowhere until the next start. */
  closeAll(): void {
    for (const ns of this.namespaces()) this.#closeSockets(ns);
  }

  #closeSockets(ns: Namespace): boolean {
    if (!this.#open.delete(ns)) return false;
    this.#hand.close(ns);
    return true;
  }
}

/** Nobody serves the sockets; they are only kept. */
export function keptByNobody(): ResolverHand {
  const open = new Map<Namespace, ResolverSockets>();
  return {
    open: (ns, sockets) => open.set(ns, sockets),
    close: (ns) => {
      const sockets = open.get(ns);
      open.delete(ns);
      if (sockets) closeBoth(sockets);
    },
  };
}

const canRedirect = (): boolean => redirectionUnsupported() === null;

type Opened = { sockets: ResolverSockets; fingerprint: string | null };

const openRedirected = (): Opened =>
  withSockets(0, ({ udp, tcp }) => redirect({ udp: sys.boundPort(udp), tcp: sys.boundPort(tcp) }));

const openDirectly = (): Opened => withSockets(dnsPort, () => null);

/** Closes the sockets if there is no end to it. */
function withSockets(port: number, finish: (sockets: ResolverSockets) => string | null): Opened {
  const udp = bound(sys.SOCK_DGRAM, port);
  try {
    sys.setOption(udp, sys.SOL_SOCKET, receiveBuffer);
    const tcp = bound(sys.SOCK_STREAM, port);
    try {
      sys.listen(tcp, backlog);
      return { sockets: { udp, tcp }, fingerprint: finish({ udp, tcp }) };
    } catch (error) {
      sys.close(tcp);
      throw error;
    }
  } catch (error) {
    sys.close(udp);
    throw error;
  }
}

function redirect(ports: ResolverPorts): string {
  const socket = new NetlinkSocket(NETLINK_NETFILTER);
  const exists = hasTable(socket);
  try {
    socket.batch(makeTable(ports, exists));
    return fingerprintOf(socket, resolverTableDumps());
  } finally {
    if (exists) socket.closeLater();
    else socket.close();
  }
}

/** Port 0: any that is free. */
function bound(type: number, port: number): number {
  const fd = sys.socket(sys.AF_INET, type | sys.SOCK_NONBLOCK, 0);
  try {
    // Connections of the daemon before may hold the port for a while yet (TIME_WAIT).
    if (type === sys.SOCK_STREAM && port !== 0) sys.setOption(fd, sys.SOL_SOCKET, { name: sys.SO_REUSEADDR, value: 1 });
    sys.bind(fd, ipv4Address(resolverAddress, port));
    return fd;
  } catch (error) {
    sys.close(fd);
    throw port !== 0 && sys.asSysError(error).errno === "EADDRINUSE" ? portTaken : error;
  }
}

const portTaken = new sys.SysError(
  "bind",
  "EADDRINUSE",
  `a program in the sandbox holds port ${dnsPort}, which the resolver needs at ${resolverAddress} as this kernel has no nat of nftables: end it, or bind it to another address`,
);

function closeBoth({ udp, tcp }: ResolverSockets): void {
  sys.close(udp);
  sys.close(tcp);
}

function removeTable(namespace: number): void {
  const socket = sys.inNamespace(namespace, () => new NetlinkSocket(NETLINK_NETFILTER));
  try {
    socket.batch(deleteTable(resolverTable, NFPROTO_IPV4));
  } finally {
    socket.closeLater();
  }
}

/** The fingerprint of the table in the namespace; null if there is none. */
function tableIn(namespace: number): string | null {
  const socket = sys.inNamespace(namespace, () => new NetlinkSocket(NETLINK_NETFILTER));
  try {
    return hasTable(socket) ? fingerprintOf(socket, resolverTableDumps()) : null;
  } finally {
    socket.close();
  }
}

function hasTable(socket: NetlinkSocket): boolean {
  try {
    socket.request(getTable(resolverTable, NFPROTO_IPV4));
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

const isAbsent = (error: unknown): boolean => sys.asSysError(error).errno === "ENOENT";
