import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Sighting } from "#cnm/adoptable.ts";
import type { Refusal } from "#cnm/errors.ts";
import type { HostFacts, NamespaceFacts } from "#cnm/facts.ts";
import type { StepRecord } from "#cnm/history.ts";
import type { HostResolvConf } from "#cnm/resolv-conf.ts";
import type { SeenRoute } from "#cnm/route.ts";
import type { AskedNamespace } from "./adopt.ts";
import { callWorker } from "./call-worker.ts";
import type { DropCounter, FileWanted, FirewallCounters, FirewallState, KernelCalls, KernelOptions } from "./calls.ts";
import { plan } from "./plan/plan.ts";
import type { EditedFile, FileLook } from "./files/files.ts";
import type { KernelObject, Namespace, NetnsObject } from "./objects.ts";
import { renderAt } from "./render.ts";
import { sightNamespaces } from "./sighting.ts";
import type { Step } from "./steps.ts";

/** The kernel as the rest of the daemon sees it. `plan` and `render` are pure; the other calls are served one at a time. */
export interface Kernel {
  plan(want: readonly KernelObject[], have: readonly KernelObject[]): Step[];
  render(step: Step): string;
  /** Runs the steps in order and stops at the first that fails. Rejects only if the worker itself is broken. */
  apply(steps: readonly Step[]): Promise<StepRecord[]>;
  /**
   * What the kernel has now of what we own: everything, or what is in the namespaces (in the host's: on the devices) that
   * `like` names; and the sysctls `like` names; and the held ports if `like` has any.
   */
  observe(like: readonly KernelObject[], everything: boolean): Promise<KernelObject[]>;
  /** The steps without those that would write into a file which a person has edited: they would be left alone anyway. */
  unedited(steps: readonly Step[]): Promise<Step[]>;
  /** How the files are found, in the same order. */
  files(wanted: readonly FileWanted[]): Promise<FileLook[]>;
  /** Those that say something else than was written last; cheap enough for each second. */
  editedFiles(): Promise<EditedFile[]>;
  /** The host's own, or what systemd-resolved(8) has behind it; empty where there is none. */
  resolvConf(): Promise<HostResolvConf>;
  facts(): Promise<HostFacts>;
  /** Driver → why this kernel cannot serve it. */
  unsupported(): Promise<Record<string, string>>;
  /** Why this host cannot keep endpoints from sending with foreign addresses, or null. */
  guardUnsupported(): Promise<string | null>;
  /** What was dropped at each guarded port, by its name, since its guard was added. Empty without the table. */
  guardCounters(): Promise<Record<string, DropCounter>>;
  /** By family, the iptables that are used, or why none can be. */
  firewall(): Promise<FirewallState>;
  /** Whether somebody else has changed the firewall since this was last asked; cheap enough for each second. */
  disturbed(): Promise<boolean>;
  /** As `observe` of everything, for chains, rules and guards alone. */
  observeFirewall(like: readonly KernelObject[]): Promise<KernelObject[]>;
  /** What the host knows of a namespace that is to be adopted, or why it cannot be. Changes nothing. */
  resolveNamespace(asked: AskedNamespace): Promise<NamespaceFacts | Refusal>;
  /** The same of several, in the same order. */
  resolveNamespaces(asked: readonly AskedNamespace[]): Promise<(NamespaceFacts | Refusal)[]>;
  /** The network namespaces of the host by what is in them. Not in the worker: a host has many processes. */
  sightNamespaces(): Promise<Sighting>;
  /** Which of the adopted namespaces cannot be had any more, by their place in the list. */
  lostAmong(namespaces: readonly NetnsObject[]): Promise<number[]>;
  /** Which of the processes have ended, by their place in the list; cheap enough for each second. */
  endedAmong(processes: readonly { pid: number; startTime: string }[]): Promise<number[]>;
  /** What the firewall has of ours and has counted; an owner's id is its first twelve digits. */
  firewallCounters(): Promise<FirewallCounters>;
  /** The main routing table of a namespace; ENOENT where there is no such namespace. */
  routes(ns: Namespace): Promise<SeenRoute[]>;
  /** The sandbox key of the CNM: the path of a named namespace. */
  namespaceKey(name: string): string;
  /** Ends the worker after the calls that are under way. The kernel's objects stay. Idempotent. */
  close(): Promise<void>;
}

/** Starts the kernel worker. Rejects if the namespace cannot be entered or the netns directory not be prepared. */
export async function openKernel(options: KernelOptions): Promise<Kernel> {
  // A thread stays in the namespace its creator was in when it was started: start libuv's pool now, while all are at home.
  await stat("/");
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: options,
    transferList: options.resolvers ? [options.resolvers] : [],
  });
  const { call, end } = await callWorker<KernelCalls>(worker, "the kernel worker");
  return {
    plan,
    render: (step) => renderAt(options.etcDir, step),
    apply: (steps) => call("apply", steps),
    observe: (like, everything) => call("observe", like, everything),
    unedited: async (steps) => {
      const writes = steps.filter((step) => step.op === "file.write");
      if (writes.length === 0) return [...steps];
      const looks = await call("files", writes);
      const edited = new Set<Step>(writes.filter((_, index) => looks[index]?.edited));
      return steps.filter((step) => !edited.has(step));
    },
    files: (wanted) => call("files", wanted),
    editedFiles: () => call("editedFiles"),
    resolvConf: () => call("resolvConf"),
    facts: () => call("facts"),
    unsupported: () => call("unsupported"),
    guardUnsupported: () => call("guardUnsupported"),
    guardCounters: () => call("guardCounters"),
    firewall: () => call("firewall"),
    disturbed: () => call("disturbed"),
    observeFirewall: (like) => call("observeFirewall", like),
    firewallCounters: () => call("firewallCounters"),
    routes: (ns) => call("routes", ns),
    resolveNamespace: (asked) => call("resolveNamespace", asked),
    resolveNamespaces: (asked) => call("resolveNamespaces", asked),
    sightNamespaces: () => sightNamespaces(options.netnsDir),
    lostAmong: (namespaces) => call("lostAmong", namespaces),
    endedAmong: (processes) => call("endedAmong", processes),
    namespaceKey: (name) => join(options.netnsDir, name),
    close: () => end(call("close")),
  };
}
