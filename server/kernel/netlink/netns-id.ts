import { attributes, MessageWriter } from "./message.ts";

/** The number by which one namespace knows another (ip-netns(8), "nsid"): linux/net_namespace.h. */
const RTM_NEWNSID = 88;
const RTM_GETNSID = 90;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;
const NETNSA_TARGET_NSID = 4;
const structLength = 4;

/** Asks, in the socket's namespace, for the id of the namespace of a file descriptor. */
export function getNetnsId(fd: number): Buffer {
  return message(RTM_GETNSID).u32(NETNSA_FD, fd).bytes();
}

/** Asks for the id that the namespace `target` has for the one that the socket's namespace knows as `netnsId`. */
export function translateNetnsId(netnsId: number, target: number): Buffer {
  return message(RTM_GETNSID).u32(NETNSA_NSID, netnsId).u32(NETNSA_TARGET_NSID, target).bytes();
}

/** Has the socket's namespace number the namespace of a file descriptor, as it does by itself once a link leads there. */
export function addNetnsId(fd: number): Buffer {
  return message(RTM_NEWNSID).u32(NETNSA_NSID, -1).u32(NETNSA_FD, fd).bytes();
}

/** -1 where the socket's namespace has no number for it. */
export function decodeNetnsId(payload: Buffer): number {
  return attributes(payload, structLength).get(NETNSA_NSID)?.readInt32LE(0) ?? -1;
}

function message(type: number): MessageWriter {
  return new MessageWriter(type, 0).struct(structLength, () => {});
}
