import type { Endpoint } from "#cnm/endpoint.ts";
import type { Id } from "#cnm/ids.ts";
import type { DriverName, NetworkOf } from "#cnm/network.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import type { KernelObject, Namespace } from "#server/kernel/objects.ts";

/** A joined endpoint and where it is. */
export interface Place {
  endpoint: Endpoint;
  ns: Namespace;
  interfaceName: string;
}

/** Where a joined endpoint is, and whether its network gives the sandbox its default route, per family. */
export interface JoinContext {
  sandbox: Sandbox;
  /** The sandbox's namespace as kernel objects name it. */
  ns: Namespace;
  interfaceName: string;
  gateway: { ipv4: boolean; ipv6: boolean };
  /** The joined endpoints that this one links to, and where they are. */
  links: Place[];
  /** The joined other end where the endpoint is an end of a link (`paired` in `cnm/drivers`). */
  otherEnd: Place | null;
  host: HostSettings;
}

/** What is to be left alone on this host. */
export interface HostSettings {
  /** Adopted sandboxes whose namespace is gone: nothing can be made for them. None if it is not given. */
  lost?: Pick<ReadonlySet<Id>, "has">;
  /** Whether rules are written; without them there is no translation and no isolation but that of bridges. */
  firewall: boolean;
  /** Whether forwarding is switched on where a network needs it. */
  forwarding: boolean;
  /** Devices that take their default route from router advertisements (RFC 4861). */
  raDevices: readonly string[];
}

/**
 * A driver turns CNM objects into kernel objects and decides nothing else: what its options mean is parsed in
 * `cnm/drivers/<name>.ts` (the browser needs it too), what runs is the difference that the controller plans.
 */
export interface Driver<D extends DriverName = DriverName> {
  readonly name: D;
  /** What must exist once on the host while any of these networks, all of this driver, does. Pure. */
  shared?(networks: readonly NetworkOf<D>[], host: HostSettings): KernelObject[];
  /** What must exist while the network exists. Pure. */
  network(network: NetworkOf<D>, host: HostSettings): KernelObject[];
  /** What must exist while the endpoint is joined. Pure. */
  endpoint(network: NetworkOf<D>, endpoint: Endpoint, join: JoinContext): KernelObject[];
}
