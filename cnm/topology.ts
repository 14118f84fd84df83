import type { Endpoint } from "./endpoint.ts";
import type { Id } from "./ids.ts";
import type { Network } from "./network.ts";
import type { Sandbox } from "./sandbox.ts";

/** The whole intent as one immutable value. Objects that a command did not touch are the same objects after it. */
export interface Topology {
  readonly networks: Readonly<Record<Id, Network>>;
  readonly sandboxes: Readonly<Record<Id, Sandbox>>;
  readonly endpoints: Readonly<Record<Id, Endpoint>>;
}

export const emptyTopology: Topology = { networks: {}, sandboxes: {}, endpoints: {} };

export type ObjectKind = "network" | "sandbox" | "endpoint";

/** One object before and after; null where it does not exist. A list of these is a difference, and swapped its inverse. */
export type Change =
  | { kind: "network"; id: Id; before: Network | null; after: Network | null }
  | { kind: "sandbox"; id: Id; before: Sandbox | null; after: Sandbox | null }
  | { kind: "endpoint"; id: Id; before: Endpoint | null; after: Endpoint | null };
