import { attributes, list, MessageWriter, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE } from "./message.ts";
import { decodeText } from "./text.ts";

/** Queueing disciplines and filters over rtnetlink(7): linux/pkt_sched.h, linux/pkt_cls.h, tc(8). A device is told by index. */
const RTM_NEWQDISC = 36;
const RTM_DELQDISC = 37;
const RTM_GETQDISC = 38;
const RTM_NEWTFILTER = 44;
const RTM_DELTFILTER = 45;
const RTM_GETTFILTER = 46;
const TCA_KIND = 1;
const TCA_OPTIONS = 2;
const TCA_TBF_PARMS = 1;
const TCA_TBF_BURST = 6;
const TCA_U32_SEL = 5;
const TCA_U32_ACT = 7;
const TCA_ACT_KIND = 1;
const TCA_ACT_OPTIONS = 2;
const TCA_MIRRED_PARMS = 2;
const TC_U32_TERMINAL = 1;
const TC_ACT_STOLEN = 4;
const TCA_EGRESS_REDIR = 1;
const TC_LINKLAYER_ETHERNET = 1;
const TC_H_ROOT = 0xffff_ffff;
const TC_H_INGRESS = 0xffff_fff1;
/** The parent of filters of an ingress qdisc. */
const TC_H_MIN_INGRESS = 0xffff_fff2;
const ingressHandle = 0xffff_0000;
const ETH_P_ALL = 3;
const structLength = 20;
/** One tick is 64 ns (PSCHED_SHIFT of net/pkt_sched.h): the kernel tells a burst as the time that it takes. */
const tickNs = 64;

/** Token bucket, tc-tbf(8): rate in bits per second, sizes in bytes. */
export interface Tbf {
  rate: number;
  burst: number;
  limit: number;
}

/** A qdisc as a dump tells it. */
export interface QdiscInfo {
  index: number;
  /** The upper half of its handle: 0x7062 is "7062:". */
  major: number;
  kind: string;
  root: boolean;
  /** Of a tbf. The burst is off by what 64 ns come to at that rate. */
  tbf: Tbf | null;
}

/** Takes the place of whatever is at the root; one of the same handle is changed, with what waits in it. */
export function replaceTbf(index: number, major: number, { rate, burst, limit }: Tbf): Buffer {
  const parameters = Buffer.alloc(36);
  const bytesPerSecond = Math.round(rate / 8);
  parameters.writeUInt8(TC_LINKLAYER_ETHERNET, 1);
  parameters.writeUInt32LE(bytesPerSecond, 8);
  parameters.writeUInt32LE(limit, 24);
  parameters.writeUInt32LE(Math.round(((burst / bytesPerSecond) * 1e9) / tickNs), 28);
  return qdisc(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, { index, handle: handleOf(major), parent: TC_H_ROOT })
    .text(TCA_KIND, "tbf")
    .nested(TCA_OPTIONS, (options) => options.attribute(TCA_TBF_PARMS, parameters).u32(TCA_TBF_BURST, burst))
    .bytes();
}

/** ENOENT if the root has no qdisc of that handle. */
export function deleteRoot(index: number, major: number): Buffer {
  return qdisc(RTM_DELQDISC, 0, { index, handle: handleOf(major), parent: TC_H_ROOT }).bytes();
}

/** Where filters of what arrives at the device are; EEXIST if it is there. */
export function addIngress(index: number): Buffer {
  const at = { index, handle: ingressHandle, parent: TC_H_INGRESS };
  return qdisc(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, at)
    .text(TCA_KIND, "ingress")
    .bytes();
}

/** With every filter in it. */
export function deleteIngress(index: number): Buffer {
  return qdisc(RTM_DELQDISC, 0, { index, handle: ingressHandle, parent: TC_H_INGRESS }).bytes();
}

/** Everything that arrives at the device leaves by another instead (u32 that matches all, tc-mirred(8)). */
export function addRedirect(index: number, to: number): Buffer {
  const selector = Buffer.alloc(32);
  selector.writeUInt8(TC_U32_TERMINAL, 0);
  selector.writeUInt8(1, 2);
  const mirred = Buffer.alloc(28);
  mirred.writeInt32LE(TC_ACT_STOLEN, 8);
  mirred.writeInt32LE(TCA_EGRESS_REDIR, 20);
  mirred.writeUInt32LE(to, 24);
  return filter(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, index)
    .text(TCA_KIND, "u32")
    .nested(TCA_OPTIONS, (options) =>
      options
        .attribute(TCA_U32_SEL, selector)
        .nested(TCA_U32_ACT, (actions) =>
          actions.nested(1, (action) =>
            action
              .text(TCA_ACT_KIND, "mirred")
              .nested(TCA_ACT_OPTIONS, (parms) => parms.attribute(TCA_MIRRED_PARMS, mirred)),
          ),
        ),
    )
    .bytes();
}

export function deleteRedirect(index: number): Buffer {
  return filter(RTM_DELTFILTER, 0, index).text(TCA_KIND, "u32").bytes();
}

/** Those of every device of the namespace. */
export function dumpQdiscs(): Buffer {
  return new MessageWriter(RTM_GETQDISC, NLM_F_DUMP).struct(structLength, () => {}).bytes();
}

export function decodeQdisc(payload: Buffer): QdiscInfo {
  const found = attributes(payload, structLength);
  const kind = decodeText(found.get(TCA_KIND) ?? Buffer.alloc(0));
  const parameters = attributes(found.get(TCA_OPTIONS) ?? Buffer.alloc(0)).get(TCA_TBF_PARMS);
  return {
    index: payload.readInt32LE(4),
    major: payload.readUInt32LE(8) >>> 16,
    kind,
    root: payload.readUInt32LE(12) === TC_H_ROOT,
    tbf: kind === "tbf" && parameters ? decodeTbf(parameters) : null,
  };
}

/** The filters of what arrives at one device. */
export function dumpRedirects(index: number): Buffer {
  return tc(RTM_GETTFILTER, NLM_F_DUMP, { index, handle: 0, parent: TC_H_MIN_INGRESS, info: 0 }).bytes();
}

/** Index of the device that our filter redirects to, 0 if that has gone; null for what is no filter of ours. */
export function decodeRedirect(payload: Buffer): number | null {
  if (payload.readUInt32LE(16) >>> 16 !== preference) return null;
  const options = attributes(attributes(payload, structLength).get(TCA_OPTIONS) ?? Buffer.alloc(0));
  const [action] = list(options.get(TCA_U32_ACT) ?? Buffer.alloc(0));
  const parms = action && attributes(attributes(action).get(TCA_ACT_OPTIONS) ?? Buffer.alloc(0)).get(TCA_MIRRED_PARMS);
  return parms ? parms.readUInt32LE(24) : null;
}

function decodeTbf(parameters: Buffer): Tbf {
  const bytesPerSecond = parameters.readUInt32LE(8);
  const burst = Math.round((parameters.readUInt32LE(28) * tickNs * bytesPerSecond) / 1e9);
  return { rate: bytesPerSecond * 8, burst, limit: parameters.readUInt32LE(24) };
}

/** Ours is the first, and the only one. */
const preference = 1;
const handleOf = (major: number): number => major * 0x1_0000;

interface At {
  index: number;
  handle: number;
  parent: number;
}

function qdisc(type: number, flags: number, at: At): MessageWriter {
  return tc(type, flags, { ...at, info: 0 });
}

function filter(type: number, flags: number, index: number): MessageWriter {
  // The protocol is in network byte order.
  return tc(type, flags, { index, handle: 0, parent: TC_H_MIN_INGRESS, info: (preference << 16) | (ETH_P_ALL << 8) });
}

function tc(type: number, flags: number, { index, handle, parent, info }: At & { info: number }): MessageWriter {
  return new MessageWriter(type, flags).struct(structLength, (bytes) => {
    bytes.writeInt32LE(index, 4);
    bytes.writeUInt32LE(handle, 8);
    bytes.writeUInt32LE(parent, 12);
    bytes.writeUInt32LE(info, 16);
  });
}
