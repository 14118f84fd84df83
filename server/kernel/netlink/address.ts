import { AF_INET6, ipBytes, ipText, prefixOf } from "./ip.ts";
import { attributes, MessageWriter, NLM_F_CREATE, NLM_F_DUMP, NLM_F_REPLACE } from "./message.ts";

/** Addresses over rtnetlink(7): linux/if_addr.h. */
const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const RTM_GETADDR = 22;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;
const IFA_PROTO = 11;
const IFA_F_NODAD = 2;
const structLength = 8;

export interface AddressInfo {
  index: number;
  /** "172.17.0.1/16" */
  address: string;
  protocol: number;
}

/**
 * An address that is there already becomes ours. IPv6 addresses skip duplicate address detection: IPAM hands each out once, and with it an address is of no use for the
 * first one or two seconds (RFC 4862 section 5.4).
 */
export function replaceAddress(index: number, address: string, protocol: number): Buffer {
  const message = addressMessage(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, { index, address }).u8(IFA_PROTO, protocol);
  return (prefixOf(address).family === AF_INET6 ? message.u32(IFA_FLAGS, IFA_F_NODAD) : message).bytes();
}

export function deleteAddress(index: number, address: string): Buffer {
  return addressMessage(RTM_DELADDR, 0, { index, address }).bytes();
}

export function dumpAddresses(): Buffer {
  return new MessageWriter(RTM_GETADDR, NLM_F_DUMP).struct(structLength, () => {}).bytes();
}

export function decodeAddress(payload: Buffer): AddressInfo {
  const found = attributes(payload, structLength);
  // Of a point-to-point address IFA_ADDRESS is the other side; IPv6 has no IFA_LOCAL unless there is one.
  const bytes = found.get(IFA_LOCAL) ?? found.get(IFA_ADDRESS) ?? ipBytes("::");
  return {
    index: payload.readUInt32LE(4),
    address: `${ipText(bytes)}/${payload.readUInt8(1)}`,
    protocol: found.get(IFA_PROTO)?.readUInt8(0) ?? 0,
  };
}

function addressMessage(type: number, flags: number, on: { index: number; address: string }): MessageWriter {
  const prefix = prefixOf(on.address);
  return new MessageWriter(type, flags)
    .struct(structLength, (bytes) => {
      bytes.writeUInt8(prefix.family, 0);
      bytes.writeUInt8(prefix.length, 1);
      bytes.writeUInt32LE(on.index, 4);
    })
    .attribute(IFA_LOCAL, prefix.bytes)
    .attribute(IFA_ADDRESS, prefix.bytes);
}
