import koffi from "koffi";

/**
 * Datagrams over IPv4, many with one system call (recvmmsg(2), sendmmsg(2)): Node's own sockets take and send them one by one,
 * each with an object or two. All of it is in one piece of memory outside the heap, made once for a thread.
 */
const libc = koffi.load(null);
const raw = {
  recvmmsg: libc.func("int recvmmsg(int fd, void *vector, uint length, int flags, void *timeout)") as (
    ...args: [fd: number, vector: bigint, length: number, flags: number, timeout: null]
  ) => number,
  sendmmsg: libc.func("int sendmmsg(int fd, void *vector, uint length, int flags)") as (
    ...args: [fd: number, vector: bigint, length: number, flags: number]
  ) => number,
  sendto: libc.func("long sendto(int fd, void *buffer, size_t length, int flags, void *address, uint size)") as (
    ...args: [fd: number, buffer: Buffer, length: number, flags: number, address: Buffer, size: number]
  ) => number,
};

const MSG_DONTWAIT = 0x40;
const MSG_TRUNC = 0x20;
const AF_INET = 2;
export const addressLength = 16;

/** struct mmsghdr, struct iovec on 64-bit Linux. */
const headerLength = 64;
const vectorLength = 16;
const at = { name: 0, nameLength: 8, vector: 16, vectorCount: 24, flags: 48, length: 56, vectorLength: 8 };

/** How many at once; the longest is `longest` bytes, received as sent. */
const most = 64;
const longest = 4096;

const slot = 2 * (headerLength + vectorLength + addressLength + longest);

/** A batch that is received, and the answers that are sent to whom it came from. Slots from `most` on are for what is sent. */
export class Datagrams {
  readonly #memory: Buffer;
  /** Pointers to the headers. */
  readonly #headers: bigint[];
  #replies = 0;
  /** How many slots were received into since they were made ready. */
  #used = most;

  constructor() {
    const pointer: unknown = koffi.alloc("uint8_t", slot * most);
    const start = koffi.address(pointer);
    this.#memory = Buffer.from(koffi.view(pointer, slot * most)).fill(0);
    this.#headers = Array.from({ length: 2 * most }, (_, i) => start + BigInt(i * headerLength));
    for (let i = 0; i < 2 * most; i++) {
      const header = i * headerLength;
      this.#memory.writeBigUInt64LE(start + BigInt(addressAt(i)), header + at.name);
      this.#memory.writeUInt32LE(addressLength, header + at.nameLength);
      this.#memory.writeBigUInt64LE(start + BigInt(vectorAt(i)), header + at.vector);
      this.#memory.writeBigUInt64LE(1n, header + at.vectorCount);
      this.#memory.writeBigUInt64LE(start + BigInt(bytesAt(i)), vectorAt(i));
      this.#memory.writeUInt32LE(longest, vectorAt(i) + at.vectorLength);
    }
  }

  /** Takes what has come, without waiting; returns how many. What they hold is there until the next call. */
  receive(fd: number): number {
    // The kernel writes how long the addresses are.
    for (let i = 0; i < this.#used; i++) this.#memory.writeUInt32LE(addressLength, i * headerLength + at.nameLength);
    this.#replies = 0;
    this.#used = Math.max(raw.recvmmsg(fd, this.#header(0), most, MSG_DONTWAIT, null), 0);
    return this.#used;
  }

  /** Bytes of the i-th; 0 if it was longer than `longest`. */
  lengthOf(i: number): number {
    const cut = this.#memory.readUInt32LE(i * headerLength + at.flags) & MSG_TRUNC;
    return cut ? 0 : this.#memory.readUInt32LE(i * headerLength + at.length);
  }

  /** The bytes from `from` on of the i-th as a key: one character a byte. */
  text(i: number, from: number): string {
    return this.#memory.toString("latin1", bytesAt(i) + from, bytesAt(i) + this.lengthOf(i));
  }

  /** Shares the memory. */
  message(i: number): Buffer {
    return this.#memory.subarray(bytesAt(i), bytesAt(i) + this.lengthOf(i));
  }

  /** A copy of whom the i-th came from, for `sendTo`. */
  sender(i: number): Buffer {
    return Buffer.from(this.#memory.subarray(addressAt(i), addressAt(i) + addressLength));
  }

  /** Puts down an answer to the i-th, which gets the first two bytes of it: its DNS id. Longer ones than `longest` are cut. */
  answer(i: number, reply: Buffer): void {
    const to = most + this.#replies++;
    this.#memory.copyWithin(addressAt(to), addressAt(i), addressAt(i) + addressLength);
    const length = reply.copy(this.#memory, bytesAt(to), 0, longest);
    this.#memory.copyWithin(bytesAt(to), bytesAt(i), bytesAt(i) + 2);
    this.#memory.writeUInt32LE(length, vectorAt(to) + at.vectorLength);
  }

  /** Sends what was put down; who does not take it has lost it, as in any network. */
  send(fd: number): void {
    for (let sent = 0; sent < this.#replies; ) {
      // One that cannot be sent is skipped: the call stops before it.
      sent += Math.max(raw.sendmmsg(fd, this.#header(most + sent), this.#replies - sent, MSG_DONTWAIT), 0) || 1;
    }
    this.#replies = 0;
  }

  #header(i: number): bigint {
    return this.#headers[i] ?? 0n;
  }
}

// The headers of all slots have to be one after the other; then come their vectors, addresses and bytes.
const vectorAt = (i: number): number => 2 * most * headerLength + i * vectorLength;
const addressAt = (i: number): number => vectorAt(2 * most) + i * addressLength;
const bytesAt = (i: number): number => addressAt(2 * most) + i * longest;

/** Sends one datagram from an unconnected socket, or loses it. */
export function sendTo(fd: number, message: Buffer, address: Buffer): void {
  raw.sendto(fd, message, message.length, MSG_DONTWAIT, address, addressLength);
}

/** A sockaddr_in (ip(7)). */
export function ipv4Address(address: string, port: number): Buffer {
  const buffer = Buffer.alloc(addressLength);
  buffer.writeUInt16LE(AF_INET, 0);
  buffer.writeUInt16BE(port, 2);
  for (const [i, byte] of address.split(".").entries()) buffer.writeUInt8(Number(byte), 4 + i);
  return buffer;
}
