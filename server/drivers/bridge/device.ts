import type { NetworkOf } from "#cnm/network.ts";
import { bridgeName, macOf } from "#server/kernel/names.ts";

type Network = NetworkOf<"bridge">;

/** The network's bridge on the host. */
export function deviceOf({ id, options }: Network): string {
  return options.bridge ?? bridgeName(id);
}

/** A bridge without a MAC of its own takes the lowest of its ports' and changes it as they come and go. */
export function macOfBridge({ id, pools }: Network): string {
  return macOf(pools.flatMap(({ gateway }) => gateway ?? [])[0] ?? id);
}
