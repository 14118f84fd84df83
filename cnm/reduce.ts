import { applyChanges } from "./changes.ts";
import type { Command } from "./commands.ts";
import type { Facts } from "./facts.ts";
import { createEndpoint, deleteEndpoint, updateEndpoint } from "./reduce-endpoint.ts";
import { join, leave } from "./reduce-join.ts";
import { createNetwork, deleteNetwork, updateNetwork } from "./reduce-network.ts";
import { adoptSandbox, createSandbox, deleteSandbox, updateSandbox } from "./reduce-sandbox.ts";
import type { Change, Topology } from "./topology.ts";

/**
 * The topology after a command. Pure; objects that the command does not touch are the same objects. Throws the one
 * `CnmError` that applies; INVALID_PARAMETER lists every problem of the input.
 */
export function reduce(topology: Topology, command: Command, facts: Facts): Topology {
  return applyChanges(topology, decide(topology, command, facts));
}

/** What the command changes. */
function decide(topology: Topology, command: Command, facts: Facts): Change[] {
  switch (command.type) {
    case "network.create":
      return createNetwork(topology, command, facts);
    case "network.update":
      return updateNetwork(topology, command);
    case "network.delete":
      return deleteNetwork(topology, command);
    case "sandbox.create":
      return createSandbox(topology, command);
    case "sandbox.update":
      return updateSandbox(topology, command);
    case "sandbox.adopt":
      return adoptSandbox(topology, command, facts);
    case "sandbox.delete":
      return deleteSandbox(topology, command);
    case "endpoint.create":
      return createEndpoint(topology, command, facts);
    case "endpoint.update":
      return updateEndpoint(topology, command, facts);
    case "endpoint.delete":
      return deleteEndpoint(topology, command);
    case "endpoint.join":
      return join(topology, command);
    case "endpoint.leave":
      return leave(topology, command);
  }
}
