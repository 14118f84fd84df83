import { drivers } from "#cnm/drivers/index.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import { gatewayOf } from "#cnm/gateway.ts";
import type { Id } from "#cnm/ids.ts";
import { dependentsOf, endpointsIn, endpointsOf, otherEndOf } from "#cnm/members.ts";
import type { HostResolvConf } from "#cnm/resolv-conf.ts";
import { hasResolver } from "#cnm/resolver.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import { sandboxFiles } from "#cnm/sandbox-files.ts";
import type { Change, Topology } from "#cnm/topology.ts";
import type { HostSettings, JoinContext, Place } from "#server/drivers/driver.ts";
import { endpointObjects, networkObjects, sharedObjects } from "#server/drivers/registry.ts";
import { namespaceName } from "#server/kernel/names.ts";
import type { FileObject, KernelObject, Namespace, NetnsObject } from "#server/kernel/objects.ts";

/** What is wanted of a host depends on what the daemon was told, and on its own resolv.conf. */
export interface HostState extends HostSettings {
  resolvConf: HostResolvConf;
}

/** The networks and sandboxes whose kernel objects a change may alter. */
export interface Scope {
  networks: ReadonlySet<Id>;
  sandboxes: ReadonlySet<Id>;
}

/**
 * A sandbox is looked at whole: an endpoint that comes or goes may move the default route of the others. So is every sandbox
 * in a network that changes, and every one that links to an endpoint that does or is the other end of its link.
 */
export function scopeOf(changes: readonly Change[], before: Topology, after: Topology): Scope {
  const networks = new Set<Id>();
  const sandboxes = new Set<Id>();
  const addHome = (endpoint: Endpoint) => endpoint.attachment && sandboxes.add(endpoint.attachment.sandboxId);
  for (const change of changes) {
    if (change.kind === "network") {
      networks.add(change.id);
      for (const endpoint of endpointsOf(after, change.id)) addHome(endpoint);
    } else if (change.kind === "sandbox") sandboxes.add(change.id);
    else
      for (const [side, topology] of [[change.before, before] as const, [change.after, after] as const])
        if (side) for (const endpoint of [side, ...dependentsOf(topology, side)]) addHome(endpoint);
  }
  return { networks, sandboxes };
}

export function wholeScope(topology: Topology): Scope {
  return { networks: new Set(Object.keys(topology.networks)), sandboxes: new Set(Object.keys(topology.sandboxes)) };
}

/** Everything that must exist in the kernel for the part of the topology in `scope`. Pure; cost proportional to the scope. */
export function wantedObjects(topology: Topology, scope: Scope, host: HostState): KernelObject[] {
  return [
    ...(scope.networks.size > 0 ? sharedObjects(Object.values(topology.networks), host) : []),
    ...[...scope.networks].flatMap((id) => {
      const network = topology.networks[id];
      return network ? networkObjects(network, host) : [];
    }),
    ...[...scope.sandboxes].flatMap((id) => {
      const sandbox = topology.sandboxes[id];
      return sandbox ? sandboxObjects(topology, sandbox, host) : [];
    }),
  ];
}

/** The namespace of a sandbox as kernel objects name it; a host sandbox lives in the daemon's own, an occupant in its owner's. */
export function namespaceOf(sandbox: Sandbox): Namespace {
  return sandbox.mode === "host" ? "" : namespaceName(sandbox.sharedWith ?? sandbox.id);
}

function sandboxObjects(topology: Topology, sandbox: Sandbox, host: HostState): KernelObject[] {
  const ns = namespaceOf(sandbox);
  const gateway = gatewayOf(topology, sandbox.id);
  if (host.lost?.has(sandbox.id)) return [];
  return [
    ...namespaceObjects(sandbox),
    ...endpointsIn(topology, sandbox.id).flatMap((endpoint) => {
      const network = topology.networks[endpoint.networkId];
      if (!network || !endpoint.attachment) return [];
      const otherEnd = reachableEnd(topology, endpoint, host);
      // One that waits has no interface that anything could be of.
      if (drivers[network.driver].paired && !otherEnd) return [];
      const join: JoinContext = {
        sandbox,
        ns,
        interfaceName: endpoint.attachment.interfaceName,
        gateway: { ipv4: gateway.ipv4 === endpoint.id, ipv6: gateway.ipv6 === endpoint.id },
        links: endpoint.links.flatMap(({ endpointId }) => placeOf(topology, endpointId) ?? []),
        otherEnd: otherEnd && placeOf(topology, otherEnd.id),
        host,
      };
      return [...endpointObjects(network, endpoint, join), ...told(endpoint, join)];
    }),
    ...fileObjects(topology, sandbox, host),
    ...(hasResolver(topology, sandbox.id) ? [{ kind: "resolver", ns } as const] : []),
  ];
}

/** The files that stand in place of those in /etc for whoever runs in the sandbox. */
export function fileObjects(topology: Topology, sandbox: Sandbox, { resolvConf }: HostState): FileObject[] {
  const ns = namespaceOf(sandbox);
  return sandboxFiles(topology, sandbox, resolvConf).map((file) => ({ kind: "file", ns, ...file }));
}

/** An adopted namespace as the kernel knows it; null for a sandbox of another mode. */
export function adoptedNamespace({ id, origin }: Sandbox): NetnsObject | null {
  if (!origin) return null;
  const { foreign: _, ...adopted } = origin;
  return { kind: "netns", name: namespaceName(id), adopted };
}

/** Of an adopted one nothing but the name is ours. */
function namespaceObjects(sandbox: Sandbox): KernelObject[] {
  const ns = namespaceOf(sandbox);
  const adopted = adoptedNamespace(sandbox);
  if (adopted) return [adopted];
  if (sandbox.mode !== "private") return [];
  return [
    { kind: "netns", name: ns },
    { kind: "link", type: "loopback", ns, name: "lo", up: true, alias: `patchbay sandbox ${sandbox.name}` },
    ...deafToRedirects(ns),
  ];
}

/**
 * What goes through the host to a sibling on the same bridge makes the host point to the sibling itself (ICMP redirect), which
 * would not know what to do with it.
 */
function deafToRedirects(ns: Namespace): KernelObject[] {
  const all = ["net/ipv4/conf/all", "net/ipv4/conf/default"];
  return all.map((conf) => ({ kind: "sysctl", ns, name: `${conf}/accept_redirects`, value: "0" }));
}

/** What the endpoint's options ask for, whatever its driver. */
function told({ options }: Endpoint, { ns, interfaceName: dev }: JoinContext): KernelObject[] {
  const routes = options.routes.map(({ destination: dst, via }): KernelObject => {
    return { kind: "route", ns, family: dst.includes(":") ? 6 : 4, dst, via, dev };
  });
  const sysctls = Object.entries(options.sysctls).map(([name, value]): KernelObject => {
    // An interface may have a dot in its name, and the setting's path has none.
    return { kind: "sysctl", ns, name: `net/${name.replaceAll(".", "/").replace("IFNAME", dev)}`, value };
  });
  return [...sysctls, ...routes];
}

/** The endpoint that it is paired with, if that is joined where a link can lead. */
function reachableEnd(topology: Topology, endpoint: Endpoint, host: HostSettings): ReturnType<typeof otherEndOf> {
  const end = otherEndOf(topology, endpoint);
  return end?.attachment && host.lost?.has(end.attachment.sandboxId) ? null : end;
}

/** Where a joined endpoint is. */
function placeOf(topology: Topology, id: Id): Place | null {
  const endpoint = topology.endpoints[id];
  const sandbox = endpoint?.attachment ? topology.sandboxes[endpoint.attachment.sandboxId] : undefined;
  if (!endpoint?.attachment || !sandbox) return null;
  return { endpoint, ns: namespaceOf(sandbox), interfaceName: endpoint.attachment.interfaceName };
}
