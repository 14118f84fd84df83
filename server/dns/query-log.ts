import type { DnsQuery } from "#cnm/dns.ts";

const kept = 100;

/** What is remembered of a question, whoever asks it next. */
export interface Asked {
  name: string;
  type: string;
  /** Null: answered here. */
  upstream: string | null;
  rcode: string;
}

/** The last queries of one sandbox, of which a busy one has a hundred thousand a second: noting one makes nothing new. */
export class QueryLog {
  readonly #asked: Asked[] = [];
  readonly #at = new Float64Array(kept);
  readonly #us = new Float64Array(kept);
  #next = 0;
  #count = 0;

  /** `began` and `ended` in milliseconds, as performance.now() tells them. */
  note(asked: Asked, began: number, ended: number): void {
    const slot = this.#next;
    this.#asked[slot] = asked;
    this.#at[slot] = ended;
    this.#us[slot] = (ended - began) * 1000;
    this.#next = (slot + 1) % kept;
    this.#count++;
  }

  /** All there ever were. */
  get count(): number {
    return this.#count;
  }

  /** The last first. */
  last(): DnsQuery[] {
    const length = this.#asked.length;
    return Array.from({ length }, (_, back) => (this.#next - 1 - back + 2 * kept) % kept).flatMap((slot) => {
      const asked = this.#asked[slot];
      if (!asked) return [];
      const { name, type, upstream, rcode } = asked;
      const at = new Date(performance.timeOrigin + (this.#at[slot] ?? 0)).toISOString();
      return [{ at, name, type, upstream, rcode, durationUs: Math.round(this.#us[slot] ?? 0) }];
    });
  }
}
