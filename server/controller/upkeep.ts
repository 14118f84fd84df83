import { isDeepStrictEqual } from "node:util";
import type { TopologyState } from "#cnm/events.ts";
import { type HostResolvConf, nameserversOf } from "#cnm/resolv-conf.ts";
import type { Topology } from "#cnm/topology.ts";
import type { HostSettings } from "#server/drivers/driver.ts";
import { isFile, isProtection } from "#server/kernel/objects.ts";
import type { SerialQueue } from "#server/store/serial-queue.ts";
import type { EntryResult, NewEntry } from "#server/store/store.ts";
import { namespaceName } from "#server/kernel/names.ts";
import type { Adoptions } from "./adoptions.ts";
import type { KernelPort } from "./kernel.ts";
import type { NamesPort } from "./names.ts";
import type { Problems } from "./problems.ts";
import { type Reconciled, reconcile } from "./reconcile.ts";
import { everything, reconcileRow } from "./recovery.ts";
import { Repairer } from "./repairer.ts";
import type { HostState } from "./wanted.ts";
import { Watcher } from "./watcher.ts";

export interface UpkeepOptions {
  kernel: KernelPort;
  names: Pick<NamesPort, "follow">;
  /** That of the changes: nothing is mended while one is under way. */
  queue: SerialQueue;
  adoptions: Adoptions;
  problems: Problems;
  host: HostSettings;
  intent: () => { topology: Topology; revision: number };
  /** Whether nothing may be changed any more. */
  isFrozen: () => boolean;
  record: (entry: NewEntry, result: Partial<EntryResult>) => Promise<unknown>;
  /** Other problems than before. */
  onProblems: () => void;
  /** Other files are edited than before, or others again. */
  onEdited: () => void;
  onError: (error: unknown) => void;
}

/**
 * What is done without anybody's asking: mending what a change or somebody else has left, and following what the host itself
 * does.
 */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #repairer = new Repairer(() => this.#options.queue.run(() => this.#repair()));
  readonly #watcher = new Watcher(() => this.#look());
  #host: HostState;
  #edited: TopologyState["edited"] = {};

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#host = { ...options.host, resolvConf: { path: "", text: "" }, lost: options.adoptions.lost };
  }

  get host(): HostState {
    return this.#host;
  }

  /** The files that a person has edited, as of the last look. */
  get edited(): TopologyState["edited"] {
    return this.#edited;
  }

  /** Looks at what the intent depends on, before anything is made equal to it. */
  async lookAround(topology: Topology): Promise<void> {
    await this.#noteResolvConf(await this.#options.kernel.resolvConf());
    await this.#options.adoptions.findLost(topology);
  }

  /** Takes note of what a start has made of the host, and tries again what it could not. */
  async begin({ failures }: Reconciled): Promise<void> {
    const { problems, intent } = this.#options;
    const { topology, revision } = intent();
    problems.note(failures, topology, revision);
    await this.#noteAdoptions();
    await this.#noteEdited();
    if (failures.length > 0) this.#repairer.later();
  }

  /** From here on the host is looked at every second. */
  watch(): void {
    this.#watcher.start();
  }

  stop(): void {
    this.#repairer.stop();
    this.#watcher.stop();
  }

  /** Has the whole host made equal to the intent as soon as no change is under way. */
  soon(): void {
    this.#repairer.soon();
  }

  async record(reconciled: Reconciled, durationMs: number): Promise<void> {
    const row = reconcileRow(reconciled, durationMs);
    if (row) await this.#options.record(row.entry, row.result);
  }

  /** False if the host is not equal to the intent and another try may help; never rejects. */
  async #repair(): Promise<boolean> {
    if (this.#options.isFrozen()) return true;
    return this.#makeEqual().catch((error) => {
      this.#options.onError(error);
      return false;
    });
  }

  async #makeEqual(): Promise<boolean> {
    const { kernel, adoptions, problems, intent, onProblems } = this.#options;
    const began = performance.now();
    const { topology, revision } = intent();
    await adoptions.findLost(topology);
    const reconciled = await reconcile(kernel, everything(topology, this.#host));
    if (problems.note(reconciled.failures, topology, revision)) onProblems();
    await this.record(reconciled, performance.now() - began);
    return reconciled.failures.length === 0;
  }

  /**
   * Tells what has become of adopted processes and which files a person has edited, follows the host's resolv.conf, and puts the
   * firewall back if somebody else has changed it.
   */
  async #look(): Promise<void> {
    const { kernel, queue, intent, onProblems, onEdited, onError } = this.#options;
    try {
      if (await this.#noteAdoptions()) onProblems();
      if (await this.#noteEdited()) onEdited();
      await this.#followResolvConf();
      if (!(await kernel.disturbed())) return;
      await queue.run(async () => {
        const want = everything(intent().topology, this.#host).filter(isProtection);
        if (kernel.plan(want, await kernel.observeFirewall(want)).length > 0) this.soon();
      });
    } catch (error) {
      onError(error);
    }
  }

  async #followResolvConf(): Promise<void> {
    const { kernel, queue, intent, isFrozen } = this.#options;
    const resolvConf = await kernel.resolvConf();
    const { path, text } = this.#host.resolvConf;
    if (resolvConf.path === path && resolvConf.text === text) return;
    await queue.run(async () => {
      await this.#noteResolvConf(resolvConf);
      if (isFrozen()) return;
      const began = performance.now();
      const files = everything(intent().topology, this.#host).filter(isFile);
      const reconciled = await reconcile(kernel, files, { everything: false });
      await this.record(reconciled, performance.now() - began);
      if (reconciled.failures.length > 0) this.soon();
    });
  }

  async #noteResolvConf(resolvConf: HostResolvConf): Promise<void> {
    this.#host = { ...this.#host, resolvConf };
    await this.#options.names.follow(nameserversOf(resolvConf.text));
  }

  /** Whether there is anything new. */
  async #noteEdited(): Promise<boolean> {
    const { kernel, intent } = this.#options;
    const edited = editedIn(intent().topology, await kernel.editedFiles());
    if (isDeepStrictEqual(edited, this.#edited)) return false;
    this.#edited = edited;
    return true;
  }

  /** Whether there is anything new. */
  async #noteAdoptions(): Promise<boolean> {
    const { adoptions, problems, intent } = this.#options;
    const { topology, revision } = intent();
    await adoptions.findEnded(topology);
    return problems.noteConditions(adoptions.conditions(topology), revision);
  }
}

function editedIn({ sandboxes }: Topology, files: Awaited<ReturnType<KernelPort["editedFiles"]>>) {
  const edited: TopologyState["edited"] = {};
  if (files.length === 0) return edited;
  const owners = new Map(Object.keys(sandboxes).map((id) => [namespaceName(id), id]));
  for (const { ns, name, changedAt } of files) {
    const id = owners.get(ns);
    if (id) edited[id] = { ...edited[id], [name]: changedAt };
  }
  return edited;
}
