/** So long is looked in vain: a program that asks one question after the other has asked again by then. */
const patienceMs = 0.06;
/** So long nothing else is looked at; then Node's event loop has a turn. */
const turnMs = 0.5;

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

  watch(socket: Watched): void {
    this.#watched.set(socket, performance.now());
    if (!this.#looking) this.#look();
  }

  forget(socket: Watched): void {
    this.#watched.delete(socket);
  }

  #look(): void {
    const end = performance.now() + turnMs;
    while (this.#watched.size > 0 && performance.now() < end)
      for (const [socket, last] of this.#watched) this.#lookAt(socket, last);
    this.#looking = this.#watched.size > 0;
    if (this.#looking) setImmediate(() => this.#look());
  }

  #lookAt(socket: Watched, last: number): void {
    if (socket.takeAll() > 0) this.#watched.set(socket, performance.now());
    else if (performance.now() - last > patienceMs) {
      this.#watched.delete(socket);
      socket.onLeft();
    }
  }
}
