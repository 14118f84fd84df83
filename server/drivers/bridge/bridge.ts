import type { Endpoint } from "#cnm/endpoint.ts";
import { defaultGatewayOf } from "#cnm/gateway.ts";
import type { NetworkOf } from "#cnm/network.ts";
import { ifbName, macOf, vethName } from "#server/kernel/names.ts";
import type { KernelObject, Namespace } from "#server/kernel/objects.ts";
import type { Driver, HostSettings, JoinContext } from "../driver.ts";
import { arrivalShaper, shaper } from "../shaping.ts";
import { bridgeAddresses, deviceOf, macOfBridge } from "./device.ts";
import { networkRules, translates } from "./firewall.ts";
import { endpointRules, heldPorts, linkRoutes } from "./ports.ts";
import { isQuiet, sharedObjects } from "./shared.ts";

type Network = NetworkOf<"bridge">;

/** One bridge device per network in the host namespace, one veth per joined endpoint with its peer born inside the sandbox. */
export const bridgeDriver: Driver<"bridge"> = {
  name: "bridge",
  shared: sharedObjects,
  network: networkObjects,
  endpoint: endpointObjects,
};

function networkObjects(network: Network, host: HostSettings): KernelObject[] {
  const name = deviceOf(network);
  const rules = host.firewall ? [...networkRules(network), ...loopbackRoute(network)] : [];
  const addresses = bridgeAddresses(network).map((address) => addressObject("", name, address));
  if (network.options.adopted)
    return [{ kind: "link", type: "adopted-bridge", ns: "", name, up: true }, ...addresses, ...rules];
  return [
    {
      kind: "link",
      type: "bridge",
      ns: "",
      name,
      mac: macOfBridge(network),
      mtu: network.options.mtu,
      up: true,
      alias: `patchbay network ${network.name}`,
    },
    ...bridgeIpv6(
      name,
      network.pools.some((pool) => pool.family === 6),
    ),
    ...addresses,
    ...rules,
  ];
}

/** Lets what the host sends to its own 127.0.0.1 reach a published port through the bridge. */
function loopbackRoute(network: Network): KernelObject[] {
  const hasIpv4 = network.pools.some(({ family }) => family === 4);
  if (!hasIpv4 || !translates(network, 4)) return [];
  return [sysctl("", `net/ipv4/conf/${deviceOf(network)}/route_localnet`, "1")];
}

function endpointObjects(network: Network, endpoint: Endpoint, join: JoinContext): KernelObject[] {
  const port = vethName(endpoint.id);
  const { ns, interfaceName: dev, host } = join;
  const addresses = [endpoint.ipv4, endpoint.ipv6].filter((address) => address !== null);
  const held = host.firewall ? heldPorts(network, endpoint) : [];
  return [
    {
      kind: "link",
      type: "veth",
      ns: "",
      name: port,
      mtu: network.options.mtu,
      master: deviceOf(network),
      // Where br_netfilter is on, what reaches a published port through the host's address is bridged, to the sender itself too.
      isolated: !network.options.icc && held.length === 0,
      hairpin: held.length > 0,
      up: true,
      alias: `patchbay endpoint ${network.name}/${endpoint.name}`,
      peer: { ns, name: dev, mac: endpoint.mac ?? macOf(endpoint.id), mtu: network.options.mtu, up: true },
    },
    // A bridge port needs no IPv6 of its own; with it, every join makes the kernel flood MLD and ND to all ports.
    sysctl("", `net/ipv6/conf/${port}/disable_ipv6`, "1"),
    ...ipv6Sysctls(ns, dev, endpoint.ipv6 !== null),
    ...(endpoint.ipv6 === null ? [] : [sysctl(ns, `net/ipv6/conf/${dev}/accept_redirects`, "0")]),
    ...addresses.map((address) => addressObject(ns, dev, address)),
    ...defaultRoutes(network, join),
    ...bandwidth(network, endpoint, port),
    ...linkRoutes(network, endpoint, join),
    ...held,
    ...(host.firewall ? endpointRules(network, endpoint, join) : []),
    ...(isQuiet(network, host) ? [{ kind: "quiet", port } as const] : []),
    ...(network.options.antiSpoofing ? [guard(endpoint)] : []),
  ];
}

/** What the sandbox receives is what the host end sends, and what it sends arrives there: root inside cannot lift either. */
function bandwidth({ name, options: { mtu } }: Network, endpoint: Endpoint, port: string): KernelObject[] {
  const { ingress, egress } = endpoint.options.bandwidth;
  const device = { ns: "", dev: port, mtu };
  const ifb = { name: ifbName(endpoint.id), alias: `patchbay endpoint ${name}/${endpoint.name}` };
  return [...shaper(device, ingress), ...arrivalShaper(device, ifb, egress)];
}

function guard({ id, mac, ipv4, ipv6 }: Endpoint): KernelObject {
  const addresses = [ipv4, ipv6].flatMap((address) => address?.split("/")[0] ?? []);
  return { kind: "guard", port: vethName(id), mac: mac ?? macOf(id), addresses };
}

/** IPv6 off where there is none; where there is, no address and no route from whoever sends router advertisements. */
function ipv6Sysctls(ns: Namespace, dev: string, enabled: boolean): KernelObject[] {
  const conf = `net/ipv6/conf/${dev}`;
  if (!enabled) return [sysctl(ns, `${conf}/disable_ipv6`, "1")];
  return [sysctl(ns, `${conf}/disable_ipv6`, "0"), sysctl(ns, `${conf}/accept_ra`, "0")];
}

function sysctl(ns: Namespace, name: string, value: string): KernelObject {
  return { kind: "sysctl", ns, name, value };
}

/** A bridge that still looks for duplicates of its link-local address cannot ask for its neighbours, and loses what it forwards. */
function bridgeIpv6(name: string, enabled: boolean): KernelObject[] {
  const off = sysctl("", `net/ipv6/conf/${name}/accept_dad`, "0");
  return [...ipv6Sysctls("", name, enabled), ...(enabled ? [off] : [])];
}

function addressObject(ns: Namespace, dev: string, address: string): KernelObject {
  return { kind: "address", ns, dev, address };
}

function defaultRoutes(network: Network, join: JoinContext): KernelObject[] {
  if (network.internal) return [];
  return network.pools.flatMap((pool): KernelObject[] => {
    const chosen = pool.family === 4 ? join.gateway.ipv4 : join.gateway.ipv6;
    const via = defaultGatewayOf(pool);
    if (!chosen || !via) return [];
    return [{ kind: "route", ns: join.ns, family: pool.family, dst: "default", via, dev: join.interfaceName }];
  });
}
