/** Runs tasks one after the other, in the order they came. A task that fails does not stop the next one. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything queued so far has ended. */
  idle(): Promise<void> {
    return this.run(async () => undefined);
  }
}
