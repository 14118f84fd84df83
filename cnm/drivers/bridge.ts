import { z } from "zod";
import type { DriverDefinition } from "./definition.ts";

/** Link MTU in bytes. 68 is the least IPv4 allows (RFC 791), 65535 the most a bridge takes. */
export const Mtu = z.number().int().min(68, "must be at least 68").max(65535, "must be at most 65535");

/** What a bridge network can be told; parsed from labels such as `com.docker.network.driver.mtu` at the edge. */
export const BridgeOptions = z.strictObject({ mtu: Mtu.default(1500) });
export type BridgeOptions = z.infer<typeof BridgeOptions>;

export const bridgeDefinition: DriverDefinition<"bridge", typeof BridgeOptions> = {
  name: "bridge",
  title: "Bridge",
  scope: "local",
  connectivityScope: "local",
  creatable: true,
  hasPools: true,
  hasInterface: true,
  interfacePrefix: "eth",
  // BR_MAX_PORTS is 1024 and port number 0 is not used (net/bridge/br_private.h, br_if.c find_portno).
  maxEndpoints: 1023,
  options: BridgeOptions,
  labels: [
    {
      label: "com.docker.network.driver.mtu",
      short: "mtu",
      kind: "integer",
      help: "largest packet in bytes, 68 to 65535; 1500 unless given",
    },
  ],
  conflicts: ({ mtu }, families) =>
    mtu < 1280 && families.includes(6)
      ? [{ path: "options.mtu", message: "must be at least 1280 where IPv6 is enabled (RFC 8200)" }]
      : [],
};
