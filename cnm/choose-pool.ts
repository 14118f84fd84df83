import {
  addressOf,
  type Cidr,
  cidrOf,
  contains,
  formatAddress,
  formatCidr,
  parsePrefixed,
  subnetOf,
  width,
} from "./cidr.ts";
import { overlappingNetwork, overlappingRoute, requestPair, requestPool } from "./default-pools.ts";
import { CnmError } from "./errors.ts";
import type { Facts } from "./facts.ts";
import type { Pool } from "./network.ts";
import { automaticPool, type PoolRequest } from "./network-config.ts";
import type { Topology } from "./topology.ts";

/** What a new network's subnet has to get along with. */
export interface Surroundings {
  topology: Topology;
  facts: Facts;
  /** The network's own device where it is there already: its routes are no obstacle. */
  device: unknown;
  /** The addresses of that device, with prefix length. */
  addresses: readonly string[];
  /** Two addresses are enough. */
  paired: boolean;
}

/** The pool of a request: the given one, else that of an address the device has, else the first free default pool. */
export function choosePool(request: PoolRequest, surroundings: Surroundings): Pool {
  const { topology, facts, device, addresses, paired } = surroundings;
  const there = addresses.flatMap(prefixed).filter(({ subnet }) => subnet.family === request.family);
  const [first] = there;
  const wanted = request.pool ?? (first && automaticPool(first.subnet));
  if (!wanted) return automaticPool((paired ? requestPair : requestPool)(topology, request.family, facts));
  const onLinkRoutes = facts.onLinkRoutes.filter(({ dev }) => dev !== device);
  refuseOverlap(topology, wanted.subnet, { ...facts, onLinkRoutes });
  return withAddresses(wanted, request.ownGateway, there);
}

interface Prefixed {
  address: string;
  subnet: Cidr;
}

/** An address that is alone in its subnet makes no network. */
function prefixed(text: string): Prefixed[] {
  const parsed = parsePrefixed(text);
  if (!parsed.ok || parsed.value.prefix === width(parsed.value.address.family)) return [];
  const { address, prefix } = parsed.value;
  return [{ address: formatAddress(address), subnet: subnetOf(address, prefix) }];
}

/** The device's first address in the subnet is the gateway unless a person has said another; endpoints get none of them. */
function withAddresses(pool: Pool, ownGateway: boolean, there: readonly Prefixed[]): Pool {
  const own = there.find(({ subnet }) => formatCidr(subnet) === pool.subnet)?.address;
  const gateway = ownGateway ? pool.gateway : (own ?? pool.gateway);
  const reserved = [gateway, ...Object.values(pool.auxAddresses)];
  const others = there.filter(
    ({ address }) => contains(cidrOf(pool.subnet), addressOf(address)) && !reserved.includes(address),
  );
  const held = Object.fromEntries(others.map(({ address }, n) => [`bridge${n + 1}`, address]));
  return { ...pool, gateway, auxAddresses: { ...held, ...pool.auxAddresses } };
}

function refuseOverlap(topology: Topology, subnet: string, facts: Facts): void {
  const lift = "give another subnet, or none to have one chosen";
  const used = overlappingNetwork(topology, cidrOf(subnet));
  if (used)
    throw new CnmError("CONFLICT", `${subnet} overlaps ${used.text} of network ${used.network.name}`, {
      rule: "subnet-overlaps-network",
      lift,
    });
  const route = overlappingRoute(facts, cidrOf(subnet));
  if (route)
    throw new CnmError("CONFLICT", `${subnet} overlaps ${route.text}, which this host reaches through ${route.dev}`, {
      rule: "subnet-overlaps-route",
      lift,
    });
}
