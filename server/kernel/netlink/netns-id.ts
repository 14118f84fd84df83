import { attributes, MessageWriter } from "./message.ts";

/** The number by which one namespace knows another (ip-netns(8), "nsid"): linux/net_namespace.h. */
const RTM_GETNSID = 90;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;
const structLength = 4;

/** Asks, in the socket's namespace, for the id of the namespace of a file descriptor. */
export function getNetnsId(fd: number): Buffer {
  return new MessageWriter(RTM_GETNSID, 0)
    .struct(structLength, () => {})
    .u32(NETNSA_FD, fd)
    .bytes();
}

/** -1 where the socket's namespace has no number for it. */
export function decodeNetnsId(payload: Buffer): number {
  return attributes(payload, structLength).get(NETNSA_NSID)?.readInt32LE(0) ?? -1;
}
