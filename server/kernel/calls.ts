import type { MessagePort } from "node:worker_threads";
import type { Refusal } from "#cnm/errors.ts";
import type { HostFacts, NamespaceFacts } from "#cnm/facts.ts";
import type { ConntrackFill, FirewallFamily, FirewallRule } from "#cnm/firewall.ts";
import type { StepRecord } from "#cnm/history.ts";
import type { HostResolvConf } from "#cnm/resolv-conf.ts";
import type { SeenRoute } from "#cnm/route.ts";
import type { AskedNamespace } from "./adopt.ts";
import type { EditedFile, FileLook } from "./files/files.ts";
import type { FileObject, KernelObject, Namespace, NetnsObject } from "./objects.ts";
import type { ResolverSockets } from "./resolver/resolvers.ts";
import type { Step } from "./steps.ts";

/** What the kernel worker is started with; plain data. */
export interface KernelOptions {
  /** Path of the network namespace the daemon works in; null is the process' own. */
  rootNetns: string | null;
  /** Where named namespaces are: "/run/netns". */
  netnsDir: string;
  /** Where ip-netns(8) looks for the files of namespaces: "/etc/netns". */
  etcDir: string;
  /** Where the kernel worker remembers what it has written there. */
  writtenDir: string;
  /** The host's own; "/etc/resolv.conf" if it is not said. */
  resolvConf?: string;
  /** Where the firewall's programs are, and how long each may run; what is absent is the system's. */
  programs?: { directories?: readonly string[]; timeoutMs?: number };
  /** Who serves the sockets of resolvers, by `ResolverMessage`s; without, they are kept and nobody answers. */
  resolvers?: MessagePort;
  /** For tests of crashes and failures: what happens in place of the n-th step (from 1), and of those after it. */
  fault?: Fault;
}

/** What the server of resolvers is told: descriptors are of the whole process, and from then on the server's to close. */
export type ResolverMessage = ({ op: "open"; ns: Namespace } & ResolverSockets) | { op: "close"; ns: Namespace };

export type FirewallState = Record<4 | 6, { ok: true; flavour: "nft" | "legacy" } | { ok: false; reason: string }>;

/** What of ours the firewall and the guards have counted; an owner's id is its first twelve digits. */
export interface FirewallCounters {
  families: FirewallFamily[];
  conntrack: ConntrackFill | null;
  rules: FirewallRule[];
  guard: ({ port: string } & DropCounter)[];
}

export interface Fault {
  /** Which step of the worker's life; or, in shared memory, which of those to come, 0 for none: it counts down. */
  beforeStep: number | Int32Array<SharedArrayBuffer>;
  /** In place of how many steps; 1 if it is not said. */
  steps?: number;
  /** "kill" ends the process at once with SIGKILL; else the name of the errno the step fails with, such as "ENOBUFS". */
  kind: string;
}

/** What was dropped of what a bridge port sent. */
export interface DropCounter {
  packets: number;
  bytes: number;
}

/** What the worker does for the main thread: arguments and results are plain data. */
export interface KernelCalls {
  apply(steps: readonly Step[]): StepRecord[];
  observe(like: readonly KernelObject[], everything: boolean): KernelObject[];
  facts(): HostFacts;
  files(wanted: readonly FileWanted[]): FileLook[];
  editedFiles(): EditedFile[];
  resolvConf(): HostResolvConf;
  unsupported(): Record<string, string>;
  guardUnsupported(): string | null;
  guardCounters(): Record<string, DropCounter>;
  firewall(): FirewallState;
  disturbed(): boolean;
  observeFirewall(like: readonly KernelObject[]): KernelObject[];
  firewallCounters(): FirewallCounters;
  routes(ns: Namespace): SeenRoute[];
  resolveNamespace(asked: AskedNamespace): NamespaceFacts | Refusal;
  resolveNamespaces(asked: readonly AskedNamespace[]): (NamespaceFacts | Refusal)[];
  lostAmong(adopted: readonly NetnsObject[]): number[];
  endedAmong(processes: readonly { pid: number; startTime: string }[]): number[];
  close(): void;
}

export type FileWanted = Pick<FileObject, "ns" | "name" | "content">;

export interface Call<Name extends keyof KernelCalls = keyof KernelCalls> {
  id: number;
  name: Name;
  args: Parameters<KernelCalls[Name]>;
}

export type Reply = { id: number; result: unknown } | { id: number; error: unknown };
