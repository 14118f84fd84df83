import { createSocket, type Socket } from "node:dgram";
import { comesSoon, type Datagrams, ipv4Address, most, sendTo } from "#server/kernel/datagrams.ts";

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

/** One in so many datagrams is followed by a look whether there are more to come, unless the look before found some. */
const lookEvery = 16;
/** How long is waited for the next one: programs that ask one question after the other are there again in that time. */
const patienceUs = 30;
/** So long one socket is served in a row; then whoever else has waited has a turn. */
const turnMs = 2;

/**
 * Serves a bound socket, which it then owns. Node tells when something has come and brings the first; where there is more, all of
 * it is taken and answered with two system calls.
 */
export class UdpServer {
  readonly #fd: number;
  readonly #service: UdpService;
  readonly #datagrams: Datagrams;
  readonly #socket: Socket;
  #closed = false;
  /** Datagrams until the next look. */
  #untilLook = 0;
  /** Until all others have had their turn. */
  #resting = false;

  constructor(fd: number, service: UdpService, datagrams: Datagrams) {
    this.#fd = fd;
    this.#service = service;
    this.#datagrams = datagrams;
    this.#socket = createSocket("udp4");
    this.#socket.on("message", (message, { address, port }) => this.#take(message, ipv4Address(address, port)));
    // What a datagram that was sent came to is nobody's business here.
    this.#socket.on("error", () => {});
    this.#socket.bind({ fd });
  }

  close(): void {
    this.#closed = true;
    this.#socket.close();
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
    if (this.#resting || --this.#untilLook >= 0) return;
    this.#untilLook = this.#takeMore() ? 0 : lookEvery;
  }

  /** As long as there are more and the turn lasts; whether there were any. */
  #takeMore(): boolean {
    const end = performance.now() + turnMs;
    let found = false;
    while (performance.now() < end) {
      const count = this.#takeRest();
      found ||= count > 0;
      if (count < most && !comesSoon(this.#fd, patienceUs)) return found;
    }
    this.#resting = true;
    setImmediate(() => {
      this.#resting = false;
    });
    return true;
  }

  #takeRest(): number {
    const datagrams = this.#datagrams;
    const count = datagrams.receive(this.#fd);
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

  #send(answer: Buffer, sender: Buffer): void {
    if (!this.#closed) sendTo(this.#fd, answer, sender);
  }
}
