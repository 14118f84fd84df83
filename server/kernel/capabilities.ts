import { qdiscMajor } from "./names.ts";
import { addBridge, addIfb, addVeth, decodeLink, getLink } from "./netlink/link.ts";
import { addIngress, addRedirect, replaceTbf } from "./netlink/qdisc.ts";
import { NetlinkSocket } from "./netlink/socket.ts";
import { redirectionUnsupported } from "./resolver/redirection.ts";
import { asSysError, close, inNamespace, open } from "./sys.ts";

/**
 * Driver, "bandwidth.ingress", "bandwidth.egress" or "resolver.redirection" → why this kernel cannot serve it, found by trying: every
 * kind of link a driver needs is made once in a scratch namespace that goes with its last users. On the kernel worker's thread.
 */
export function unsupported(): Record<string, string> {
  let scratch: { socket: NetlinkSocket; fd: number };
  try {
    scratch = inNamespace("new", () => ({ socket: new NetlinkSocket(), fd: open("/proc/thread-self/ns/net", 0) }));
  } catch (error) {
    const reason = `network namespaces cannot be made here: ${asSysError(error).text}`;
    return { null: reason, bridge: reason, ptp: reason };
  }
  const { socket, fd } = scratch;
  try {
    const bridge = attempt("bridge", () => socket.request(addBridge({ name: "bridge" })));
    const veth = attempt("veth", () => socket.request(addVeth({ name: "veth", peer: { name: "peer", netnsFd: fd } })));
    const reasons = {
      bridge: bridge ?? veth,
      ptp: veth,
      "bandwidth.ingress": attempt("tbf", () => shape(socket)),
      "bandwidth.egress": attempt("ifb, or a redirection to it,", () => redirect(socket)),
      "resolver.redirection": redirectionUnsupported(),
    };
    return Object.fromEntries(
      Object.entries(reasons).flatMap(([driver, reason]) => (reason ? [[driver, reason]] : [])),
    );
  } finally {
    socket.close();
    close(fd);
  }
}

/** On the veth that was made before. */
function shape(socket: NetlinkSocket): void {
  socket.request(replaceTbf(indexOf(socket, "veth"), qdiscMajor, { rate: 1_000_000, burst: 3000, limit: 30_000 }));
}

function redirect(socket: NetlinkSocket): void {
  socket.request(addIfb({ name: "ifb" }));
  const veth = indexOf(socket, "veth");
  socket.request(addIngress(veth));
  socket.request(addRedirect(veth, indexOf(socket, "ifb")));
}

function indexOf(socket: NetlinkSocket, name: string): number {
  const [payload] = socket.request(getLink(name));
  return payload ? decodeLink(payload).index : 0;
}

function attempt(type: string, make: () => void): string | null {
  try {
    make();
    return null;
  } catch (error) {
    return `${type} is not in this kernel: ${asSysError(error).text}`;
  }
}
