import { createHash } from "node:crypto";
import { isIPv4 } from "node:net";
import { hostEndOf } from "#cnm/ids.ts";

/**
 * The names and numbers by which Patchbay knows its own objects again. Pure: the same id always gives the same name, and
 * every interface name fits the kernel's 15 bytes (IFNAMSIZ, netdevice(7)).
 */

/** IFLA_GROUP of every link we create: "pb". `ip link show group 28770` lists them. */
export const linkGroup = 0x7062;

/** IFLA_GROUP of those of our links that are about to be deleted together. */
export const doomedGroup = linkGroup + 1;

export const isOurGroup = (group: number): boolean => group === linkGroup || group === doomedGroup;

/** The protocol number ("who put it there") of our addresses, routes and neighbours. */
export const protocol = 80;

/** The bridge of a network: "pb-" and the first twelve digits of the network's id. */
export const bridgeName = (networkId: string): string => `pb-${networkId.slice(0, 12)}`;

/** The host end of an endpoint's veth: "pbv" and the first ten digits of the endpoint's id. */
export const vethName = hostEndOf;

/** The device that shapes what an endpoint's sandbox sends: "pbi" and the same ten digits. */
export const ifbName = (endpointId: string): string => `pbi${endpointId.slice(0, 10)}`;

/** Handle of the qdiscs that we put at the root of a device, "7062:". */
export const qdiscMajor = linkGroup;

/** The namespace of a sandbox: "pb-" and the first twelve digits of the sandbox's id. */
export const namespaceName = (sandboxId: string): string => `pb-${sandboxId.slice(0, 12)}`;

/** Whether a name in the netns directory is one that only `namespaceName` makes. */
export const isOurNamespace = (name: string): boolean => /^pb-[0-9a-f]{12}$/.test(name);

/** Whether a chain of the firewall is ours: `PATCHBAY-…`, in at most the 28 bytes that xtables has for a name. */
export const isOurChain = (name: string): boolean => name.startsWith("PATCHBAY-");

/** The administrator's own chain: made and jumped to, but never emptied or rewritten. */
export const userChain = "PATCHBAY-USER";

/**
 * A locally administered MAC address that depends on nothing but `seed`: "02:42" and the four bytes of an IPv4 address
 * (with or without a prefix length); for any other seed (an id, an IPv6 address) the first four bytes of its SHA-256.
 */
export function macOf(seed: string): string {
  const [address = ""] = seed.split("/");
  const bytes = isIPv4(address) ? address.split(".").map(Number) : [...createHash("sha256").update(seed).digest()];
  return ["02", "42", ...bytes.slice(0, 4).map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
