import { fstatSync } from "node:fs";
import { resolverAddress } from "#cnm/resolv-conf.ts";
import { deleteTable, fingerprintOf, getTable, NFPROTO_IPV4 } from "../netlink/nftables.ts";
import { NETLINK_NETFILTER, NetlinkSocket } from "../netlink/socket.ts";
import type { Namespace, ResolverObject } from "../objects.ts";
import * as sys from "../sys.ts";
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
  /** Of the table as it was made. */
  fingerprint: string;
}

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

  /** Opens the sockets and makes the table in the namespace of `fd`; what was there of a resolver is replaced. Throws SysError. */
  open(ns: Namespace, fd: number): void {
    this.#closeSockets(ns);
    const { sockets, fingerprint } = sys.inNamespace(fd, openHere);
    this.#open.set(ns, { inode: fstatSync(fd).ino, fingerprint });
    this.#hand.open(ns, sockets);
  }

  /** `fd`: the namespace, null if the table is not to be deleted with the sockets. Throws ENOENT if nothing was there. */
  close(ns: Namespace, fd: number | null): void {
    const wasOpen = this.#closeSockets(ns);
    if (!wasOpen && fd === null) throw new sys.SysError("close", "ENOENT", `${ns} has no resolver`);
    try {
      if (fd !== null) removeTable(fd);
    } catch (error) {
      if (!wasOpen || !isAbsent(error)) throw error;
    }
  }

  /** What is there of a resolver in the namespace of `fd`; null if nothing is. */
  observe(ns: Namespace, fd: number): ResolverObject | null {
    const known = this.#open.get(ns);
    const socket = sys.inNamespace(fd, () => new NetlinkSocket(NETLINK_NETFILTER));
    try {
      if (!known && !hasTable(socket)) return null;
      const whole =
        known?.inode === fstatSync(fd).ino && known.fingerprint === fingerprintOf(socket, resolverTableDumps());
      return whole ? { kind: "resolver", ns } : { kind: "resolver", ns, damaged: true };
    } finally {
      socket.close();
    }
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

function openHere(): { sockets: ResolverSockets; fingerprint: string } {
  const udp = bound(sys.SOCK_DGRAM);
  try {
    sys.setOption(udp, sys.SOL_SOCKET, receiveBuffer);
    const tcp = bound(sys.SOCK_STREAM);
    try {
      sys.listen(tcp, backlog);
      const fingerprint = redirect({ udp: sys.boundPort(udp), tcp: sys.boundPort(tcp) });
      return { sockets: { udp, tcp }, fingerprint };
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

/** A sockaddr_in (ip(7)) with port 0: any that is free. */
const anyPort = Buffer.from([sys.AF_INET, 0, 0, 0, ...resolverAddress.split(".").map(Number), ...Buffer.alloc(8)]);

function bound(type: number): number {
  const fd = sys.socket(sys.AF_INET, type | sys.SOCK_NONBLOCK, 0);
  try {
    sys.bind(fd, anyPort);
    return fd;
  } catch (error) {
    sys.close(fd);
    throw error;
  }
}

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
