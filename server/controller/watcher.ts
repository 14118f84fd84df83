const intervalMs = 1000;

/** Looks every second whether something is amiss, and has it mended; one look at a time. */
export class Watcher {
  readonly #look: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `look` never rejects. */
  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  start(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look().then(() => this.start()), intervalMs).unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
