import { hasBridgeAddress } from "#cnm/drivers/bridge.ts";
import type { NetworkOf, Pool } from "#cnm/network.ts";
import { bridgeName, macOf } from "#server/kernel/names.ts";

type Network = NetworkOf<"bridge">;

/** The network's bridge on the host. */
export function deviceOf({ id, options }: Network): string {
  return options.bridge ?? bridgeName(id);
}

/** The address of the family by which endpoints reach the host, whoever put it on the bridge. */
export function addressOfBridge({ pools, options }: Network, family: Pool["family"]): string | null {
  if (!hasBridgeAddress(options, family)) return null;
  return pools.find((pool) => pool.family === family)?.gateway ?? null;
}

/** What we put on the bridge, with prefix length: nothing where the network is to have no address, or somebody's is there. */
export function bridgeAddresses({ pools, options }: Network): string[] {
  return pools
    .filter(({ family }) => hasBridgeAddress(options, family))
    .flatMap(({ gateway, subnet }) => (gateway ? [`${gateway}/${subnet.split("/")[1]}`] : []))
    .filter((address) => !options.keptAddresses.includes(address));
}

/** A bridge without a MAC of its own takes the lowest of its ports' and changes it as they come and go. */
export function macOfBridge(network: Network): string {
  return macOf(bridgeAddresses(network)[0] ?? network.id);
}
