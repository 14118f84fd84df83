import type { DropCounter } from "../calls.ts";
import { changeElements, decodeElements, dumpElements } from "../netlink/nftables.ts";
import { NETLINK_NETFILTER, NetlinkSocket } from "../netlink/socket.ts";
import type { OnceObject } from "../objects.ts";
import type { Sources } from "../steps.ts";
import { asSysError, SysError } from "../sys.ts";
import {
  decodeElement,
  elementsOf,
  encodeElement,
  type GuardElement,
  guardSets,
  guardsOf,
  quietElement,
  replacement,
} from "./elements.ts";
import { tableName } from "./skeleton.ts";
import { isIntact } from "./table.ts";

type Guard = Sources & { port: string };
interface Change {
  gone?: GuardElement[];
  come?: GuardElement[];
}

/** Idempotent. ENOENT if the table is not there. */
export function addGuard(socket: NetlinkSocket, guard: Guard): void {
  change(socket, { come: elementsOf(guard) });
}

/** ENOENT, and nothing is deleted, if any part of it is not there. */
export function deleteGuard(socket: NetlinkSocket, guard: Guard): void {
  change(socket, { gone: elementsOf(guard) });
}

export function replaceGuard(socket: NetlinkSocket, guard: Guard & { was: Sources }): void {
  change(socket, replacement(guard));
}

/** Idempotent. ENOENT if the table is not there. */
export function addQuiet(socket: NetlinkSocket, port: string): void {
  change(socket, { come: [quietElement(port)] });
}

/** ENOENT if it is not there. */
export function deleteQuiet(socket: NetlinkSocket, port: string): void {
  change(socket, { gone: [quietElement(port)] });
}

function change(socket: NetlinkSocket, { gone = [], come = [] }: Change): void {
  socket.batch(changeElements(tableName, { gone: gone.map(encodeElement), come: come.map(encodeElement) }));
}

/** The table and what is in it, in the namespace of the thread. Nothing beside a table that is damaged: it goes as well. */
export function observeGuards(): OnceObject[] {
  return withNetfilter((socket) => {
    const intact = isIntact(socket);
    if (intact === null) return [];
    const guards = intact
      ? guardsOf(guardSets.flatMap((set) => elementsIn(socket, set).map(({ element }) => element)))
      : null;
    return guards === null ? [{ kind: "guard-table", damaged: true }] : [{ kind: "guard-table" }, ...guards];
  }, []);
}

/** Port → what was dropped there since its guard was added. */
export function guardCounters(): Record<string, DropCounter> {
  return withNetfilter(
    (socket) =>
      Object.fromEntries(
        elementsIn(socket, "guarded").map(({ element, packets, bytes }) => [element.port, { packets, bytes }]),
      ),
    {},
  );
}

function elementsIn(socket: NetlinkSocket, set: (typeof guardSets)[number]) {
  return socket
    .dump(dumpElements(tableName, set))
    .flatMap(decodeElements)
    .map(({ key, packets, bytes }) => ({ element: decodeElement(set, key), packets, bytes }));
}

/** No table; no nftables in this kernel (nfnetlink.c, socket(2)). */
const absent: ReadonlySet<string> = new Set(["ENOENT", "EINVAL", "EOPNOTSUPP", "EPROTONOSUPPORT"]);

function withNetfilter<T>(work: (socket: NetlinkSocket) => T, otherwise: T): T {
  let socket: NetlinkSocket | undefined;
  try {
    socket = new NetlinkSocket(NETLINK_NETFILTER);
    return work(socket);
  } catch (error) {
    if (error instanceof SysError && absent.has(asSysError(error).errno)) return otherwise;
    throw error;
  } finally {
    socket?.close();
  }
}
