import { gatewayOf } from "#cnm/gateway.ts";
import type { Id } from "#cnm/ids.ts";
import { endpointsIn } from "#cnm/members.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import type { Change, Topology } from "#cnm/topology.ts";
import { endpointObjects, networkObjects } from "#server/drivers/registry.ts";
import { namespaceName } from "#server/kernel/names.ts";
import type { KernelObject, Namespace } from "#server/kernel/objects.ts";

/** The networks and sandboxes whose kernel objects a change may alter. */
export interface Scope {
  networks: ReadonlySet<Id>;
  sandboxes: ReadonlySet<Id>;
}

/** A sandbox is looked at whole: an endpoint that comes or goes may move the default route of the others. */
export function scopeOf(changes: readonly Change[]): Scope {
  const networks = new Set<Id>();
  const sandboxes = new Set<Id>();
  for (const change of changes) {
    if (change.kind === "network") networks.add(change.id);
    else if (change.kind === "sandbox") sandboxes.add(change.id);
    else
      for (const side of [change.before, change.after]) if (side?.attachment) sandboxes.add(side.attachment.sandboxId);
  }
  return { networks, sandboxes };
}

export function wholeScope(topology: Topology): Scope {
  return { networks: new Set(Object.keys(topology.networks)), sandboxes: new Set(Object.keys(topology.sandboxes)) };
}

/** Everything that must exist in the kernel for the part of the topology in `scope`. Pure; cost proportional to the scope. */
export function wantedObjects(topology: Topology, scope: Scope): KernelObject[] {
  return [
    ...[...scope.networks].flatMap((id) => {
      const network = topology.networks[id];
      return network ? networkObjects(network) : [];
    }),
    ...[...scope.sandboxes].flatMap((id) => {
      const sandbox = topology.sandboxes[id];
      return sandbox ? sandboxObjects(topology, sandbox) : [];
    }),
  ];
}

/** The namespace of a sandbox as kernel objects name it; a host sandbox lives in the daemon's own. */
export function namespaceOf(sandbox: Sandbox): Namespace {
  return sandbox.mode === "host" ? "" : namespaceName(sandbox.id);
}

function sandboxObjects(topology: Topology, sandbox: Sandbox): KernelObject[] {
  const ns = namespaceOf(sandbox);
  const gateway = gatewayOf(topology, sandbox.id);
  const own: KernelObject[] =
    sandbox.mode === "host"
      ? []
      : [
          { kind: "netns", name: ns },
          { kind: "link", type: "loopback", ns, name: "lo", up: true, alias: `patchbay sandbox ${sandbox.name}` },
        ];
  return [
    ...own,
    ...endpointsIn(topology, sandbox.id).flatMap((endpoint) => {
      const network = topology.networks[endpoint.networkId];
      if (!network || !endpoint.attachment) return [];
      return endpointObjects(network, endpoint, {
        sandbox,
        ns,
        interfaceName: endpoint.attachment.interfaceName,
        gateway: { ipv4: gateway.ipv4 === endpoint.id, ipv6: gateway.ipv6 === endpoint.id },
      });
    }),
  ];
}
