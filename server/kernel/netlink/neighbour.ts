import { AF_INET, AF_INET6, ipBytes, ipText, macBytes, macText } from "./ip.ts";
import { attributes, MessageWriter, NLM_F_CREATE, NLM_F_DUMP, NLM_F_REPLACE } from "./message.ts";

/** Permanent neighbour (ARP and ND) entries over rtnetlink(7): linux/neighbour.h. */
const RTM_NEWNEIGH = 28;
const RTM_DELNEIGH = 29;
const RTM_GETNEIGH = 30;
const NDA_DST = 1;
const NDA_LLADDR = 2;
const NDA_PROTOCOL = 12;
const NUD_PERMANENT = 0x80;
const structLength = 12;

export interface Neighbour {
  index: number;
  dst: string;
  mac: string;
}

export interface NeighbourInfo extends Neighbour {
  protocol: number;
}

export function replaceNeighbour(neighbour: Neighbour, protocol: number): Buffer {
  return neighbourMessage(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, neighbour)
    .attribute(NDA_LLADDR, macBytes(neighbour.mac))
    .u8(NDA_PROTOCOL, protocol)
    .bytes();
}

export function deleteNeighbour(neighbour: Omit<Neighbour, "mac">): Buffer {
  return neighbourMessage(RTM_DELNEIGH, 0, neighbour).bytes();
}

export function dumpNeighbours(): Buffer {
  return new MessageWriter(RTM_GETNEIGH, NLM_F_DUMP).struct(structLength, () => {}).bytes();
}

export function decodeNeighbour(payload: Buffer): NeighbourInfo {
  const found = attributes(payload, structLength);
  return {
    index: payload.readInt32LE(4),
    dst: ipText(found.get(NDA_DST) ?? ipBytes("::")),
    mac: macText(found.get(NDA_LLADDR) ?? Buffer.alloc(0)),
    protocol: found.get(NDA_PROTOCOL)?.readUInt8(0) ?? 0,
  };
}

function neighbourMessage(type: number, flags: number, { index, dst }: Omit<Neighbour, "mac">): MessageWriter {
  const bytes = ipBytes(dst);
  return new MessageWriter(type, flags)
    .struct(structLength, (entry) => {
      entry.writeUInt8(bytes.length === 4 ? AF_INET : AF_INET6, 0);
      entry.writeInt32LE(index, 4);
      entry.writeUInt16LE(NUD_PERMANENT, 8);
    })
    .attribute(NDA_DST, bytes);
}
