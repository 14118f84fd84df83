import { stat } from "node:fs/promises";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { NamesDelta, ResolverState } from "#cnm/dns.ts";
import { callWorker } from "#server/kernel/call-worker.ts";
import type { DnsCalls, DnsOptions, DnsWorkerData } from "./calls.ts";

/** The resolvers of all sandboxes as the rest of the daemon sees them. */
export interface Dns {
  /** For the kernel, which hands the sockets over by it. */
  readonly sockets: MessagePort;
  /** Resolves when every resolver answers by it. Rejects only if the worker itself is broken. */
  update(delta: NamesDelta): Promise<void>;
  /** The host's servers from now on, which are asked for what no network knows where a person has named no others. */
  follow(hostServers: readonly string[]): Promise<void>;
  /** What the resolver in the namespace did lately; null if there is none. */
  state(ns: string): Promise<ResolverState | null>;
  /** Closes all sockets and ends the worker. Idempotent. */
  close(): Promise<void>;
}

/** Starts the DNS worker. Rejects if the namespace cannot be entered. */
export async function openDns(options: DnsOptions): Promise<Dns> {
  // A thread stays in the namespace its creator was in when it was started: start libuv's pool now, while all are at home.
  await stat("/");
  const { port1, port2 } = new MessageChannel();
  const workerData: DnsWorkerData = { ...options, sockets: port2 };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData, transferList: [port2] });
  const { call, end } = await callWorker<DnsCalls>(worker, "the DNS worker");
  return {
    sockets: port1,
    update: (delta) => call("update", delta),
    follow: (hostServers) => call("follow", hostServers),
    state: (ns) => call("state", ns),
    close: () => end(call("close")),
  };
}
