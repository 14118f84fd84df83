/** So long is looked in vain: a program that asks one question after the other has asked again by then. */
const patienceMs = 0.06;
/** So long nothing else is looked at; then Node's event loop has a turn. */
const turnMs = 0.5;
/** Between two looks so much time passes only if others had the processor. */
const takenMs = 1;
/** Then there is no patience for so long: who sleeps is given the processor sooner than who does not. */
const impatientMs = 100;

export interface Watched {
  /** Takes and answers what has come, without waiting; returns how many there were. */
  takeAll(): number;
  /** Nothing has come for a while: from here on Node tells. */
  onLeft(): void;
}

/**
 * Looks again and again at the sockets where something has just come. To be woken takes an idle processor several times as long
 * as to answer, and the thread would be woken for each question of a program that waits for the answer before it asks the next.
 */
export class Attention {
  /** performance.now() when something last came. */
  readonly #watched = new Map<Watched, number>();
  #looking = false;
  #impatientUntil = 0;

  watch(socket: Watched): void {
    this.#watched.set(socket, performance.now());
    if (!this.#looking) this.#look();
  }

  forget(socket: Watched): void {
    this.#watched.delete(socket);
  }

  #look(): void {
    this.#looking = true;
    let now = performance.now();
    for (const end = now + turnMs; this.#watched.size > 0 && now < end; ) {
      for (const [socket, last] of this.#watched) this.#lookAt(socket, last);
      const before = now;
      now = performance.now();
      if (now - before > takenMs) this.#impatientUntil = now + impatientMs;
    }
    this.#looking = this.#watched.size > 0;
    if (this.#looking) setImmediate(() => this.#look());
  }

  #lookAt(socket: Watched, last: number): void {
    const found = socket.takeAll() > 0;
    const now = performance.now();
    if (found) this.#watched.set(socket, now);
    else if (now - last > patienceMs || now < this.#impatientUntil) {
      this.#watched.delete(socket);
      socket.onLeft();
    }
  }
}
