import type { Step } from "../steps.ts";

/** Tells what others do to the firewall from what we do. `take` gives a text that every change of the firewall changes. */
export class FirewallWatch {
  readonly #take: () => string;
  /** As we left it. */
  #known: string;
  #disturbed = false;

  constructor(take: () => string) {
    this.#take = take;
    this.#known = take();
  }

  /** Runs our own work; what it does to the firewall is no disturbance. */
  during<T>(steps: readonly Step[], work: () => T): T {
    if (!steps.some(touchesFirewall)) return work();
    this.#disturbed ||= this.#take() !== this.#known;
    try {
      return work();
    } finally {
      this.#known = this.#take();
    }
  }

  /** Whether somebody else has changed the firewall since the last time this was asked. */
  disturbed(): boolean {
    const now = this.#take();
    const answer = this.#disturbed || now !== this.#known;
    this.#known = now;
    this.#disturbed = false;
    return answer;
  }
}

const touchesFirewall = ({ op }: Step): boolean => op === "firewall.set" || op.startsWith("guard");
