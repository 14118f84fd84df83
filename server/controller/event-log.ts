import type { TopologyEvent, TopologyState } from "#cnm/events.ts";

/** An event with the id a subscriber resumes from. Ids of another run of the daemon are unknown, and answered with the state. */
export interface LoggedEvent {
  id: string;
  event: TopologyEvent;
}

const kept = 1024;

/** The last events, for subscribers that come back, and the way to hear new ones. Memory only: the state is the truth. */
export class EventLog {
  readonly #run: string;
  readonly #state: () => TopologyState;
  readonly #recent: LoggedEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #last = 0;

  /** `run` must differ between two runs of the daemon; `state` is read whenever a subscriber has to start afresh. */
  constructor(run: string, state: () => TopologyState) {
    this.#run = run;
    this.#state = state;
  }

  publish(event: TopologyEvent): void {
    this.#last += 1;
    this.#recent.push({ id: this.#id(this.#last), event });
    if (this.#recent.length > kept) this.#recent.shift();
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /**
   * Starts with the state (or, if `lastId` is still known, with what came after it) and goes on until `signal` aborts. A
   * subscriber too slow for the events kept gets the state again instead of a gap.
   */
  async *subscribe(lastId: string | null, signal: AbortSignal): AsyncGenerator<LoggedEvent> {
    let next = this.#resumeAt(lastId);
    while (!signal.aborted) {
      const oldest = this.#last - this.#recent.length + 1;
      if (next === null || next < oldest) {
        next = this.#last + 1;
        yield { id: this.#id(this.#last), event: { type: "state", state: this.#state() } };
      }
      while (next <= this.#last && !signal.aborted) {
        const logged: LoggedEvent | undefined = this.#recent[next - (this.#last - this.#recent.length + 1)];
        if (!logged) break;
        next += 1;
        yield logged;
      }
      if (next > this.#last && !signal.aborted) await this.#changed(signal);
    }
  }

  #resumeAt(lastId: string | null): number | null {
    const [, run, number] = /^(\w+)-(\d+)$/.exec(lastId ?? "") ?? [];
    return run === this.#run && Number(number) <= this.#last ? Number(number) + 1 : null;
  }

  #id(number: number): string {
    return `${this.#run}-${number}`;
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener("abort", wake);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}
