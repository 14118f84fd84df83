import type { SeenContainer } from "#cnm/adoptable.ts";
import type { CommandInput } from "#cnm/commands.ts";
import { CnmError, type Refusal } from "#cnm/errors.ts";
import { askedOf, type Facts } from "#cnm/facts.ts";
import type { Id } from "#cnm/ids.ts";
import { processOf, sourceWords } from "#cnm/origin.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import type { Change, Topology } from "#cnm/topology.ts";
import type { AskedNamespace, KernelPort } from "./kernel.ts";
import { adoptedNamespace } from "./wanted.ts";

export interface AdoptionsOptions {
  kernel: Pick<KernelPort, "resolveNamespace" | "lostAmong" | "endedAmong">;
  /** Asks the container engines of this host, if there are any; throws a CnmError if none knows such a container. */
  findContainer?: (name: string) => Promise<SeenContainer>;
}

/** What becomes of the namespaces that others have made: found when they are asked for, and watched as long as they are sandboxes. */
export class Adoptions {
  readonly #options: AdoptionsOptions;
  readonly #lost = new Set<Id>();
  readonly #ended = new Set<Id>();

  constructor(options: AdoptionsOptions) {
    this.#options = options;
  }

  /** The sandboxes whose namespace is gone, as of the last `findLost`. */
  get lost(): ReadonlySet<Id> {
    return this.#lost;
  }

  /** What the host says of the namespaces that the commands ask for. */
  async facts(commands: readonly CommandInput[]): Promise<Facts["namespaces"]> {
    const found: Facts["namespaces"] = {};
    for (const command of commands)
      if (command.type === "sandbox.adopt") found[askedOf(command)] = await this.#resolve(command);
    return found;
  }

  /** Compares every adopted namespace with what the host has. */
  async findLost({ sandboxes }: Topology): Promise<void> {
    const adopted = adoptedOf(sandboxes);
    const namespaces = adopted.flatMap((sandbox) => adoptedNamespace(sandbox) ?? []);
    const lost = namespaces.length > 0 ? await this.#options.kernel.lostAmong(namespaces) : [];
    replace(this.#lost, pick(adopted, lost));
  }

  /** Looks whether the processes are still there that the namespaces are from. */
  async findEnded({ sandboxes }: Topology): Promise<void> {
    const adopted = adoptedOf(sandboxes).filter(({ origin }) => origin && processOf(origin.source));
    const processes = adopted.flatMap(({ origin }) => (origin && processOf(origin.source)) ?? []);
    const ended = processes.length > 0 ? await this.#options.kernel.endedAmong(processes) : [];
    replace(this.#ended, pick(adopted, ended));
  }

  /** As of the last `findEnded`; null for a sandbox that is not from a process. */
  processRuns({ id, origin }: Sandbox): boolean | null {
    return origin && processOf(origin.source) ? !this.#ended.has(id) : null;
  }

  /** What is to be said of adopted sandboxes. */
  conditions({ sandboxes }: Topology): Map<Id, string> {
    return new Map(
      adoptedOf(sandboxes).flatMap((sandbox) => {
        const message = this.#conditionOf(sandbox);
        return message ? [[sandbox.id, message] as const] : [];
      }),
    );
  }

  /** Throws CONFLICT if the changes would join an endpoint where there is no namespace any more. */
  refuseLost(changes: readonly Change[], { sandboxes }: Topology): void {
    for (const change of changes) {
      const home = change.kind === "endpoint" ? change.after?.attachment?.sandboxId : undefined;
      const sandbox = home && this.#lost.has(home) ? sandboxes[home] : undefined;
      if (!sandbox || (change.kind === "endpoint" && change.before?.attachment)) continue;
      throw new CnmError("CONFLICT", `sandbox ${sandbox.name}: ${this.#conditionOf(sandbox)}`, {
        rule: "namespace-gone",
        lift: "delete the sandbox and adopt again",
      });
    }
  }

  forget(id: Id): void {
    this.#lost.delete(id);
    this.#ended.delete(id);
  }

  #conditionOf({ id, origin }: Sandbox): string | null {
    if (!origin) return null;
    const source = sourceWords(origin.source);
    if (this.#lost.has(id)) return `the namespace of ${source} is gone: delete the sandbox, or adopt again`;
    if (!this.#ended.has(id)) return null;
    const process = origin.source.kind === "container" ? `${source}, process ${origin.source.pid},` : source;
    return `its ${process} has ended; the namespace is kept until the sandbox is deleted`;
  }

  async #resolve(command: Extract<CommandInput, { type: "sandbox.adopt" }>) {
    try {
      const asked = await this.#asked(command);
      const found = await this.#options.kernel.resolveNamespace(asked);
      if (asked.kind === "container" && found.ok) await this.#refuseChanged(asked);
      return found;
    } catch (error) {
      if (error instanceof CnmError) return refusalOf(error);
      throw error;
    }
  }

  async #asked({ pid, netns, container }: Extract<CommandInput, { type: "sandbox.adopt" }>): Promise<AskedNamespace> {
    if (pid !== undefined) return { kind: "pid", pid };
    if (netns !== undefined) return { kind: "path", path: netns };
    return { kind: "container", ...(await this.#findContainer(container ?? "")) };
  }

  async #findContainer(name: string): Promise<SeenContainer> {
    const { findContainer } = this.#options;
    if (findContainer) return findContainer(name);
    throw new CnmError("UNAVAILABLE", "no container engine is known here", { rule: "no-container-engine" });
  }

  /** The pid that the engine told may have become another's before it was looked at; then the engine tells another one now. */
  async #refuseChanged({ name, id, pid }: SeenContainer): Promise<void> {
    const now = await this.#findContainer(id);
    if (now.id === id && now.pid === pid) return;
    throw new CnmError("CONFLICT", `container ${name} has been started anew meanwhile`, {
      rule: "container-changed",
      lift: "adopt it again",
    });
  }
}

function refusalOf({ code, message, details }: CnmError): Refusal {
  return { ok: false, code, message, rule: details.rule ?? "namespace-not-found", lift: details.lift };
}

function adoptedOf(sandboxes: Topology["sandboxes"]): Sandbox[] {
  return Object.values(sandboxes).filter(({ origin }) => origin);
}

const pick = (sandboxes: readonly Sandbox[], places: readonly number[]): Id[] =>
  places.flatMap((place) => sandboxes[place]?.id ?? []);

function replace(set: Set<Id>, ids: readonly Id[]): void {
  set.clear();
  for (const id of ids) set.add(id);
}
