import { encodeText } from "./text.ts";

/** Netlink messages as bytes (netlink(7)): a header, a fixed structure, then attributes. All numbers in host order: little-endian. */
const headerLength = 16;

export const NLM_F_REQUEST = 1;
export const NLM_F_ACK = 4;
export const NLM_F_ECHO = 8;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;
const NLMSGERR_ATTR_MSG = 1;

const aligned = (length: number): number => (length + 3) & ~3;

/** Writes one message. `bytes()` is the finished message; its sequence number is the socket's business. */
export class MessageWriter {
  #buffer = Buffer.alloc(1024);
  #length = headerLength;

  constructor(type: number, flags: number) {
    this.#buffer.writeUInt16LE(type, 4);
    this.#buffer.writeUInt16LE(flags | NLM_F_REQUEST, 6);
  }

  /** Appends the fixed structure (or a nested one), as long as the callback's buffer: zeroed, to be filled in. */
  struct(length: number, fill: (bytes: Buffer) => void): this {
    const start = this.#reserve(length);
    fill(this.#buffer.subarray(start, start + length));
    return this;
  }

  attribute(type: number, value: Buffer): this {
    const start = this.#header(type, value.length);
    value.copy(this.#buffer, start);
    return this;
  }

  u8(type: number, value: number): this {
    this.#buffer.writeUInt8(value, this.#header(type, 1));
    return this;
  }

  u32(type: number, value: number): this {
    this.#buffer.writeUInt32LE(value >>> 0, this.#header(type, 4));
    return this;
  }

  text(type: number, value: string): this {
    return this.attribute(type, Buffer.concat([encodeText(value), Buffer.alloc(1)]));
  }

  nested(type: number, fill: (message: this) => void): this {
    const start = this.#header(type | NLA_F_NESTED, 0) - 4;
    fill(this);
    this.#buffer.writeUInt16LE(this.#length - start, start);
    return this;
  }

  bytes(): Buffer {
    this.#buffer.writeUInt32LE(this.#length, 0);
    return this.#buffer.subarray(0, this.#length);
  }

  /** Returns the offset of the attribute's value. */
  #header(type: number, length: number): number {
    const start = this.#reserve(4 + length);
    this.#buffer.writeUInt16LE(4 + length, start);
    this.#buffer.writeUInt16LE(type, start + 2);
    return start + 4;
  }

  #reserve(length: number): number {
    const start = this.#length;
    this.#length += aligned(length);
    if (this.#length > this.#buffer.length)
      this.#buffer = Buffer.concat([this.#buffer, Buffer.alloc(this.#length + 1024)]);
    return start;
  }
}

/** Stamps a finished message for sending. */
export function address(message: Buffer, sequence: number, flags: number): void {
  message.writeUInt16LE(message.readUInt16LE(6) | flags, 6);
  message.writeUInt32LE(sequence, 8);
}

export interface Message {
  type: number;
  flags: number;
  sequence: number;
  payload: Buffer;
}

/** The messages of one datagram. They share its memory. */
export function* messages(datagram: Buffer): Generator<Message> {
  for (let at = 0; at + headerLength <= datagram.length; ) {
    const length = datagram.readUInt32LE(at);
    if (length < headerLength || at + length > datagram.length) throw new RangeError("netlink message cut short");
    yield {
      type: datagram.readUInt16LE(at + 4),
      flags: datagram.readUInt16LE(at + 6),
      sequence: datagram.readUInt32LE(at + 8),
      payload: datagram.subarray(at + headerLength, at + length),
    };
    at += aligned(length);
  }
}

/** The values of a list of attributes of one type, such as NFTA_LIST_ELEM. They share the payload's memory. */
export function* list(payload: Buffer): Generator<Buffer> {
  for (let at = 0; at + 4 <= payload.length; ) {
    const length = payload.readUInt16LE(at);
    if (length < 4 || at + length > payload.length) return;
    yield payload.subarray(at + 4, at + length);
    at += aligned(length);
  }
}

export type Attributes = ReadonlyMap<number, Buffer>;

/** The attributes of a payload from `start` on; the last one wins where a type repeats. They share the payload's memory. */
export function attributes(payload: Buffer, start = 0): Attributes {
  const found = new Map<number, Buffer>();
  for (let at = start; at + 4 <= payload.length; ) {
    const length = payload.readUInt16LE(at);
    if (length < 4 || at + length > payload.length) break;
    found.set(payload.readUInt16LE(at + 2) & NLA_TYPE_MASK, payload.subarray(at + 4, at + length));
    at += aligned(length);
  }
  return found;
}

/** What an NLMSG_ERROR or NLMSG_DONE says: 0 for success, and the kernel's words (extended ACK) where it gave any. */
export function verdict({ type, flags, payload }: Message): { errno: number; text: Buffer | undefined } {
  if (payload.length < 4) return { errno: 0, text: undefined };
  return {
    errno: -payload.readInt32LE(0),
    text: attributes(payload, extendedAckAt(type, flags, payload)).get(NLMSGERR_ATTR_MSG),
  };
}

/** The extended ACK follows the errno, in an NLMSG_ERROR also the request: all of it, or its header only if "capped". */
function extendedAckAt(type: number, flags: number, payload: Buffer): number {
  if (!(flags & NLM_F_ACK_TLVS)) return payload.length;
  if (type === NLMSG_DONE) return 4;
  return flags & NLM_F_CAPPED ? 4 + headerLength : 4 + aligned(payload.readUInt32LE(4));
}
