import { z } from "zod";
import type { Family } from "../cidr.ts";
import type { Problem } from "../errors.ts";

/** Link MTU in bytes. 68 is the least IPv4 allows (RFC 791), 65535 the most a bridge or a veth takes. */
export const Mtu = z.number().int().min(68, "must be at least 68").max(65535, "must be at most 65535");

/** What an MTU is too small for. */
export function smallMtu({ mtu }: { mtu: number }, families: readonly Family[]): Problem[] {
  if (mtu >= 1280 || !families.includes(6)) return [];
  return [{ path: "options.mtu", message: "must be at least 1280 where IPv6 is enabled (RFC 8200)" }];
}
