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
      for (const flow of find(socket, flows)) orNone(() => socket.request(deleteFlow(flow)), []);
    } finally {
      socket.close();
    }
  }, undefined);
}

function find(socket: NetlinkSocket, flows: Flows): FlowInfo[] {
  const { family, to } = flows;
  const answeredBy = { address: to.address, protocol: numbers[flows.protocol] };
  const payloads =
    orNone(() => socket.dump(dumpFlows(family, answeredBy)), null) ?? orNone(() => socket.dump(dumpFlows(family)), []);
  return payloads.flatMap((payload) => {
    const flow = decodeFlow(payload);
    return flow && isAmong(flow, flows) ? flow : [];
  });
}

/** Pure: a flow to the address itself is not one of those that were translated. */
function isAmong(flow: FlowInfo, { protocol, port, count, to }: Flows): boolean {
  return (
    flow.dnat &&
    flow.protocol === numbers[protocol] &&
    flow.dstPort >= port &&
    flow.dstPort < port + count &&
    flow.replySrc === ipText(ipBytes(to.address))
  );
}

function orNone<T, N>(ask: () => T, none: N): T | N {
  try {
    return ask();
  } catch (error) {
    if (noConntrack.has(asSysError(error).errno)) return none;
    throw error;
  }
}
