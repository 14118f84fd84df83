import { z } from "zod";

/** Link MTU in bytes. 68 is the least IPv4 allows (RFC 791), 65535 the most a bridge takes. */
export const Mtu = z.number().int().min(68, "must be at least 68").max(65535, "must be at most 65535");

/** What a bridge network can be told; parsed from labels such as `com.docker.network.driver.mtu` at the edge. */
export const BridgeOptions = z.strictObject({ mtu: Mtu.default(1500) });
export type BridgeOptions = z.infer<typeof BridgeOptions>;
