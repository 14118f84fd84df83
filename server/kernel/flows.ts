import { decodeAddress, dumpAddresses } from "./netlink/address.ts";
import { decodeFlow, deleteFlow, dumpFlows, type FlowInfo } from "./netlink/conntrack.ts";
import { ipBytes, ipText } from "./netlink/ip.ts";
import { NETLINK_NETFILTER, NetlinkSocket } from "./netlink/socket.ts";
import type { PortProtocol } from "./objects.ts";
import type { Step } from "./steps.ts";
import { asSysError } from "./sys.ts";

type Flows = Omit<Extract<Step, { op: "conntrack.del" }>, "op">;

const numbers: Record<PortProtocol, number> = { tcp: 6, udp: 17, sctp: 132 };

/**
 * What a kernel without netfilter's sockets says, and one whose conntrack is not loaded (EINVAL, nfnetlink_rcv_msg()): there
 * are no flows then.
 */
const noConntrack: ReadonlySet<string> = new Set(["EPROTONOSUPPORT", "EINVAL", "EOPNOTSUPP", "ENOENT"]);

/** Deletes the flows one by one, those of the thread's namespace. Where conntrack is not loaded there is nothing to do. */
export function deleteFlows(flows: Flows): void {
  orNone(() => {
    const socket = new NetlinkSocket(NETLINK_NETFILTER);
    try {
      const host = flows.to === null ? hostAddresses() : none;
      for (const flow of find(socket, flows).filter((each) => isAmong(each, flows, host)))
        orNone(() => socket.request(deleteFlow(flow)), []);
    } finally {
      socket.close();
    }
  }, undefined);
}

const none: ReadonlySet<string> = new Set();

function hostAddresses(): ReadonlySet<string> {
  const socket = new NetlinkSocket();
  try {
    return new Set(socket.dump(dumpAddresses()).map((payload) => addressIn(decodeAddress(payload).address)));
  } finally {
    socket.close();
  }
}

const addressIn = (cidr: string): string => cidr.split("/")[0] ?? "";

/** What the kernel tells when asked for these: there may be others among them. */
function find(socket: NetlinkSocket, { family, protocol, to }: Flows): FlowInfo[] {
  const answeredBy = { address: to?.address ?? null, protocol: numbers[protocol] };
  const payloads =
    orNone(() => socket.dump(dumpFlows(family, answeredBy)), null) ?? orNone(() => socket.dump(dumpFlows(family)), []);
  return payloads.flatMap((payload) => decodeFlow(payload) ?? []);
}

/** Pure: a flow to the address itself is not one of those that were translated. */
function isAmong(flow: FlowInfo, { protocol, port, count, to }: Flows, host: ReadonlySet<string>): boolean {
  const isThere = flow.protocol === numbers[protocol] && flow.dstPort >= port && flow.dstPort < port + count;
  const isMeant = to ? flow.dnat && flow.replySrc === ipText(ipBytes(to.address)) : !flow.dnat && host.has(flow.dst);
  return isThere && isMeant;
}

function orNone<T, N>(ask: () => T, none: N): T | N {
  try {
    return ask();
  } catch (error) {
    if (noConntrack.has(asSysError(error).errno)) return none;
    throw error;
  }
}
