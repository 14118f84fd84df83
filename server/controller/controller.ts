import { randomBytes } from "node:crypto";
import { applyChanges } from "#cnm/changes.ts";
import type { Command, CommandInput } from "#cnm/commands.ts";
import {
  defaultNetworkId,
  isConfigured,
  type parseDefaultNetwork,
  settleDefaultNetwork,
} from "#cnm/default-network.ts";
import type { NamesDelta } from "#cnm/dns.ts";
import { CnmError } from "#cnm/errors.ts";
import type { Layout, TopologyState } from "#cnm/events.ts";
import { emptyFacts, type Facts } from "#cnm/facts.ts";
import type { Actor, HistorySummary, StepRecord } from "#cnm/history.ts";
import type { Id } from "#cnm/ids.ts";
import { choosesPort } from "#cnm/port-fields.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import { type Change, emptyTopology, type Topology } from "#cnm/topology.ts";
import type { HostSettings } from "#server/drivers/driver.ts";
import type { Step } from "#server/kernel/steps.ts";
import { SerialQueue } from "#server/store/serial-queue.ts";
import type { EntryResult, NewEntry, Store } from "#server/store/store.ts";
import { Adoptions, type AdoptionsOptions } from "./adoptions.ts";
import { EventLog, type LoggedEvent } from "./event-log.ts";
import type { KernelPort } from "./kernel.ts";
import { type Mutation, mutationOf, prepare, type Surroundings, verbOf } from "./mutation.ts";
import { allNames, type NamesPort, namesDelta } from "./names.ts";
import { Problems } from "./problems.ts";
import { undo } from "./reconcile.ts";
import { daemonEntry, recover } from "./recovery.ts";
import { kernelError, refuseOtherRequest, refuseStale } from "./refusals.ts";
import { Upkeep } from "./upkeep.ts";
import { type HostState, scopeOf } from "./wanted.ts";

/** Who asks, and from where ("cli", an address). */
export interface Caller {
  actor: Actor;
  source: string;
}

export interface ApplyOptions {
  /** The revision the caller looked at: refused if something that the change touches has changed since. */
  baseRevision?: number;
  /** The caller's id of this request: the same one again answers with what the first did. */
  requestId?: string;
}

export interface Applied {
  entry: HistorySummary;
  changes: Change[];
}

export interface Planned {
  changes: Change[];
  /** The command lines that would run, in order. */
  steps: string[];
  summary: string;
}

export interface ControllerOptions {
  kernel: KernelPort;
  store: Store;
  names: NamesPort;
  /** Tells hosts apart: the ULA prefix of automatic IPv6 subnets comes from it. */
  hostId: string;
  /** What to leave alone on this host. */
  host: HostSettings;
  /** See `AdoptionsOptions`. */
  findContainer?: AdoptionsOptions["findContainer"];
  /** How the default network is to be, null for none; it is left alone if this is not given. */
  defaultNetwork?: ReturnType<typeof parseDefaultNetwork>;
  now?: () => Date;
  /** Told why the host could not be looked at or a repair not be recorded; it is tried again. */
  onError?: (error: unknown) => void;
}

const noResult: EntryResult = {
  outcome: "applied",
  steps: [],
  undoSteps: [],
  durationMs: null,
  error: null,
  errorDetails: null,
};

/**
 * The NetworkController of the CNM: holds the intent, decides changes with the model's pure functions, stores them, has the
 * kernel do them and tells everybody. One change at a time.
 */
export class NetworkController {
  readonly #kernel: KernelPort;
  readonly #store: Store;
  readonly #names: NamesPort;
  readonly #hostId: string;
  readonly #defaultNetwork: ControllerOptions["defaultNetwork"];
  readonly #now: () => Date;
  readonly #onError: (error: unknown) => void;
  readonly #queue = new SerialQueue();
  readonly #events: EventLog;
  readonly #applying = new Set<Id>();
  readonly #adoptions: Adoptions;
  readonly #problems = new Problems();
  readonly #upkeep: Upkeep;
  /** Which history row last changed an object; what no row of this run did may have been changed by the one before. */
  readonly #changedAt = new Map<Id, number>();
  #startedAt = 0;
  #topology: Topology = emptyTopology;
  #layout: Layout = {};
  #revision = 0;
  #unsupported: Record<string, string> = {};
  /** Why nothing may be changed any more: the store and the kernel could have come apart. */
  #readOnly: string | null = null;

  constructor({
    kernel,
    store,
    names,
    hostId,
    host,
    findContainer,
    defaultNetwork,
    now = () => new Date(),
    onError = () => {},
  }: ControllerOptions) {
    this.#kernel = kernel;
    this.#store = store;
    this.#names = names;
    this.#hostId = hostId;
    this.#adoptions = new Adoptions({ kernel, findContainer });
    this.#defaultNetwork = defaultNetwork;
    this.#now = now;
    this.#onError = onError;
    this.#events = new EventLog(randomBytes(6).toString("hex"), () => this.state());
    this.#upkeep = new Upkeep({
      kernel,
      names,
      host,
      onError,
      queue: this.#queue,
      adoptions: this.#adoptions,
      problems: this.#problems,
      intent: () => ({ topology: this.#topology, revision: this.#revision }),
      isFrozen: () => this.#readOnly !== null,
      record: (entry, result) => this.#record(entry, result),
      onEdited: () => this.#events.publish({ type: "files.edited", edited: this.#upkeep.edited }),
      onProblems: () => this.#events.publish({ type: "state", state: this.state() }),
    });
  }

  /**
   * Takes the host over: loads the intent, makes the kernel equal to it without touching what is right, and marks what a dead
   * daemon left behind as recovered. Throws if the default network cannot be as a person has asked for. To be called once,
   * before anything else.
   */
  async start(): Promise<{ recovered: number; repaired: number; adopted: number }> {
    this.#unsupported = await this.#kernel.unsupported();
    const began = performance.now();
    await this.#upkeep.lookAround(await this.#store.loadTopology());
    const { topology, reconciled, pending } = await recover(this.#kernel, this.#store, this.host);
    this.#topology = topology;
    await this.#tellNames(allNames(topology));
    this.#layout = await this.#store.loadLayout();
    if (pending === 0) await this.#upkeep.record(reconciled, performance.now() - began);
    this.#revision = this.#startedAt = await this.#store.lastSeq();
    await this.#upkeep.begin(reconciled);
    await this.#queue.run(() => this.#settleDefaultNetwork());
    this.#upkeep.watch();
    return { recovered: pending, repaired: reconciled.steps.length, adopted: Object.keys(topology.sandboxes).length };
  }

  /** Lets the running change end and starts no more; networks and sandboxes stay as they are. */
  async stop(): Promise<void> {
    this.#readOnly = "the daemon is stopping";
    this.#upkeep.stop();
    await this.#queue.run(async () => {});
  }

  get topology(): Topology {
    return this.#topology;
  }

  get host(): HostState {
    return this.#upkeep.host;
  }

  /** Why nothing can be changed; null while everything can. */
  get readOnly(): string | null {
    return this.#readOnly;
  }

  state(): TopologyState {
    return {
      revision: this.#revision,
      topology: this.#topology,
      layout: this.#layout,
      applying: [...this.#applying],
      problems: this.#problems.toRecord(),
      unsupported: this.#unsupported,
      edited: this.#upkeep.edited,
    };
  }

  /** See `EventLog.subscribe`. */
  watch(lastId: string | null, signal: AbortSignal): AsyncGenerator<LoggedEvent> {
    return this.#events.subscribe(lastId, signal);
  }

  /** See `Adoptions.processRuns`. */
  processRuns(sandbox: Sandbox): boolean | null {
    return this.#adoptions.processRuns(sandbox);
  }

  /** What the host's network has now. */
  async facts(): Promise<Facts> {
    return (await this.#surroundings()).facts;
  }

  /** What `apply` would do, without doing anything. Throws what `apply` would throw. */
  async plan(commands: readonly CommandInput[]): Promise<Planned> {
    const namespaces = await this.#adoptions.facts(commands);
    const mutation = prepare(this.#topology, this.#stamp(commands), await this.#surroundings(commands, namespaces));
    this.#adoptions.refuseLost(mutation.changes, this.#topology);
    const steps = await this.#stepsOf(mutation);
    const { changes, summary } = mutation;
    return { changes, steps: steps.map((step) => this.#kernel.render(step)), summary };
  }

  /**
   * Runs the commands as one atomic change: all of them are in the kernel and in the store when this resolves, or nothing of
   * them and a `CnmError` says why. A refusal by a rule is recorded; wrong input is not.
   */
  async apply(caller: Caller, commands: readonly CommandInput[], options: ApplyOptions = {}): Promise<Applied> {
    // Others do not wait for a container engine; the kernel takes no other namespace than the one that was found.
    const namespaces = await this.#adoptions.facts(commands);
    return this.#queue.run(async () => {
      const before = options.requestId ? await this.#store.findByRequestId(options.requestId) : null;
      if (before) return this.#repeat(before, caller, commands);
      if (this.#readOnly) throw new CnmError("UNAVAILABLE", this.#readOnly);
      const mutation = await this.#decide(caller, { ...options, commands, namespaces });
      return this.#perform(caller, mutation, options.requestId);
    });
  }

  /** Moves cards for everybody. Positions of objects that are not there are dropped; no history is written. */
  async moveLayout(positions: Layout): Promise<void> {
    const known = Object.fromEntries(Object.entries(positions).filter(([id]) => this.#exists(id)));
    await this.#store.saveLayout(known);
    this.#layout = { ...this.#layout, ...known };
    this.#events.publish({ type: "layout.moved", layout: known });
  }

  /** Writes a row about something that is no change of the topology: a login, a denial, a terminal. */
  record(entry: NewEntry, result: Partial<EntryResult> = {}): Promise<HistorySummary> {
    return this.#queue.run(() => this.#record(entry, result));
  }

  /**
   * Does something that is no change of the topology but belongs into history: its row begins before and ends after it, so
   * that nothing is done that history cannot hold. One at a time, like changes; `work` must not wait for another.
   */
  recordWhile<T>(entry: NewEntry, work: () => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      if (this.#readOnly) throw new CnmError("UNAVAILABLE", this.#readOnly);
      const { seq } = await this.#store.begin(entry);
      const result = await work().catch(async (error) => {
        const refused = error instanceof CnmError;
        await this.#end(seq, {
          outcome: refused ? "refused" : "failed",
          error: refused ? error.message : "something went wrong in the daemon; its log says what",
        });
        throw error;
      });
      await this.#end(seq, {});
      return result;
    });
  }

  async #end(seq: number, result: Partial<EntryResult>): Promise<void> {
    const ended = await this.#store.finish(seq, { ...noResult, ...result });
    this.#revision = seq;
    this.#events.publish({ type: "history.recorded", revision: seq, entry: ended });
  }

  /** Nobody has asked for a network that cannot be made by itself: the daemon runs without it. */
  async #settleDefaultNetwork(): Promise<void> {
    const wanted = this.#defaultNetwork;
    if (wanted === undefined) return;
    const { actor, source } = daemonEntry;
    try {
      const { facts, host } = await this.#surroundings();
      const command = wanted && { ...wanted, newId: defaultNetworkId, at: this.#now().toISOString() };
      const settled = settleDefaultNetwork(this.#topology, command, facts);
      if (settled && "kept" in settled) return await this.#refuseDefaultNetwork(settled.kept);
      if (!settled) return;
      const changed = mutationOf(this.#topology, applyChanges(this.#topology, [settled.change]), host);
      const mutation = { ...changed, verb: "daemon.start", summary: settled.summary, commands: [] };
      await this.#perform({ actor, source }, mutation);
    } catch (error) {
      const fatal = !(error instanceof CnmError) || error.code === "UNAVAILABLE";
      if (fatal || (error.code !== "KERNEL" && wanted && isConfigured(wanted))) throw error;
      if (error.code === "KERNEL") this.#onError(error);
      else await this.#refuseDefaultNetwork(error.message);
    }
  }

  async #refuseDefaultNetwork(why: string): Promise<void> {
    this.#onError(new CnmError("CONFLICT", why));
    const entry = { ...daemonEntry, verb: "daemon.start", summary: `refused: ${why}` };
    await this.#record(entry, { outcome: "refused", error: why });
  }

  async #decide(caller: Caller, { commands, namespaces, baseRevision }: Asked): Promise<Mutation> {
    try {
      const mutation = prepare(this.#topology, this.#stamp(commands), await this.#surroundings(commands, namespaces));
      this.#adoptions.refuseLost(mutation.changes, this.#topology);
      const changedAt = (id: Id) => this.#changedAt.get(id) ?? this.#startedAt;
      refuseStale(mutation.changes, changedAt, baseRevision ?? Number.POSITIVE_INFINITY);
      return mutation;
    } catch (error) {
      if (error instanceof CnmError && error.code !== "INVALID_PARAMETER" && error.code !== "NOT_FOUND")
        await this.#record(
          {
            ...caller,
            verb: verbOf(commands),
            summary: `refused: ${error.message}`,
            objects: [],
            commands: [...commands],
            changes: [],
          },
          { outcome: "refused", error: error.message, errorDetails: error.details },
        );
      throw error;
    }
  }

  async #perform(caller: Caller, mutation: Mutation, requestId?: string): Promise<Applied> {
    const { verb, summary, objects, commands, changes } = mutation;
    const began = performance.now();
    const entry = await this.#store.begin({ ...caller, verb, summary, objects, commands, changes, requestId });
    const ids = objects.map((object) => object.id);
    for (const id of ids) this.#applying.add(id);
    this.#events.publish({ type: "change.started", seq: entry.seq, ids });
    try {
      const steps = await this.#kernel.apply(await this.#stepsOf(mutation));
      const failed = steps.find((step) => step.outcome === "failed");
      if (failed) throw await this.#rollBack({ mutation, entry, steps, failed, began });
      return await this.#finish({ mutation, entry, steps, began });
    } catch (error) {
      throw error instanceof CnmError ? error : this.#stopChanging("the kernel could not be asked", error);
    } finally {
      for (const id of ids) this.#applying.delete(id);
    }
  }

  /** What a person has edited is left out. */
  #stepsOf({ want, have }: Mutation): Promise<Step[]> {
    return this.#kernel.unedited(this.#kernel.plan(want, have));
  }

  async #finish({ mutation, entry, steps, began }: Omit<Running, "failed">): Promise<Applied> {
    this.#topology = mutation.after;
    await this.#tellNames(namesDelta(mutation.changes, mutation.after));
    const result = { ...noResult, steps, durationMs: performance.now() - began };
    const finished = await this.#store.finish(entry.seq, result).catch((error) => this.#throwUnwritten(error));
    for (const change of mutation.changes) this.#settle(change, entry.seq);
    this.#revision = finished.seq;
    this.#events.publish({
      type: "change.applied",
      revision: finished.seq,
      changes: mutation.changes,
      entry: finished,
    });
    return { entry: finished, changes: mutation.changes };
  }

  /** Without its resolvers the host is still what it should be. */
  async #tellNames(delta: NamesDelta): Promise<void> {
    await this.#names.update(delta).catch((error) => this.#onError(error));
  }

  /** Restores what the change touched and returns the error to throw. The rest of the host is looked at afterwards. */
  async #rollBack({ mutation, entry, steps, failed, began }: Running): Promise<CnmError> {
    const undoSteps = await undo(this.#kernel, mutation.have, mutation.want);
    const error = kernelError(failed, undoSteps);
    const result: EntryResult = {
      outcome: "failed",
      steps,
      undoSteps,
      durationMs: performance.now() - began,
      error: error.message,
      errorDetails: error.details,
    };
    const finished = await this.#store
      .finish(entry.seq, result, { revert: true })
      .catch((cause) => this.#throwUnwritten(cause));
    const stuck = undoSteps.some((step) => step.outcome === "failed");
    // An endpoint that never came to be has left something in its sandbox.
    const left = stuck ? scopeOf(mutation.changes, this.#topology, mutation.after).sandboxes : [];
    const ids = [...new Set([...mutation.objects.map((object) => object.id), ...left])];
    for (const id of ids.filter((id) => this.#exists(id))) {
      this.#problems.set(id, { seq: entry.seq, message: error.message }, stuck);
    }
    this.#revision = finished.seq;
    this.#events.publish({
      type: "change.failed",
      revision: finished.seq,
      ids,
      message: error.message,
      entry: finished,
    });
    this.#upkeep.soon();
    return error;
  }

  async #record(entry: NewEntry, result: Partial<EntryResult>): Promise<HistorySummary> {
    const recorded = await this.#store.record(entry, { ...noResult, ...result });
    this.#revision = recorded.seq;
    this.#events.publish({ type: "history.recorded", revision: recorded.seq, entry: recorded });
    return recorded;
  }

  /** Answers a request that has been made before with what it ended with then. */
  async #repeat(summary: HistorySummary, caller: Caller, commands: readonly CommandInput[]): Promise<Applied> {
    const entry = await this.#store.showHistory(summary.seq);
    if (!entry) throw new CnmError("INTERNAL", `history row ${summary.seq} has gone`);
    refuseOtherRequest(entry, caller.actor.id, commands);
    if (entry.outcome === "pending") throw new CnmError("UNAVAILABLE", this.#readOnly ?? "the change has not ended");
    if (entry.outcome === "failed")
      throw new CnmError("KERNEL", entry.error ?? "the change failed", entry.errorDetails ?? {});
    return { entry: summary, changes: entry.changes };
  }

  #settle(change: Change, seq: number): void {
    this.#problems.delete(change.id);
    if (!change.after) this.#adoptions.forget(change.id);
    if (change.after) this.#changedAt.set(change.id, seq);
    else this.#changedAt.delete(change.id);
    if (!change.after && this.#layout[change.id]) {
      const { [change.id]: _gone, ...rest } = this.#layout;
      this.#layout = rest;
    }
  }

  #throwUnwritten(cause: unknown): never {
    throw this.#stopChanging("history could not be written", cause);
  }

  /** The kernel may have been changed and the store cannot say so: nothing more may happen until a restart compares the two. */
  #stopChanging(what: string, cause: unknown): CnmError {
    this.#readOnly = `${what} (${cause instanceof Error ? cause.message : cause}); once that is mended, restart the daemon`;
    return new CnmError("UNAVAILABLE", this.#readOnly);
  }

  #exists(id: Id): boolean {
    return id in this.#topology.networks || id in this.#topology.sandboxes || id in this.#topology.endpoints;
  }

  #stamp(commands: readonly CommandInput[]): Command[] {
    const at = this.#now().toISOString();
    return commands.map((command) => ({ ...command, newId: randomBytes(32).toString("hex"), at }));
  }

  /** The host is only looked at for what chooses a subnet, a device or a port. */
  async #surroundings(commands?: readonly CommandInput[], namespaces: Facts["namespaces"] = {}): Promise<Surroundings> {
    const facts = !commands || commands.some(needsHostFacts) ? await this.#kernel.facts() : emptyFacts;
    return { facts: { ...facts, hostId: this.#hostId, unsupported: this.#unsupported, namespaces }, host: this.host };
  }
}

/** Commands, and what was found where they ask for namespaces. */
interface Asked extends ApplyOptions {
  commands: readonly CommandInput[];
  namespaces: Facts["namespaces"];
}

function needsHostFacts(command: CommandInput): boolean {
  if (command.type === "endpoint.create" || command.type === "endpoint.update") return choosesPort(command);
  return command.type === "network.create";
}

interface Running {
  mutation: Mutation;
  entry: HistorySummary;
  steps: StepRecord[];
  failed: StepRecord;
  /** performance.now() at the beginning. */
  began: number;
}
