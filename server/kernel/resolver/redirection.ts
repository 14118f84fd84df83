import { resolverAddress } from "#cnm/resolv-conf.ts";
import { NETLINK_NETFILTER, NetlinkSocket } from "../netlink/socket.ts";
import { asSysError, inNamespace } from "../sys.ts";
import { makeTable } from "./table.ts";

let known: string | null | undefined;

/**
 * Why no table can lead to resolvers on this kernel, so that they hold port 53 themselves; null if one can. Found once, by making
 * one in a scratch namespace. Not from inside another namespace.
 */
export function redirectionUnsupported(): string | null {
  if (known === undefined) known = attempt();
  return known;
}

function attempt(): string | null {
  try {
    inNamespace("new", () => {
      const socket = new NetlinkSocket(NETLINK_NETFILTER);
      try {
        socket.batch(makeTable({ udp: 53, tcp: 53 }, false));
      } finally {
        socket.close();
      }
    });
    return null;
  } catch (error) {
    const instead = `resolvers hold port 53 of ${resolverAddress}, which programs in their sandboxes cannot bind`;
    return `nat of nftables is not in this kernel: ${asSysError(error).text}; ${instead}`;
  }
}
