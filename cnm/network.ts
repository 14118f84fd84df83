import { z } from "zod";
import { BridgeOptions } from "./drivers/bridge.ts";
import { HostOptions } from "./drivers/host.ts";
import { NullOptions } from "./drivers/null.ts";
import { PtpOptions } from "./drivers/ptp.ts";
import { Id, Labels, Name } from "./ids.ts";

/** A subnet of a network with what is reserved in it. All addresses are canonical text (RFC 5952 for IPv6). */
export const Pool = z.strictObject({
  family: z.union([z.literal(4), z.literal(6)]),
  /** Network address and prefix length, no host bits: "172.17.0.0/16". */
  subnet: z.string(),
  /** The network's own address in the subnet, without prefix length; null where nothing answers there. */
  gateway: z.string().nullable(),
  /** Automatic choice is limited to this part (Docker's ip-range, fixed-cidr); explicit addresses are not. */
  ipRange: z.string().nullable(),
  /** Addresses kept free for others, by name. */
  auxAddresses: z.record(z.string(), z.string()),
});
export type Pool = z.infer<typeof Pool>;

const base = {
  id: Id,
  name: Name,
  /** RFC 3339, UTC. */
  createdAt: z.string(),
  scope: z.enum(["local", "global"]),
  /** At most one pool per family; none for the null and host drivers. */
  pools: z.array(Pool),
  /** No default route, nothing in, nothing out. */
  internal: z.boolean(),
  /** Made by Patchbay itself; cannot be deleted. */
  predefined: z.boolean(),
  labels: Labels,
};

/** One member per driver: the driver's options are typed, never a bag of strings. */
export const Network = z.discriminatedUnion("driver", [
  z.strictObject({ ...base, driver: z.literal("null"), options: NullOptions }),
  z.strictObject({ ...base, driver: z.literal("host"), options: HostOptions }),
  z.strictObject({ ...base, driver: z.literal("bridge"), options: BridgeOptions }),
  z.strictObject({ ...base, driver: z.literal("ptp"), options: PtpOptions }),
]);
export type Network = z.infer<typeof Network>;
export type DriverName = Network["driver"];
export type NetworkOf<D extends DriverName> = Extract<Network, { driver: D }>;
