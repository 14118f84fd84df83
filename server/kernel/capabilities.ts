import { addBridge, addVeth } from "./netlink/link.ts";
import { NetlinkSocket } from "./netlink/socket.ts";
import { asSysError, homeNamespace, inNamespace } from "./sys.ts";

/**
 * Driver → why this kernel cannot serve it, found by trying: every kind of link a driver needs is made once in a scratch
 * namespace that goes with its last user, the socket. On the kernel worker's thread.
 */
export function unsupported(): Record<string, string> {
  let socket: NetlinkSocket;
  try {
    socket = inNamespace("new", () => new NetlinkSocket());
  } catch (error) {
    const reason = `network namespaces cannot be made here: ${asSysError(error).text}`;
    return { null: reason, bridge: reason };
  }
  try {
    const probe = { name: "probe", mtu: 1500 };
    const bridge = attempt("bridge", () => socket.request(addBridge({ ...probe, name: "bridge" })));
    const veth = attempt("veth", () =>
      socket.request(addVeth({ ...probe, peer: { ...probe, netnsFd: homeNamespace() } })),
    );
    const reason = bridge ?? veth;
    return reason === null ? {} : { bridge: reason };
  } finally {
    socket.close();
  }
}

function attempt(type: string, make: () => void): string | null {
  try {
    make();
    return null;
  } catch (error) {
    return `${type} is not in this kernel: ${asSysError(error).text}`;
  }
}
