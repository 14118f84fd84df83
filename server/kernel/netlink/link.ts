import { macBytes, macText } from "./ip.ts";
import { attributes, MessageWriter, NLM_F_CREATE, NLM_F_DUMP, NLM_F_ECHO, NLM_F_EXCL } from "./message.ts";
import { decodeText, encodeText } from "./text.ts";

/** Links over rtnetlink(7): linux/if_link.h. A link is addressed by name, or by index where the caller knows it. */
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
const IFF_UP = 1;
const RTEXT_FILTER_SKIP_STATS = 8;
const structLength = 16;

const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  LINKINFO: 18,
  IFALIAS: 20,
  GROUP: 27,
  NET_NS_FD: 28,
  EXT_MASK: 29,
  NUM_TX_QUEUES: 31,
  NUM_RX_QUEUES: 32,
  LINK_NETNSID: 37,
} as const;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_INFO_SLAVE_KIND = 4;
const IFLA_INFO_SLAVE_DATA = 5;
const IFLA_BRPORT_MODE = 4;
const IFLA_BRPORT_ISOLATED = 33;
const VETH_INFO_PEER = 1;
const IFLA_BR_MULTI_BOOLOPT = 46;
const BR_BOOLOPT_NO_LL_LEARN = 0;

/** What can be given to a link when it is made. */
export interface NewLink {
  name: string;
  group?: number;
  mac?: string;
  mtu?: number;
}

export interface NewVeth extends NewLink {
  /** The peer is born in the namespace of the file descriptor. */
  peer: NewLink & { netnsFd: number };
}

/** Settings of a bridge port. */
export interface PortChanges {
  isolated?: boolean;
  hairpin?: boolean;
}

export interface LinkChanges {
  alias?: string;
  mac?: string;
  mtu?: number;
  /** Index of the bridge; 0 takes the link out of its bridge. */
  master?: number;
  up?: boolean;
}

/** A link as a dump or an echo tells it. */
export interface LinkInfo {
  index: number;
  name: string;
  /** "bridge", "veth" …; "" for a device without rtnl link operations, such as lo or a network card. */
  type: string;
  up: boolean;
  mac: string;
  mtu: number;
  master: number;
  /** Of a bridge port, as `hairpin`. */
  isolated: boolean;
  hairpin: boolean;
  alias: string;
  group: number;
  /** A veth's peer: its index and, unless it is in the same namespace, that namespace's id here. */
  peer: { index: number; netnsId: number | null };
}

/**
 * Echoes the new link: its index is in the answer, a veth's peer's as well. Fails with EEXIST where the name is taken. Frames
 * to the group addresses of 802.1D, which netfilter does not see (LLDP's in br_handle_frame), teach the bridge no MAC.
 */
export function addBridge(link: NewLink): Buffer {
  const bit = 1 << BR_BOOLOPT_NO_LL_LEARN;
  const options = Buffer.alloc(8);
  options.writeUInt32LE(bit, 0);
  options.writeUInt32LE(bit, 4);
  return newLink(link, (info) =>
    info
      .text(IFLA_INFO_KIND, "bridge")
      .nested(IFLA_INFO_DATA, (data) => data.attribute(IFLA_BR_MULTI_BOOLOPT, options)),
  ).bytes();
}

/** One queue, as of a veth. */
export function addIfb(link: NewLink): Buffer {
  return singleQueue(newLink(link, (info) => info.text(IFLA_INFO_KIND, "ifb"))).bytes();
}

/** One transmit and one receive queue each: the default of one per processor makes every veth several times as dear. */
export function addVeth(link: NewVeth): Buffer {
  const { peer } = link;
  const message = newLink(link, (info) =>
    info.text(IFLA_INFO_KIND, "veth").nested(IFLA_INFO_DATA, (data) =>
      data.nested(VETH_INFO_PEER, (end) => {
        singleQueue(
          describe(
            end.struct(structLength, () => {}),
            peer,
          ),
        ).u32(IFLA.NET_NS_FD, peer.netnsFd);
      }),
    ),
  );
  return singleQueue(message).bytes();
}

function newLink(link: NewLink, info: (message: MessageWriter) => void): MessageWriter {
  const message = new MessageWriter(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO);
  return describe(
    message.struct(structLength, () => {}),
    link,
  ).nested(IFLA.LINKINFO, info);
}

function describe(message: MessageWriter, link: NewLink): MessageWriter {
  message.text(IFLA.IFNAME, link.name);
  if (link.mtu !== undefined) message.u32(IFLA.MTU, link.mtu);
  if (link.group !== undefined) message.u32(IFLA.GROUP, link.group);
  if (link.mac !== undefined) message.attribute(IFLA.ADDRESS, macBytes(link.mac));
  return message;
}

function singleQueue(message: MessageWriter): MessageWriter {
  return message.u32(IFLA.NUM_TX_QUEUES, 1).u32(IFLA.NUM_RX_QUEUES, 1);
}

/** All changes in one message: the kernel applies them in its own order, and stops at the first that fails. */
export function setLink(name: string, changes: LinkChanges): Buffer {
  const message = new MessageWriter(RTM_NEWLINK, 0).struct(structLength, (info) => {
    info.writeUInt32LE(changes.up ? IFF_UP : 0, 8);
    info.writeUInt32LE(changes.up === undefined ? 0 : IFF_UP, 12);
  });
  message.text(IFLA.IFNAME, name);
  if (changes.alias !== undefined) message.attribute(IFLA.IFALIAS, encodeText(changes.alias));
  if (changes.mac !== undefined) message.attribute(IFLA.ADDRESS, macBytes(changes.mac));
  if (changes.mtu !== undefined) message.u32(IFLA.MTU, changes.mtu);
  if (changes.master !== undefined) message.u32(IFLA.MASTER, changes.master);
  return message.bytes();
}

/** EOPNOTSUPP for a link that is in no bridge. */
export function setPort(name: string, { isolated, hairpin }: PortChanges): Buffer {
  return new MessageWriter(RTM_NEWLINK, 0)
    .struct(structLength, () => {})
    .text(IFLA.IFNAME, name)
    .nested(IFLA.LINKINFO, (info) =>
      info.text(IFLA_INFO_SLAVE_KIND, "bridge").nested(IFLA_INFO_SLAVE_DATA, (port) => {
        if (isolated !== undefined) port.u8(IFLA_BRPORT_ISOLATED, Number(isolated));
        if (hairpin !== undefined) port.u8(IFLA_BRPORT_MODE, Number(hairpin));
      }),
    )
    .bytes();
}

/** By index where the caller has looked at the link first, so that a name that changed hands in between hits nothing. */
export function deleteLink(index: number): Buffer {
  return new MessageWriter(RTM_DELLINK, 0).struct(structLength, (info) => info.writeInt32LE(index, 4)).bytes();
}

/** All links of the namespace that are in the group (`ip link del group`), or none. ENODEV if there are none. */
export function deleteLinkGroup(group: number): Buffer {
  return new MessageWriter(RTM_DELLINK, 0)
    .struct(structLength, () => {})
    .u32(IFLA.GROUP, group)
    .bytes();
}

/** By index, as `deleteLink`. */
export function setLinkGroup(index: number, group: number): Buffer {
  return new MessageWriter(RTM_NEWLINK, 0)
    .struct(structLength, (info) => info.writeInt32LE(index, 4))
    .u32(IFLA.GROUP, group)
    .bytes();
}

export function getLink(name: string): Buffer {
  const message = new MessageWriter(RTM_GETLINK, 0).struct(structLength, () => {});
  return message.text(IFLA.IFNAME, name).u32(IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS).bytes();
}

export function dumpLinks(): Buffer {
  const message = new MessageWriter(RTM_GETLINK, NLM_F_DUMP).struct(structLength, () => {});
  return message.u32(IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS).bytes();
}

export function decodeLink(payload: Buffer): LinkInfo {
  const found = attributes(payload, structLength);
  const text = (type: number) => decodeText(found.get(type) ?? Buffer.alloc(0));
  const number = (type: number) => found.get(type)?.readUInt32LE(0) ?? 0;
  const info = attributes(found.get(IFLA.LINKINFO) ?? Buffer.alloc(0));
  const port = attributes(info.get(IFLA_INFO_SLAVE_DATA) ?? Buffer.alloc(0));
  const isSet = (type: number) => port.get(type)?.readUInt8(0) === 1;
  return {
    index: payload.readInt32LE(4),
    name: text(IFLA.IFNAME),
    type: decodeText(info.get(IFLA_INFO_KIND) ?? Buffer.alloc(0)),
    up: (payload.readUInt32LE(8) & IFF_UP) !== 0,
    mac: macText(found.get(IFLA.ADDRESS) ?? Buffer.alloc(0)),
    mtu: number(IFLA.MTU),
    master: number(IFLA.MASTER),
    isolated: isSet(IFLA_BRPORT_ISOLATED),
    hairpin: isSet(IFLA_BRPORT_MODE),
    alias: text(IFLA.IFALIAS),
    group: number(IFLA.GROUP),
    peer: { index: number(IFLA.LINK), netnsId: found.get(IFLA.LINK_NETNSID)?.readInt32LE(0) ?? null },
  };
}
