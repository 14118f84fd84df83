import { z } from "zod";
import { addressOf, type Family, formatAddress, parseAddress } from "../cidr.ts";
import { DeviceName } from "../device-name.ts";
import type { Problem } from "../errors.ts";
import type { DriverDefinition } from "./definition.ts";
import { Mtu, smallMtu } from "./mtu.ts";

/**
 * How a network of one family meets the world. nat: masqueraded, reachable through published ports only; nat-unprotected: as
 * nat, and every port of its addresses is open; routed: no translation, published ports are open on the endpoint's own
 * address; isolated: an internal network without any address on the bridge.
 */
export const GatewayMode = z.enum(["nat", "nat-unprotected", "routed", "isolated"]);
export type GatewayMode = z.infer<typeof GatewayMode>;

/** An address of the family as canonical text, or null. */
function addressOption(family: Family) {
  return z
    .string()
    .transform((text, context) => {
      const parsed = parseAddress(text);
      if (parsed.ok && parsed.value.family === family) return formatAddress(parsed.value);
      context.addIssue(parsed.ok ? `must be an IPv${family} address` : parsed.message);
      return z.NEVER;
    })
    .nullable()
    .default(null);
}

/** What a bridge network can be told; parsed from labels such as `com.docker.network.driver.mtu` at the edge. */
export const BridgeOptions = z.strictObject({
  mtu: Mtu.default(1500),
  /** The bridge device; null = "pb-" and the network's short id. */
  bridge: DeviceName.nullable().default(null),
  /** The device was there before the network: it is used and stays. */
  adopted: z.boolean().default(false),
  /** Addresses of an adopted bridge that it had before, with prefix length: neither added nor removed. */
  keptAddresses: z.array(z.string()).default([]),
  /** Whether endpoints of the network can talk to each other. */
  icc: z.boolean().default(true),
  masquerade: z.boolean().default(true),
  gatewayModeIpv4: GatewayMode.default("nat"),
  gatewayModeIpv6: GatewayMode.default("nat"),
  /** The source address of what leaves, in place of the one that the route gives. */
  hostIpv4: addressOption(4),
  hostIpv6: addressOption(6),
  /** Where ports are published that do not say where. */
  hostBindingIpv4: addressOption(4),
  /** No IPv4 address on the bridge. */
  inhibitIpv4: z.boolean().default(false),
  /** "eth" makes eth0, eth1 … */
  interfacePrefix: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,11}$/, "must be 1 to 12 letters, digits, '_' or '-', the first a letter")
    .default("eth"),
  /** Endpoints send from their own MAC and addresses only. */
  antiSpoofing: z.boolean().default(true),
});
export type BridgeOptions = z.infer<typeof BridgeOptions>;

export const bridgeDefinition: DriverDefinition<"bridge", typeof BridgeOptions> = {
  name: "bridge",
  title: "Bridge",
  scope: "local",
  connectivityScope: "local",
  creatable: true,
  hasPools: true,
  hasInterface: true,
  interfacePrefix: ({ interfacePrefix }) => interfacePrefix,
  // BR_MAX_PORTS is 1024 and port number 0 is not used (net/bridge/br_private.h, br_if.c find_portno).
  maxEndpoints: 1023,
  options: BridgeOptions,
  labels: [
    {
      label: "com.docker.network.driver.mtu",
      short: "mtu",
      key: "mtu",
      kind: "integer",
      help: "largest packet in bytes, 68 to 65535; the uplink's unless given",
    },
    {
      label: "com.docker.network.bridge.name",
      short: "name",
      key: "bridge",
      kind: "text",
      help: "the bridge device; one that exists is used and never deleted",
      fixed: true,
    },
    {
      label: "com.docker.network.bridge.enable_icc",
      short: "icc",
      key: "icc",
      kind: "boolean",
      help: "whether endpoints of the network can talk to each other",
    },
    {
      label: "com.docker.network.bridge.enable_ip_masquerade",
      short: "masquerade",
      key: "masquerade",
      kind: "boolean",
      help: "whether what leaves carries the host's address",
    },
    {
      label: "com.docker.network.bridge.gateway_mode_ipv4",
      short: "gateway_mode_ipv4",
      key: "gatewayModeIpv4",
      kind: "text",
      help: "nat, nat-unprotected, routed or isolated",
    },
    {
      label: "com.docker.network.bridge.gateway_mode_ipv6",
      short: "gateway_mode_ipv6",
      key: "gatewayModeIpv6",
      kind: "text",
      help: "as gateway_mode_ipv4",
    },
    {
      label: "com.docker.network.host_ipv4",
      short: "host_ipv4",
      key: "hostIpv4",
      kind: "text",
      help: "the source address of what leaves, instead of the route's",
    },
    {
      label: "com.docker.network.host_ipv6",
      short: "host_ipv6",
      key: "hostIpv6",
      kind: "text",
      help: "as host_ipv4",
    },
    {
      label: "com.docker.network.bridge.host_binding_ipv4",
      short: "host_binding_ipv4",
      key: "hostBindingIpv4",
      kind: "text",
      help: "where ports are published that do not say where",
    },
    {
      label: "com.docker.network.bridge.inhibit_ipv4",
      short: "inhibit_ipv4",
      key: "inhibitIpv4",
      kind: "boolean",
      help: "no IPv4 address on the bridge",
      fixed: true,
    },
    {
      label: "com.docker.network.container_iface_prefix",
      short: "container_iface_prefix",
      key: "interfacePrefix",
      kind: "text",
      help: "what interfaces in sandboxes are called: eth makes eth0, eth1",
    },
    {
      label: "patchbay.bridge.anti_spoofing",
      short: "anti_spoofing",
      key: "antiSpoofing",
      kind: "boolean",
      help: "whether endpoints can send from their own MAC and addresses only",
    },
  ],
  reservesGateway: ({ inhibitIpv4 }, family) => family === 6 || !inhibitIpv4,
  conflicts: (options, { families, internal }) => [
    ...smallMtu(options, families),
    ...isolatedOutside(options, internal),
    ...([4, 6] as const).flatMap((family) => uselessSource(options, family, families)),
  ],
  settle: (options, given, { links, uplinkMtu }) => {
    const there = links.find(({ name }) => name === options.bridge);
    const usual = there ? there.mtu : Math.max(uplinkMtu ?? options.mtu, 1280);
    const mtu = given.has("mtu") ? options.mtu : usual;
    if (!there) return { ok: true, options: { ...options, mtu }, addresses: [] };
    if (there.type === "bridge" && !there.ours) {
      const addresses = there.addresses.filter((address) => !isLinkLocal(address));
      return { ok: true, options: { ...options, mtu, adopted: true, keptAddresses: addresses }, addresses };
    }
    const what = there.ours ? "is Patchbay's own already" : `is a ${there.type || "device"}, not a bridge`;
    return {
      ok: false,
      code: "CONFLICT",
      rule: "device-taken",
      message: `the host's device ${there.name} ${what}`,
      lift: "give another device name, or none to have one made",
    };
  },
};

/** Whether the bridge is to have the network's address of that family. */
export function hasBridgeAddress(options: BridgeOptions, family: Family): boolean {
  return gatewayMode(options, family) !== "isolated" && !(family === 4 && options.inhibitIpv4);
}

/** The mode of the network in one family. */
export function gatewayMode(options: BridgeOptions, family: Family): GatewayMode {
  return family === 4 ? options.gatewayModeIpv4 : options.gatewayModeIpv6;
}

/** Every interface has such an address, and none of them is a subnet of its own (RFC 4291). */
function isLinkLocal(address: string): boolean {
  return address.startsWith("fe80:");
}

function isolatedOutside({ gatewayModeIpv4, gatewayModeIpv6 }: BridgeOptions, internal: boolean): Problem[] {
  if (internal || ![gatewayModeIpv4, gatewayModeIpv6].includes("isolated")) return [];
  return [{ path: "options.gateway_mode_ipv4", message: "isolated can only be used for an internal network" }];
}

/** A source address that nothing would ever carry is a mistake. */
function uselessSource(options: BridgeOptions, family: Family, families: readonly Family[]): Problem[] {
  const source = family === 4 ? options.hostIpv4 : options.hostIpv6;
  if (source === null) return [];
  const path = `options.host_ipv${family}`;
  if (!families.includes(family)) return [{ path, message: `the network has no IPv${family} subnet` }];
  const wildcard = addressOf(source).value === 0n;
  if (wildcard) return [{ path, message: `must be an address of the host, not ${source}` }];
  return options.masquerade ? [] : [{ path, message: "needs masquerade to be on" }];
}
