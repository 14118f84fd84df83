import { applyChanges } from "./changes.ts";
import type { CommandOf } from "./commands.ts";
import type { Endpoint } from "./endpoint.ts";
import { CnmError, enforce, invalid } from "./errors.ts";
import { Name } from "./ids.ts";
import { interfaceNameIn } from "./interface-name.ts";
import { findEndpoint, findExactSandbox, findSandbox } from "./lookup.ts";
import { endpointsIn, occupantsOf } from "./members.ts";
import type { DriverName } from "./network.ts";
import { withInterfaceName } from "./reduce-options.ts";
import { canCreateSandbox, canJoin, canLeave } from "./rules.ts";
import type { Sandbox } from "./sandbox.ts";
import { defaultSandboxOptions } from "./sandbox-options.ts";
import type { Change, Topology } from "./topology.ts";

/** Plugs the endpoint into the sandbox, which is made if there is none and the command says so. */
export function join(topology: Topology, command: CommandOf<"endpoint.join">): Change[] {
  const endpoint = findEndpoint(topology, command.endpoint);
  const network = topology.networks[endpoint.networkId];
  if (!network) throw new CnmError("INTERNAL", `endpoint ${endpoint.id} has no network`);
  const existing = command.createSandbox
    ? findExactSandbox(topology, command.sandbox)
    : findSandbox(topology, command.sandbox);
  const created = existing ? [] : managedSandbox(topology, command, network.driver);
  const sandboxId = existing?.id ?? command.newId;
  const named = withInterfaceName(topology, endpoint, command.interfaceName);
  const told = applyChanges(topology, [
    ...created,
    { kind: "endpoint", id: endpoint.id, before: endpoint, after: named },
  ]);
  enforce(canJoin(told, endpoint.id, sandboxId));
  const sandbox = told.sandboxes[sandboxId];
  if (!sandbox) throw new CnmError("INTERNAL", `sandbox ${sandboxId} is gone`);
  const attachment = { sandboxId, interfaceName: interfaceNameIn(told, named, { sandbox, network }) };
  return [...created, { kind: "endpoint", id: endpoint.id, before: endpoint, after: { ...named, attachment } }];
}

/** Unplugs the endpoint; a managed sandbox goes with its last one, unless others share it. */
export function leave(topology: Topology, command: CommandOf<"endpoint.leave">): Change[] {
  const endpoint = findEndpoint(topology, command.endpoint);
  const expected = command.sandbox === undefined ? undefined : findSandbox(topology, command.sandbox);
  enforce(canLeave(topology, endpoint.id, expected?.id));
  const left: Change = {
    kind: "endpoint",
    id: endpoint.id,
    before: endpoint,
    after: { ...endpoint, attachment: null },
  };
  const abandoned = abandonedSandbox(topology, endpoint);
  return abandoned ? [left, { kind: "sandbox", id: abandoned.id, before: abandoned, after: null }] : [left];
}

function managedSandbox(topology: Topology, command: CommandOf<"endpoint.join">, driver: DriverName): Change[] {
  const name = Name.safeParse(command.sandbox);
  if (!name.success) throw invalid(name.error.issues.map(({ message }) => ({ path: "sandbox", message })));
  enforce(canCreateSandbox(topology, name.data));
  const sandbox: Sandbox = {
    id: command.newId,
    name: name.data,
    createdAt: command.at,
    mode: driver === "host" ? "host" : "private",
    sharedWith: null,
    origin: null,
    managed: true,
    labels: {},
    options: defaultSandboxOptions,
  };
  return [{ kind: "sandbox", id: sandbox.id, before: null, after: sandbox }];
}

function abandonedSandbox(topology: Topology, leaving: Endpoint): Sandbox | undefined {
  const sandbox = leaving.attachment ? topology.sandboxes[leaving.attachment.sandboxId] : undefined;
  if (!sandbox?.managed || occupantsOf(topology, sandbox.id).length > 0) return undefined;
  return endpointsIn(topology, sandbox.id).length === 1 ? sandbox : undefined;
}
