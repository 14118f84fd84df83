import { ifbName, namespaceName, vethName } from "./names.ts";
import type { BridgeLink, GuardObject, KernelObject, SysctlObject, VethLink } from "./objects.ts";

/** Kernel objects as drivers make them, for tests. */
const idOf = (n: number): string => n.toString(16).padStart(12, "0").repeat(6).slice(0, 64);

export const sandboxNs = (n: number): string => namespaceName(idOf(n));
export const hostEnd = (n: number): string => vethName(idOf(n).split("").reverse().join(""));
export const bridge = "pb-b00000000001";

export function bridgeObjects(change: Partial<BridgeLink> = {}): KernelObject[] {
  const link: BridgeLink = {
    kind: "link",
    type: "bridge",
    ns: "",
    name: bridge,
    mac: "02:42:ac:1e:00:01",
    mtu: 1500,
    up: true,
    alias: "patchbay network web",
    ...change,
  };
  return [
    link,
    sysctl("", link.name, "accept_ra=0"),
    { kind: "address", ns: "", dev: link.name, address: "172.30.0.1/16" },
    { kind: "address", ns: "", dev: link.name, address: "fd00:30::1/64" },
  ];
}

export function sandboxObjects(n: number): KernelObject[] {
  const ns = sandboxNs(n);
  return [
    { kind: "netns", name: ns },
    { kind: "link", type: "loopback", ns, name: "lo", up: true, alias: `patchbay sandbox ${n}` },
  ];
}

/** Endpoint `n` (from 1: the first address is the gateway's), joined to the bridge from sandbox `n`; addresses 172.30.x.y and fd00:30::z follow from `n`. */
export function endpointObjects(n: number, change: Partial<VethLink> = {}): KernelObject[] {
  const ns = sandboxNs(n);
  const host = n + 1;
  const veth: VethLink = {
    kind: "link",
    type: "veth",
    ns: "",
    name: hostEnd(n),
    mtu: 1500,
    master: bridge,
    isolated: false,
    hairpin: false,
    up: true,
    alias: `patchbay endpoint web/${n}`,
    peer: { ns, name: "eth0", mac: macOfEndpoint(n), mtu: 1500, up: true },
    ...change,
  };
  return [
    veth,
    sysctl("", veth.name, "disable_ipv6=1"),
    sysctl(ns, "eth0", "accept_ra=0"),
    { kind: "address", ns, dev: "eth0", address: ipv4Of(n) },
    { kind: "address", ns, dev: "eth0", address: `fd00:30::${host.toString(16)}/64` },
    { kind: "route", ns, family: 4, dst: "default", via: "172.30.0.1", dev: "eth0" },
    { kind: "route", ns, family: 6, dst: "default", via: "fd00:30::1", dev: "eth0" },
  ];
}

/** A link between sandboxes `a` and `b`, made from `a`: link0 at either end, addresses 10.1.1.x/32 follow from their numbers. */
export function linkObjects(a: number, b: number, change: Partial<VethLink> = {}): KernelObject[] {
  const ends = [a, b].map((n) => ({ ns: sandboxNs(n), dev: "link0", address: `10.1.1.${n}/32` }));
  const veth: VethLink = {
    kind: "link",
    type: "veth",
    ns: sandboxNs(a),
    name: "link0",
    mac: `02:42:0a:01:01:0${a}`,
    mtu: 1500,
    master: null,
    isolated: false,
    hairpin: false,
    up: true,
    alias: `patchbay link ${a}-${b}`,
    peer: { ns: sandboxNs(b), name: "link0", mac: `02:42:0a:01:01:0${b}`, mtu: 1500, up: true },
    ...change,
  };
  const onEnds = ends.flatMap(({ ns, dev, address }, i): KernelObject[] => [
    sysctl(ns, dev, "disable_ipv6=1"),
    { kind: "address", ns, dev, address },
    { kind: "route", ns, family: 4, dst: ends[1 - i]?.address ?? "", via: null, dev },
  ]);
  return [veth, ...onEnds];
}

export const ifbOf = (n: number): string => ifbName(idOf(n).split("").reverse().join(""));

/** What endpoint `n` may receive and send, in bits per second. */
export function shapedObjects(n: number, { ingress, egress }: { ingress: number; egress: number }): KernelObject[] {
  const bucket = (dev: string, rate: number): KernelObject => ({
    kind: "shaper",
    ns: "",
    dev,
    rate,
    burst: 5000,
    limit: 70000,
  });
  return [
    bucket(hostEnd(n), ingress),
    { kind: "link", type: "ifb", ns: "", name: ifbOf(n), mtu: 1500, up: true, alias: `patchbay endpoint web/${n}` },
    sysctl("", ifbOf(n), "disable_ipv6=1"),
    bucket(ifbOf(n), egress),
    { kind: "ingress", ns: "", dev: hostEnd(n) },
    { kind: "redirect", ns: "", dev: hostEnd(n), to: ifbOf(n) },
  ];
}

/** Endpoint `n` sends as itself. */
export function guardOf(n: number): GuardObject {
  const [ipv4 = ""] = ipv4Of(n).split("/");
  return {
    kind: "guard",
    port: hostEnd(n),
    mac: macOfEndpoint(n),
    addresses: [ipv4, `fd00:30::${(n + 1).toString(16)}`],
  };
}

export const ipv4Of = (n: number): string => `172.30.${(n + 1) >> 8}.${(n + 1) & 255}/16`;

const macOfEndpoint = (n: number): string =>
  `02:42:ac:1e:${[(n + 1) >> 8, (n + 1) & 255].map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`;

function sysctl(ns: string, dev: string, setting: string): SysctlObject {
  const [name, value = ""] = setting.split("=");
  return { kind: "sysctl", ns, name: `net/ipv6/conf/${dev}/${name}`, value };
}
