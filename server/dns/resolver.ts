import type { Server } from "node:net";
import { type ResolverState, type ResolverView, upstreamsOf } from "#cnm/dns.ts";
import type { ResolverSockets } from "#server/kernel/resolver/resolvers.ts";
import { type Answer, answer } from "./answer.ts";
import { Forwarder } from "./forwarder.ts";
import { type Asked, QueryLog } from "./query-log.ts";
import { serveTcp } from "./tcp.ts";
import { type Recipe, UdpServer, type UdpShared } from "./udp.ts";
import type { Transport } from "./upstream.ts";
import {
  emptyReply,
  type Query,
  type Reply,
  rcode,
  rcodeOf,
  rcodeText,
  readQuery,
  truncatedCopy,
  udpLimit,
  writeReply,
} from "./wire.ts";
import type { KnownNetwork, Zones } from "./zones.ts";

/** What all resolvers have in common. */
export interface Shared extends UdpShared {
  zones: Zones;
  /** Counts up whenever anything of zones or views is other than before. */
  revision: number;
  /** Answers that are remembered, of all resolvers. */
  remembered: number;
  /** Has all of them forget theirs. */
  forgetAll: () => void;
  waiting: { waiting: number };
  hostServers: readonly string[];
}

/** What is answered here. */
type Decision = Exclude<Answer, { kind: "forward" }> | { kind: "failure"; rcode: number };

interface Asker {
  transport: Transport;
  reply: (answer: Buffer) => void;
  /** performance.now() when the question came. */
  began: number;
}

const mostRemembered = 20_000;
const mostRememberedOfOne = 4096;
/** A longer query is answered as well, but not remembered. */
const longestRemembered = 300;
/** Of the addresses of one name, as many come first in turn. */
const mostTurns = 8;
const longestTcp = 65_535;

/** The resolver of one sandbox. */
export class Resolver {
  readonly #shared: Shared;
  readonly #sockets: ResolverSockets;
  readonly #udp: UdpServer;
  readonly #tcp: Server;
  readonly #forwarder: Forwarder;
  readonly #log = new QueryLog();
  readonly #recipes = new Map<string, Recipe>();
  #view: ResolverView | null = null;
  #networks: KnownNetwork[] = [];
  #revision = -1;

  /** Owns the sockets from here on. */
  constructor(sockets: ResolverSockets, shared: Shared) {
    this.#shared = shared;
    this.#sockets = sockets;
    this.#forwarder = new Forwarder(shared.waiting);
    const service = {
      recall: (key: string) => this.#recall(key),
      handle: (message: Buffer, reply: (answer: Buffer) => void) => this.#handle(message, "udp", reply),
    };
    this.#udp = new UdpServer(sockets.udp, service, shared);
    this.#tcp = serveTcp(sockets.tcp, (message, reply) => this.#handle(message, "tcp", reply));
  }

  /** Null until it is known whose it is: every question fails. */
  set view(view: ResolverView | null) {
    this.#view = view;
  }

  state(): ResolverState {
    const upstreams = this.#view ? upstreamsOf(this.#view, this.#shared.hostServers) : [];
    return { queries: this.#log.last(), count: this.#log.count, upstreams };
  }

  /** Answers are made anew, each when it is asked for. */
  forget(): void {
    this.#shared.remembered -= this.#recipes.size;
    this.#recipes.clear();
  }

  close(): void {
    this.forget();
    this.#forwarder.close();
    this.#udp.close();
    this.#tcp.close();
  }

  #recall(key: string): Recipe | undefined {
    if (this.#revision !== this.#shared.revision) this.#refresh();
    return this.#recipes.get(key);
  }

  #refresh(): void {
    this.forget();
    this.#revision = this.#shared.revision;
    this.#networks = this.#view ? this.#shared.zones.seenBy(this.#view) : [];
  }

  #handle(message: Buffer, transport: Transport, reply: (answer: Buffer) => void): void {
    const began = performance.now();
    const query = readQuery(message);
    if (query === null) return;
    if ("refusal" in query) {
      reply(query.refusal);
      this.#note({ name: "", type: "", upstream: null, rcode: rcodeText(rcodeOf(query.refusal)) }, began);
      return;
    }
    if (this.#revision !== this.#shared.revision) this.#refresh();
    const decision = this.#decide(query);
    if (decision.kind === "forward") this.#forward(query, { transport, reply, began });
    else this.#answer(query, decision, { transport, reply, began });
  }

  #answer(query: Query, decision: Decision, { transport, reply, began }: Asker): void {
    const own = replyOf(decision);
    const limit = transport === "udp" ? udpLimit(query) : longestTcp;
    const asked = { ...query.question, upstream: null, rcode: rcodeText(own.rcode) };
    reply(writeReply(query, own, limit));
    this.#note(asked, began);
    if (transport === "udp" && query.message.length <= longestRemembered) this.#remember(query, own, asked);
  }

  #decide(query: Query): Decision | { kind: "forward" } {
    if (!this.#view) return { kind: "failure", rcode: rcode.SERVFAIL };
    return answer({ networks: this.#networks, dotless: this.#view.dotless }, query.question);
  }

  #remember(query: Query, own: Reply, asked: Asked): void {
    if (this.#recipes.size >= mostRememberedOfOne) this.forget();
    if (this.#shared.remembered >= mostRemembered) this.#shared.forgetAll();
    this.#shared.remembered++;
    const turns = turnsOf(own).map((turn) => writeReply(query, turn, udpLimit(query)));
    let turn = 0;
    this.#recipes.set(query.message.toString("latin1", 2), {
      next: () => turns[turn++ % turns.length] ?? Buffer.alloc(0),
      note: (began) => this.#note(asked, began),
    });
  }

  #forward(query: Query, { transport, reply, began }: Asker): void {
    const upstreams = this.#view ? upstreamsOf(this.#view, this.#shared.hostServers) : [];
    const errand = { query, transport, upstreams, place: { socket: this.#sockets.udp } };
    this.#forwarder.forward(errand, (outcome) => {
      const failed = "failure" in outcome;
      const limit = transport === "udp" ? udpLimit(query) : longestTcp;
      const response = failed
        ? writeReply(query, emptyReply(outcome.failure), limit)
        : fitted(query, outcome.response, limit);
      query.message.copy(response, 0, 0, 2);
      reply(response);
      const upstream = failed ? null : outcome.upstream;
      this.#note({ ...query.question, upstream, rcode: rcodeText(rcodeOf(response)) }, began);
    });
  }

  #note(asked: Asked, began: number): void {
    this.#log.note(asked, began, performance.now());
  }
}

function replyOf(decision: Decision): Reply {
  switch (decision.kind) {
    case "answer":
      return { rcode: rcode.NOERROR, ...decision };
    case "nodata":
      return emptyReply(rcode.NOERROR);
    case "failure":
      return emptyReply(decision.rcode);
  }
}

/** The reply with one record after the other in the first place: clients take the first. */
function turnsOf(reply: Reply): Reply[] {
  const { answers } = reply;
  const count = Math.min(Math.max(answers.length, 1), mostTurns);
  // Begins with the second: the first was given just now.
  return Array.from({ length: count }, (_, i) => (i + 1) % count).map((from) => ({
    ...reply,
    answers: [...answers.slice(from), ...answers.slice(0, from)],
  }));
}

/** A copy for one asker. */
function fitted(query: Query, response: Buffer, limit: number): Buffer {
  return response.length > limit ? truncatedCopy(response, query.questionEnd) : Buffer.from(response);
}
