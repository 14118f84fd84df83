import type { MessagePort } from "node:worker_threads";
import type { NamesDelta, ResolverState } from "#cnm/dns.ts";

/** What the DNS worker is started with. */
export interface DnsOptions {
  /** Path of the network namespace that the host's servers are asked from; null is the process' own. */
  rootNetns: string | null;
}

export interface DnsWorkerData extends DnsOptions {
  /** From the kernel worker: `ResolverMessage`s. */
  sockets: MessagePort;
}

/** What the worker does for the main thread. */
export interface DnsCalls {
  update(delta: NamesDelta): void;
  follow(hostServers: readonly string[]): void;
  state(ns: string): ResolverState | null;
  close(): void;
}

export interface DnsCall<Name extends keyof DnsCalls = keyof DnsCalls> {
  id: number;
  name: Name;
  args: Parameters<DnsCalls[Name]>;
}

export type DnsReply = { id: number; result: unknown } | { id: number; error: unknown };
