import { AF_INET, AF_INET6, ipBytes, ipText } from "./ip.ts";
import { attributes, MessageWriter, NLM_F_DUMP } from "./message.ts";

/** Flows over ctnetlink: linux/netfilter/nfnetlink_conntrack.h. Ports, status and the message's family in network order. */
const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT_GET = (NFNL_SUBSYS_CTNETLINK << 8) | 1;
const IPCTNL_MSG_CT_DELETE = (NFNL_SUBSYS_CTNETLINK << 8) | 2;
const CTA = { TUPLE_ORIG: 1, TUPLE_REPLY: 2, STATUS: 3, ID: 12, ZONE: 18, FILTER: 25 } as const;
const CTA_TUPLE = { IP: 1, PROTO: 2 } as const;
const CTA_IP_SRC = { 4: 1, 6: 3 } as const;
const CTA_IP_DST = { 4: 2, 6: 4 } as const;
const CTA_PROTO = { NUM: 1, DST_PORT: 3 } as const;
const CTA_FILTER = { ORIG_FLAGS: 1, REPLY_FLAGS: 2 } as const;
/** net/netfilter/nf_conntrack_netlink.c: CTA_FILTER_F_CTA_IP_SRC and CTA_FILTER_F_CTA_PROTO_NUM. */
const FILTER_IP_SRC = 1 << 0;
const FILTER_PROTO_NUM = 1 << 3;
const IPS_DST_NAT = 1 << 5;
const NLA_F_NESTED = 0x8000;
const structLength = 4;

export interface FlowInfo {
  family: 4 | 6;
  /** IP protocol number. */
  protocol: number;
  /** Where its first packet was sent to. */
  dst: string;
  dstPort: number;
  /** Where the answers come from: after translation, the target. */
  replySrc: string;
  /** Whether its destination was translated. */
  dnat: boolean;
  /** The attributes that name it to the kernel. */
  identity: ReadonlyMap<number, Buffer>;
}

/**
 * The flows of a family; with `answeredBy` the kernel (from 5.8 on; older ones tell all) leaves out many of the others. It is
 * asked for the address with IPv4 only: of IPv6 it leaves out the very flows that match (ctnetlink_filter_match_tuple()).
 */
export function dumpFlows(family: 4 | 6, answeredBy?: { address: string | null; protocol: number }): Buffer {
  const message = flowMessage(IPCTNL_MSG_CT_GET, family, NLM_F_DUMP);
  if (!answeredBy) return message.bytes();
  const { address, protocol } = answeredBy;
  const byAddress = family === 4 && address !== null ? FILTER_IP_SRC : 0;
  return message
    .nested(CTA.TUPLE_REPLY, (tuple) => {
      if (address !== null) tuple.nested(CTA_TUPLE.IP, (ip) => ip.attribute(CTA_IP_SRC[family], ipBytes(address)));
      tuple.nested(CTA_TUPLE.PROTO, (proto) => proto.u8(CTA_PROTO.NUM, protocol));
    })
    .nested(CTA.FILTER, (filter) =>
      filter.u32(CTA_FILTER.ORIG_FLAGS, 0).u32(CTA_FILTER.REPLY_FLAGS, byAddress | FILTER_PROTO_NUM),
    )
    .bytes();
}

/** ENOENT if it has ended meanwhile: it is named by its first packet and its id. */
export function deleteFlow({ family, identity }: FlowInfo): Buffer {
  const message = flowMessage(IPCTNL_MSG_CT_DELETE, family, 0);
  for (const [type, value] of identity) message.attribute(type === CTA.TUPLE_ORIG ? type | NLA_F_NESTED : type, value);
  return message.bytes();
}

/** null for what has no ports, such as ICMP. */
export function decodeFlow(payload: Buffer): FlowInfo | null {
  const family = payload.readUInt8(0) === AF_INET6 ? 6 : 4;
  const found = attributes(payload, structLength);
  const orig = tupleOf(found.get(CTA.TUPLE_ORIG));
  const reply = tupleOf(found.get(CTA.TUPLE_REPLY));
  const dst = orig.ip.get(CTA_IP_DST[family]);
  const replySrc = reply.ip.get(CTA_IP_SRC[family]);
  const dstPort = orig.proto.get(CTA_PROTO.DST_PORT);
  if (!dst || !replySrc || !dstPort) return null;
  const status = found.get(CTA.STATUS)?.readUInt32BE(0) ?? 0;
  const identity = [CTA.TUPLE_ORIG, CTA.ID, CTA.ZONE].flatMap((type) => {
    const value = found.get(type);
    return value ? [[type, value] as const] : [];
  });
  return {
    family,
    protocol: orig.proto.get(CTA_PROTO.NUM)?.readUInt8(0) ?? 0,
    dst: ipText(dst),
    dstPort: dstPort.readUInt16BE(0),
    replySrc: ipText(replySrc),
    dnat: (status & IPS_DST_NAT) !== 0,
    identity: new Map(identity),
  };
}

const none = Buffer.alloc(0);

function tupleOf(value: Buffer = none) {
  const parts = attributes(value);
  return {
    ip: attributes(parts.get(CTA_TUPLE.IP) ?? none),
    proto: attributes(parts.get(CTA_TUPLE.PROTO) ?? none),
  };
}

function flowMessage(type: number, family: 4 | 6, flags: number): MessageWriter {
  return new MessageWriter(type, flags).struct(structLength, (bytes) =>
    bytes.writeUInt8(family === 4 ? AF_INET : AF_INET6, 0),
  );
}
