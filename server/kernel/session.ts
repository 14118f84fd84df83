import { join } from "node:path";
import { adoptNamespace } from "./adopt.ts";
import {
  addBridge,
  addIfb,
  addVeth,
  decodeLink,
  getLink,
  type LinkInfo,
  type NewLink,
  type NewVeth,
} from "./netlink/link.ts";
import { NETLINK_NETFILTER, NetlinkSocket } from "./netlink/socket.ts";
import { addNamespace, deleteNamespace, openNamespace } from "./netns.ts";
import type { Adoption, Namespace } from "./objects.ts";
import * as sys from "./sys.ts";
import { Sysctls } from "./sysctl.ts";

/** An open namespace: a descriptor to enter it, and a netlink socket that lives in it. */
interface Place {
  /** null: the worker's own. */
  fd: number | null;
  socket: NetlinkSocket;
  /** Indexes of the links that were looked up or made in this session. */
  indexes: Map<string, number>;
  sysctls: Sysctls;
}

/** The worker's own namespace stays as long as the thread, and so does the way to its sysctls. */
const homeSysctls = new Sysctls();

/** Each is a handful of descriptors, and a plan may name more namespaces than a process may open files. */
const mostPlaces = 100;

/**
 * What one apply or observe keeps open: a socket per namespace, opened at first use. Both pin a namespace, so the session is
 * short, closed at the end, and lets go of a namespace before it is deleted.
 */
export class Session {
  readonly #directory: string;
  readonly #places = new Map<Namespace, Place>();
  #netfilter: NetlinkSocket | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  socket(ns: Namespace): NetlinkSocket {
    return this.#place(ns).socket;
  }

  /** For the host's nftables. */
  netfilter(): NetlinkSocket {
    this.#netfilter ??= new NetlinkSocket(NETLINK_NETFILTER);
    return this.#netfilter;
  }

  /** Enters the namespace; false if it is gone. */
  opens(ns: Namespace): boolean {
    try {
      this.#place(ns);
      return true;
    } catch (error) {
      // Of the name alone, with nothing mounted on it, EINVAL is said.
      if (["ENOENT", "EINVAL"].includes(sys.asSysError(error).errno)) return false;
      throw error;
    }
  }

  /** Runs synchronous work on the namespace's sysctls, with the thread inside. */
  sysctls<T>(ns: Namespace, work: (sysctls: Sysctls) => T): T {
    const { fd, sysctls } = this.#place(ns);
    return fd === null ? work(sysctls) : sys.inNamespace(fd, () => work(sysctls));
  }

  /** A descriptor of the namespace, the session's to close. */
  descriptor(ns: Namespace): number {
    return this.#place(ns).fd ?? sys.homeNamespace();
  }

  addNamespace(name: string): void {
    this.#keep(name, enter(addNamespace(this.#path(name))));
  }

  adoptNamespace(name: string, adopted: Adoption): void {
    this.#keep(name, enter(adoptNamespace(this.#path(name), adopted)));
  }

  deleteNamespace(name: string): void {
    this.#leave(name);
    deleteNamespace(this.#path(name));
  }

  addBridge(ns: Namespace, link: NewLink): void {
    this.#created(ns, addBridge(link));
  }

  addIfb(ns: Namespace, link: NewLink): void {
    this.#created(ns, addIfb(link));
  }

  addVeth(ns: Namespace, link: Omit<NewVeth, "peer"> & { peer: NewLink & { ns: Namespace } }): void {
    const { ns: peerNs, ...peer } = link.peer;
    const made = this.#created(ns, addVeth({ ...link, peer: { ...peer, netnsFd: this.descriptor(peerNs) } }));
    if (made) this.#place(peerNs).indexes.set(peer.name, made.peer.index);
  }

  /** Throws ENODEV if there is no such link. */
  link(ns: Namespace, name: string): LinkInfo {
    const { socket, indexes } = this.#place(ns);
    const [payload] = socket.request(getLink(name));
    if (!payload) throw new sys.SysError("netlink", "ENODEV", `no link ${name}`);
    const link = decodeLink(payload);
    indexes.set(name, link.index);
    return link;
  }

  /** Like `link`, for the index alone: asks the kernel once per session. */
  index(ns: Namespace, name: string): number {
    return this.#place(ns).indexes.get(name) ?? this.link(ns, name).index;
  }

  forgetIndex(ns: Namespace, name: string): void {
    this.#place(ns).indexes.delete(name);
  }

  close(): void {
    this.#netfilter?.close();
    this.#netfilter = undefined;
    for (const ns of [...this.#places.keys()]) this.#leave(ns);
  }

  #created(ns: Namespace, request: Buffer): LinkInfo | undefined {
    const { socket, indexes } = this.#place(ns);
    const [echo] = socket.request(request);
    if (!echo) return undefined;
    const link = decodeLink(echo);
    indexes.set(link.name, link.index);
    return link;
  }

  #place(ns: Namespace): Place {
    const known = this.#places.get(ns);
    this.#places.delete(ns);
    return this.#keep(ns, known ?? (ns === "" ? home() : enter(openNamespace(this.#path(ns)))));
  }

  /** As the last in the order of use; the first goes if there are too many. */
  #keep(ns: Namespace, place: Place): Place {
    this.#places.set(ns, place);
    const [longestUnused] = this.#places.keys();
    if (this.#places.size > mostPlaces && longestUnused !== undefined) this.#leave(longestUnused);
    return place;
  }

  #path(ns: Namespace): string {
    return join(this.#directory, ns);
  }

  #leave(ns: Namespace): void {
    const place = this.#places.get(ns);
    if (!place) return;
    this.#places.delete(ns);
    place.socket.close();
    if (place.fd === null) return;
    place.sysctls.close();
    sys.close(place.fd);
  }
}

function home(): Place {
  return { fd: null, socket: new NetlinkSocket(), indexes: new Map(), sysctls: homeSysctls };
}

/** Takes the descriptor over. */
function enter(fd: number): Place {
  try {
    const socket = sys.inNamespace(fd, () => new NetlinkSocket());
    return { fd, socket, indexes: new Map(), sysctls: new Sysctls() };
  } catch (error) {
    sys.close(fd);
    throw error;
  }
}
