const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/** Tries to make the host equal to the intent until it is, ever more rarely. */
export class Repairer {
  readonly #attempt: () => Promise<boolean>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `attempt` resolves to whether nothing is left to do, and never rejects. */
  constructor(attempt: () => Promise<boolean>) {
    this.#attempt = attempt;
  }

  /** Tries as soon as it can. */
  soon(): void {
    void this.#try(firstWaitMs);
  }

  /** Tries for the first time after a while. */
  later(waitMs = firstWaitMs): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#try(Math.min(waitMs * 2, longestWaitMs)), waitMs).unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #try(waitMs: number): Promise<void> {
    if (!(await this.#attempt())) this.later(waitMs);
  }
}
