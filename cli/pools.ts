import {
  type Address,
  type Cidr,
  contains,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
  parsePrefixed,
  subnetOf,
} from "#cnm/cidr.ts";
import type { PoolConfig } from "#cnm/commands.ts";
import type { Problem } from "#cnm/errors.ts";
import { good, type Parsed } from "#cnm/parsed.ts";
import { listing } from "#cnm/text.ts";
import { flagOf } from "./errors.ts";
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
  const home = (path: string, parsed: Parsed<Address>) => {
    const found = parsed.ok ? placeOf(places, parsed.value) : parsed.message;
    if (typeof found !== "string") return found?.config;
    problems.push({ path, message: found });
  };
  for (const text of flags.gateway ?? []) putOnce(home("--gateway", parseAddress(text)), ["gateway", text], problems);
  for (const text of flags.ipRange ?? []) putOnce(home("--ip-range", startOf(text)), ["ipRange", text], problems);
  for (const [name, text] of Object.entries(keyValues("--aux-address", flags.auxAddress, problems))) {
    const config = home(`--aux-address ${name}`, parseAddress(text));
    if (config) config.auxAddresses = { ...config.auxAddresses, [name]: text };
  }
  return places.map(({ config }) => config);
}

function putOnce(
  config: PoolConfig | undefined,
  [key, text]: ["gateway" | "ipRange", string],
  problems: Problem[],
): void {
  if (!config) return;
  if (config[key] === undefined) config[key] = text;
  else
    problems.push({
      path: flagOf(key),
      message: `${text} is one too many: ${config.subnet} has ${config[key]} already`,
    });
}

/** Where an address belongs; a sentence if nowhere, nothing if a subnet that cannot be read may be the one. */
function placeOf(places: readonly Place[], address: Address): Place | string | undefined {
  const found = places.find(({ cidr }) => cidr && contains(cidr, address));
  if (found || places.some(({ cidr }) => !cidr)) return found;
  const text = formatAddress(address);
  const subnets = places.flatMap(({ cidr }) => (cidr ? [formatCidr(cidr)] : []));
  return subnets.length === 0
    ? `${text} needs a --subnet to be in`
    : `${text} lies in no subnet given (${listing(subnets)})`;
}

function startOf(range: string): Parsed<Address> {
  const parsed = parseCidr(range);
  return parsed.ok ? good({ family: parsed.value.family, value: parsed.value.first }) : parsed;
}

/** Host bits do not matter here: they are a fault of the subnet, not of what lies in it. */
function meantSubnet(text: string): Cidr | null {
  const parsed = parsePrefixed(text);
  return parsed.ok ? subnetOf(parsed.value.address, parsed.value.prefix) : null;
}
