import { createSocket, type Socket } from "node:dgram";
import { type Datagrams, ipv4Address, sendTo } from "#server/kernel/datagrams.ts";
import type { Attention } from "./attention.ts";

/** An answer that can be given again: to the same bytes behind the id, the same bytes behind the id. */
export interface Recipe {
  /** The next one, whose first two bytes are whatever they are. */
  next(): Buffer;
  /** Says that it was given. */
  note(began: number): void;
}

export interface UdpService {
  /** What is known to answer these bytes, without the id. */
  recall(key: string): Recipe | undefined;
  handle(message: Buffer, reply: (answer: Buffer) => void): void;
}

/** What all sockets of the thread share. */
export interface UdpShared {
  datagrams: Datagrams;
  attention: Attention;
}

/** So many datagrams go by after watching the socket was in vain. */
const restDatagrams = 16;

/**
 * Serves a bound socket, which it then owns. Node tells when something has come and brings the first; as long as there is more, all
 * of it is taken and answered with two system calls.
 */
export class UdpServer {
  readonly #fd: number;
  readonly #service: UdpService;
  readonly #shared: UdpShared;
  readonly #socket: Socket;
  #closed = false;
  /** Whether anything has come while the socket was watched. */
  #found = false;
  /** Datagrams until it is watched again. */
  #rest = 0;

  constructor(fd: number, service: UdpService, shared: UdpShared) {
    this.#fd = fd;
    this.#service = service;
    this.#shared = shared;
    this.#socket = createSocket("udp4");
    this.#socket.on("message", (message, { address, port }) => this.#take(message, ipv4Address(address, port)));
    // What a datagram that was sent came to is nobody's business here.
    this.#socket.on("error", () => {});
    this.#socket.bind({ fd });
  }

  close(): void {
    this.#closed = true;
    this.#shared.attention.forget(this);
    this.#socket.close();
  }

  takeAll(): number {
    const { datagrams } = this.#shared;
    const count = datagrams.receive(this.#fd);
    if (count === 0) return 0;
    this.#found = true;
    for (let i = 0; i < count; i++) {
      const recipe = this.#service.recall(datagrams.text(i, 2));
      if (recipe) {
        const began = performance.now();
        datagrams.answer(i, recipe.next());
        recipe.note(began);
        continue;
      }
      const sender = datagrams.sender(i);
      this.#service.handle(Buffer.from(datagrams.message(i)), (answer) => this.#send(answer, sender));
    }
    datagrams.send(this.#fd);
    return count;
  }

  onLeft(): void {
    this.#rest = this.#found ? 0 : restDatagrams;
    this.#found = false;
  }

  #take(message: Buffer, sender: Buffer): void {
    const recipe = this.#service.recall(message.toString("latin1", 2));
    if (recipe) {
      const began = performance.now();
      const answer = recipe.next();
      message.copy(answer, 0, 0, 2);
      sendTo(this.#fd, answer, sender);
      recipe.note(began);
    } else this.#service.handle(message, (answer) => this.#send(answer, sender));
    if (--this.#rest < 0) this.#shared.attention.watch(this);
  }

  #send(answer: Buffer, sender: Buffer): void {
    if (!this.#closed) sendTo(this.#fd, answer, sender);
  }
}
