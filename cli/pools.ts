import {
  type Address,
  type Cidr,
  contains,
  formatCidr,
  parseAddress,
  parseCidr,
  parsePrefixed,
  subnetOf,
} from "#cnm/cidr.ts";
import type { PoolConfig } from "#cnm/commands.ts";
import type { Problem } from "#cnm/errors.ts";
import { listing } from "#cnm/text.ts";
import { keyValues } from "./options.ts";

/** What the command line says about subnets: each flag any number of times, in any order. */
export interface PoolFlags {
  subnet?: string[];
  gateway?: string[];
  ipRange?: string[];
  auxAddress?: string[];
}

/** A pool to be, and the subnet it means; null where that cannot be read. */
interface Place {
  config: PoolConfig;
  cidr: Cidr | null;
}

/**
 * Puts every gateway, range and auxiliary address into the subnet it lies in, and adds to the problems what fits nowhere.
 * Whether a subnet itself is right is not decided here.
 */
export function pairPools(flags: PoolFlags, problems: Problem[]): PoolConfig[] {
  const places = (flags.subnet ?? []).map((subnet): Place => ({ config: { subnet }, cidr: meantSubnet(subnet) }));
  const home = (path: string, text: string) => {
    const found = placeOf(places, text);
    if (typeof found !== "string") return found?.config;
    problems.push({ path, message: found });
  };
  for (const [path, key] of [
    ["--gateway", "gateway"],
    ["--ip-range", "ipRange"],
  ] as const)
    for (const text of flags[key] ?? []) {
      const config = home(path, text);
      if (config?.[key] !== undefined) problems.push({ path, message: `${config.subnet} has ${config[key]} already` });
      else if (config) config[key] = text;
    }
  for (const [name, text] of Object.entries(keyValues("--aux-address", flags.auxAddress, problems))) {
    const config = home(`--aux-address ${name}`, text);
    if (config) config.auxAddresses = { ...config.auxAddresses, [name]: text };
  }
  return places.map(({ config }) => config);
}

/** Where an address or range belongs; a sentence if nowhere, nothing if a subnet that cannot be read may be the one. */
function placeOf(places: readonly Place[], text: string): Place | string | undefined {
  const parsed = text.includes("/") ? parseCidr(text) : parseAddress(text);
  if (!parsed.ok) return parsed.message;
  const address: Address = "value" in parsed.value ? parsed.value : { ...parsed.value, value: parsed.value.first };
  const found = places.find(({ cidr }) => cidr && contains(cidr, address));
  if (found || places.some(({ cidr }) => !cidr)) return found;
  const subnets = places.flatMap(({ cidr }) => (cidr ? [formatCidr(cidr)] : []));
  return subnets.length === 0
    ? `${text} needs a --subnet to be in`
    : `${text} lies in no subnet given (${listing(subnets)})`;
}

/** Host bits do not matter here: they are a fault of the subnet, not of what lies in it. */
function meantSubnet(text: string): Cidr | null {
  const parsed = parsePrefixed(text);
  return parsed.ok ? subnetOf(parsed.value.address, parsed.value.prefix) : null;
}
