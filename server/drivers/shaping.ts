import { bucketOf, type Limit } from "#cnm/bandwidth.ts";
import type { KernelObject, Namespace } from "#server/kernel/objects.ts";

interface Device {
  ns: Namespace;
  dev: string;
  mtu: number;
}

/** What the device sends is no more than the limit. */
export function shaper({ ns, dev, mtu }: Device, limit: Limit | null): KernelObject[] {
  return limit ? [{ kind: "shaper", ns, dev, ...bucketOf(limit, mtu) }] : [];
}

/**
 * What arrives at the device is no more than the limit: it goes through an ifb of that name and waits there. The alternative,
 * to drop what is too much (police), makes TCP stumble, and not every kernel has it.
 */
export function arrivalShaper(
  device: Device,
  ifb: { name: string; alias: string },
  limit: Limit | null,
): KernelObject[] {
  if (!limit) return [];
  const { ns, dev, mtu } = device;
  const { name, alias } = ifb;
  return [
    { kind: "link", type: "ifb", ns, name, mtu, up: true, alias },
    { kind: "sysctl", ns, name: `net/ipv6/conf/${name}/disable_ipv6`, value: "1" },
    ...shaper({ ns, dev: name, mtu }, limit),
    { kind: "ingress", ns, dev },
    { kind: "redirect", ns, dev, to: name },
  ];
}
