import { BridgeOptions } from "#cnm/drivers/bridge.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import type { Actor } from "#cnm/history.ts";
import type { Network } from "#cnm/network.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import type { Change } from "#cnm/topology.ts";
import type { EntryResult, NewEntry } from "./store.ts";

/** Objects and rows for the tests of this folder. */
export const idOf = (number: number): string => number.toString(16).padStart(64, "0");

export const root: Actor = { kind: "uid", id: "0", name: "root", role: "admin" };

export function network(number: number, more: Partial<Network> = {}): Network {
  return {
    id: idOf(number),
    name: `net-${number}`,
    createdAt: "2026-01-01T00:00:00.000Z",
    scope: "local",
    driver: "bridge",
    options: BridgeOptions.parse({ mtu: 1400 }),
    pools: [
      { family: 4, subnet: "10.0.0.0/8", gateway: "10.0.0.1", ipRange: null, auxAddresses: { printer: "10.9.9.9" } },
      { family: 6, subnet: "fd00::/64", gateway: null, ipRange: "fd00::/80", auxAddresses: {} },
    ],
    internal: true,
    predefined: false,
    labels: { "com.example.tier": "back 'end'; --" },
    ...more,
  } as Network;
}

export function sandbox(number: number, more: Partial<Sandbox> = {}): Sandbox {
  return {
    id: idOf(number),
    name: `box-${number}`,
    createdAt: "2026-01-01T00:00:00.000Z",
    mode: "private",
    sharedWith: null,
    origin: null,
    managed: true,
    labels: {},
    options: {
      hostname: "db",
      domainname: "example.com",
      extraHosts: [{ name: "o'neill", address: "10.0.0.7" }],
      dns: { servers: ["10.0.0.53"], search: ["."], options: ["ndots:1"] },
    },
    ...more,
  };
}

/** Endpoint of network 1, joined to the sandbox of the same number less 1000. */
export function endpoint(number: number, more: Partial<Endpoint> = {}): Endpoint {
  const hex = number.toString(16).padStart(4, "0");
  return {
    id: idOf(number),
    name: `ep-${number}`,
    networkId: idOf(1),
    createdAt: "2026-01-01T00:00:00.000Z",
    ipv4: `10.0.${number >> 8}.${number & 255}/8`,
    ipv6: `fd00::${hex}/64`,
    mac: `02:42:0a:00:${hex.slice(0, 2)}:${hex.slice(2)}`,
    aliases: ["db", "db.internal"],
    labels: {},
    exposed: [{ protocol: "tcp", port: 80, count: 1 }],
    ports: [{ protocol: "tcp", port: 80, count: 1, hostAddress: null, hostPort: 8080 + number }],
    links: [{ endpointId: idOf(1), alias: "db" }],
    options: {
      interfaceName: "",
      gatewayPriority: 1,
      routes: [{ destination: "10.9.0.0/16", via: null }],
      sysctls: {},
      bandwidth: { ingress: { rate: 1_000_000, burst: 3000 }, egress: null },
    },
    attachment: { sandboxId: idOf(number - 1000), interfaceName: "eth0" },
    ...more,
  };
}

export function created(object: Network | Sandbox | Endpoint): Change {
  const kind = "driver" in object ? "network" : "managed" in object ? "sandbox" : "endpoint";
  return { kind, id: object.id, before: null, after: object } as Change;
}

export function entry(changes: Change[], more: Partial<NewEntry> = {}): NewEntry {
  const objects = changes.map(({ kind, id, before, after }) => ({ kind, id, name: (after ?? before)?.name ?? "" }));
  return {
    actor: root,
    source: "cli",
    verb: "test.change",
    summary: "changed",
    objects,
    commands: [],
    changes,
    ...more,
  };
}

export const applied: EntryResult = {
  outcome: "applied",
  steps: [{ command: "ip netns add box-2", outcome: "done", durationUs: 812 }],
  undoSteps: [],
  durationMs: 1.25,
  error: null,
  errorDetails: null,
};

export const failed: EntryResult = {
  outcome: "failed",
  steps: [
    { command: "ip link add x", outcome: "failed", durationUs: 5, error: { errno: "EEXIST", text: "File exists" } },
  ],
  undoSteps: [{ command: "ip link del x", outcome: "absent", durationUs: 5 }],
  durationMs: 2,
  error: "ip link add x: File exists",
  errorDetails: { step: { command: "ip link add x", errno: "EEXIST", text: "File exists" } },
};
