import type { Upstream } from "#cnm/dns.ts";
import { ask, type Place, type Transport } from "./upstream.ts";
import { type Query, rcode, rcodeOf } from "./wire.ts";

/** How long each server has. */
const patienceMs = 4000;
/** Questions that wait for servers, of all sandboxes and of one. */
const mostWaiting = 1024;
const mostWaitingOfOne = 512;

/** What came of a question that was passed on. */
export type Outcome =
  | { response: Buffer; upstream: string }
  /** No server had an answer, or nobody may be asked: SERVFAIL. Too many questions wait: REFUSED. */
  | { failure: number };

export interface Errand {
  query: Query;
  transport: Transport;
  upstreams: readonly Upstream[];
  place: Place;
}

type Done = (outcome: Outcome) => void;

/** One question on its way, and all who wait for its answer. */
interface Journey {
  waiting: Done[];
  cancel: () => void;
}

/**
 * Passes the questions of one sandbox on. A question that is on its way already is not sent again: whoever asks it waits for the
 * same answer, so that servers that ask each other in a circle end up waiting and not multiplying.
 */
export class Forwarder {
  readonly #total: { waiting: number };
  readonly #journeys = new Map<string, Journey>();
  #waiting = 0;

  /** `total`: what the forwarders of all sandboxes count together. */
  constructor(total: { waiting: number }) {
    this.#total = total;
  }

  forward(errand: Errand, done: Done): void {
    if (errand.upstreams.length === 0) done({ failure: rcode.SERVFAIL });
    else if (this.#total.waiting >= mostWaiting || this.#waiting >= mostWaitingOfOne) done({ failure: rcode.REFUSED });
    else this.#join(errand, done);
  }

  #join(errand: Errand, done: Done): void {
    this.#count(1);
    const key = `${errand.transport} ${errand.query.message.toString("latin1", 2)}`;
    const known = this.#journeys.get(key);
    if (known) {
      known.waiting.push(done);
      return;
    }
    const journey: Journey = { waiting: [done], cancel: () => {} };
    this.#journeys.set(key, journey);
    this.#ask(errand, journey, (outcome) => {
      this.#journeys.delete(key);
      this.#count(-journey.waiting.length);
      for (const tell of journey.waiting) tell(outcome);
    });
  }

  /** Forgets who waits. */
  close(): void {
    for (const { cancel } of this.#journeys.values()) cancel();
    this.#journeys.clear();
    this.#count(-this.#waiting);
  }

  /** One server after the other, until one has an answer: a name that does not exist is one too. */
  #ask({ upstreams: [upstream, ...rest], ...errand }: Errand, journey: Journey, done: Done): void {
    if (!upstream) {
      done({ failure: rcode.SERVFAIL });
      return;
    }
    const next = () => this.#ask({ ...errand, upstreams: rest }, journey, done);
    const onEnd = (response: Buffer | null) => {
      clearTimeout(timer);
      const refused = response === null || [rcode.SERVFAIL, rcode.REFUSED].some((code) => code === rcodeOf(response));
      if (refused) next();
      else done({ response, upstream: upstream.address });
    };
    const stop = ask(errand.query, { upstream, transport: errand.transport, place: errand.place }, { onEnd });
    const timer = setTimeout(() => {
      stop();
      next();
    }, patienceMs);
    journey.cancel = () => {
      clearTimeout(timer);
      stop();
    };
  }

  #count(change: number): void {
    this.#waiting += change;
    this.#total.waiting += change;
  }
}
