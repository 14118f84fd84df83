const freeAttempts = 20;
const longestWaitMs = 60_000;
const forgottenAfterMs = 15 * 60_000;
const mostNames = 10_000;

interface Attempts {
  count: number;
  /** When the next one is let in. */
  until: number;
}

/**
 * Slows down who guesses one person's password, from however many addresses: after twenty attempts each has to wait twice as
 * long as the one before, a minute at most, so that nobody is shut out for good. Names that no user has are counted alike.
 */
export class BackOff {
  readonly #attempts = new Map<string, Attempts>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Counts an attempt before its password is looked at; returns how many milliseconds it comes too early, 0 to go on. */
  attempt(name: string): number {
    const now = this.#now();
    const before = this.#attempts.get(name);
    if (before && before.until > now) return before.until - now;
    const count = before && now - before.until < forgottenAfterMs ? before.count + 1 : 1;
    this.#attempts.delete(name);
    this.#attempts.set(name, { count, until: now + waitAfter(count) });
    const [oldest] = this.#attempts.keys();
    if (this.#attempts.size > mostNames && oldest !== undefined) this.#attempts.delete(oldest);
    return 0;
  }

  succeeded(name: string): void {
    this.#attempts.delete(name);
  }
}

function waitAfter(count: number): number {
  return count < freeAttempts ? 0 : Math.min(1000 * 2 ** (count - freeAttempts), longestWaitMs);
}
