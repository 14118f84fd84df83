import * as sys from "../sys.ts";
import {
  address,
  type Message,
  messages,
  NLM_F_ACK,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  verdict,
} from "./message.ts";
import { decodeText } from "./text.ts";

const NETLINK_ROUTE = 0;
/** Of netfilter: conntrack and others. */
export const NETLINK_NETFILTER = 12;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;

/** To the kernel: family, padding, port 0, no groups (netlink(7)). */
const toKernel = Buffer.alloc(12);
toKernel.writeUInt16LE(sys.AF_NETLINK, 0);

/** One per thread is enough: a request is answered before the next is sent. A dump's datagrams are at most 32 KiB. */
const received = Buffer.alloc(64 * 1024);
const dumpAttempts = 10;

/**
 * A netlink socket, of rtnetlink if no other protocol is given (linux/netlink.h). It belongs for life to the network
 * namespace its thread was in when it was opened, and keeps that
 * namespace alive until it is closed. Synchronous: the kernel has answered when `send` returns.
 */
export class NetlinkSocket {
  readonly #fd: number;
  #sequence = 0;

  constructor(protocol = NETLINK_ROUTE) {
    this.#fd = sys.socket(sys.AF_NETLINK, sys.SOCK_RAW, protocol);
    for (const name of [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK])
      sys.setOption(this.#fd, sys.SOL_NETLINK, { name, value: 1 });
    // Connected to the kernel, so that no other process can put a message into our queue.
    sys.connect(this.#fd, toKernel);
  }

  /** Sends one request and returns the payloads of the answer (none for a plain change). Throws SysError in the kernel's words. */
  request(message: Buffer): Buffer[] {
    this.#send(message, NLM_F_ACK);
    return this.#answers().payloads;
  }

  /** Like `request`, for a dump: repeated if the kernel says that its tables changed meanwhile (NLM_F_DUMP_INTR). */
  dump(message: Buffer): Buffer[] {
    for (let attempt = 0; attempt < dumpAttempts; attempt++) {
      this.#send(message, 0);
      const { payloads, interrupted } = this.#answers();
      if (!interrupted) return payloads;
    }
    throw new sys.SysError("netlink", "EAGAIN", `the kernel's tables changed during ${dumpAttempts} dumps in a row`);
  }

  /**
   * Sends messages that the kernel takes together or not at all: nfnetlink's, of which the first begins a batch and the last
   * ends it (linux/netfilter/nfnetlink.h). Throws what the kernel says of the first that it refuses.
   */
  batch(messages: readonly Buffer[]): void {
    const begin = this.#sequence + 1;
    const last = this.#sequence + messages.length - 1;
    for (const message of messages) address(message, ++this.#sequence, this.#sequence === last ? NLM_F_ACK : 0);
    sys.send(this.#fd, Buffer.concat(messages));
    for (;;) {
      for (const message of this.#receive()) {
        if (message.sequence < begin || message.type !== NLMSG_ERROR) continue;
        throwIfRefused(message);
        if (message.sequence === last) return;
      }
    }
  }

  close(): void {
    sys.close(this.#fd);
  }

  /**
   * Closes it on another thread: a socket of netfilter that has deleted something of nftables waits some 15 ms, until nobody in the
   * kernel uses that any more (nft_rcv_nl_event, RCU).
   */
  closeLater(): void {
    sys.closeLater(this.#fd);
  }

  #send(message: Buffer, flags: number): void {
    address(message, ++this.#sequence, flags);
    sys.send(this.#fd, message);
  }

  #answers(): { payloads: Buffer[]; interrupted: boolean } {
    const payloads: Buffer[] = [];
    let interrupted = false;
    for (;;) {
      for (const message of this.#receive()) {
        if (message.sequence !== this.#sequence) continue;
        if (message.flags & NLM_F_DUMP_INTR) interrupted = true;
        if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
          throwIfRefused(message);
          return { payloads, interrupted };
        }
        payloads.push(message.payload);
      }
    }
  }

  /** The messages outlive the shared buffer: they are copied out of it. */
  #receive(): Iterable<Message> {
    const length = sys.receive(this.#fd, received);
    return messages(Buffer.from(received.subarray(0, length)));
  }
}

function throwIfRefused(message: Message): void {
  const { errno, text } = verdict(message);
  if (errno !== 0) throw sys.sysError("netlink", errno, text && decodeText(text));
}
