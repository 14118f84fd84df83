import type { Network } from "./network.ts";
import type { Topology } from "./topology.ts";

const base = {
  createdAt: "1970-01-01T00:00:00.000Z",
  scope: "local" as const,
  pools: [],
  internal: false,
  predefined: true,
  options: {},
  labels: {},
};

/** The host's own network: an endpoint of it records that a sandbox uses the host's namespace. */
export const hostNetwork: Network = {
  ...base,
  id: "d01939ad2af92ee6d92442a13e3e13a242e6df355234d31d16b2bc9a50fd83bd",
  name: "host",
  driver: "host",
};

/** No network: a sandbox that is in it can be in no other. */
export const noneNetwork: Network = {
  ...base,
  id: "b678b8c5ccea4ccc3e58e8773008a8769ba23a9b13db218b52cd86a5022376f0",
  name: "none",
  driver: "null",
};

/** Names nobody can give to a network of their own: Docker's predefined ones. */
export const reservedNames: readonly string[] = ["bridge", "host", "none", "default"];

/** The topology with the networks that every host has; the same object if they are there already. */
export function withPredefined(topology: Topology): Topology {
  const missing = [hostNetwork, noneNetwork].filter((network) => !topology.networks[network.id]);
  if (missing.length === 0) return topology;
  const added = Object.fromEntries(missing.map((network) => [network.id, network]));
  return { ...topology, networks: { ...added, ...topology.networks } };
}
