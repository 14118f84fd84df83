import { randomBytes } from "node:crypto";
import { join } from "node:path";
import koffi from "koffi";
import { ipBytes, macBytes } from "#server/kernel/netlink/ip.ts";
import { openNamespace } from "#server/kernel/netns.ts";
import * as sys from "#server/kernel/sys.ts";
import { netnsDir, run } from "./netns.ts";

/** Ethernet frames as bytes, and a device to send them from and see them arrive at. */
const AF_PACKET = 17;
const ETH_P_ALL = 3;
export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd, experiment: 0x88b5, lldp: 0x88cc };
export const broadcast = "ff:ff:ff:ff:ff:ff";
const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };

const bind = koffi.load(null).func("int bind(int fd, void *address, uint length)");

/** A packet socket (packet(7)) on a device of a named namespace. */
export class Wire {
  readonly #fd: number;
  readonly #seen: Buffer[] = [];
  readonly #buffer = Buffer.alloc(64 * 1024);

  constructor(ns: string, dev: string) {
    const [{ ifindex }] = JSON.parse(run("ip", "-n", ns, "-j", "link", "show", "dev", dev));
    const place = openNamespace(join(netnsDir, ns));
    this.#fd = sys.inNamespace(place, () => sys.socket(AF_PACKET, sys.SOCK_RAW, 0));
    sys.close(place);
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16BE(ETH_P_ALL, 2);
    address.writeInt32LE(ifindex, 4);
    if (bind(this.#fd, address, address.length) < 0) throw sys.sysError("bind", koffi.errno());
  }

  send(...frames: Buffer[]): void {
    for (const frame of frames) sys.send(this.#fd, frame);
  }

  /** Whether a frame that ends like this one has arrived. By its end, as a VLAN tag is taken off on the way. */
  saw(frame: Buffer): boolean {
    this.#drain();
    const end = frame.subarray(-6);
    return this.#seen.some((seen) => seen.includes(end));
  }

  close(): void {
    sys.close(this.#fd);
  }

  #drain(): void {
    try {
      for (;;) this.#seen.push(Buffer.from(this.#buffer.subarray(0, sys.receive(this.#fd, this.#buffer))));
    } catch (error) {
      if (sys.asSysError(error).errno !== "EAGAIN") throw error;
    }
  }
}

/** A bridge cuts off what is behind an IP packet: the bytes by which `Wire.saw` knows a frame are its content's last. */
const mark = (): Buffer => randomBytes(8);

export function frame(to: string, from: string, content: { type: number; payload: Buffer }): Buffer {
  const type = Buffer.alloc(2);
  type.writeUInt16BE(content.type);
  return Buffer.concat([macBytes(to), macBytes(from), type, content.payload]);
}

export interface Arp {
  operation: "request" | "reply";
  sender: { mac: string; ip: string };
  target: { mac: string; ip: string };
}

/** Content that means nothing, of the shortest length of a frame. */
export const noise = (type: number): { type: number; payload: Buffer } => ({ type, payload: randomBytes(46) });

/** RFC 826 */
export function arp({ operation, sender, target }: Arp): { type: number; payload: Buffer } {
  const head = Buffer.from([0, 1, 8, 0, 6, 4, 0, operation === "request" ? 1 : 2]);
  const ends = [sender, target].flatMap(({ mac, ip }) => [macBytes(mac), ipBytes(ip)]);
  return { type: ETHERTYPE.arp, payload: Buffer.concat([head, ...ends, mark()]) };
}

/** With an 802.1Q tag. */
export function tagged(vlan: number, content: { type: number; payload: Buffer }): { type: number; payload: Buffer } {
  const tag = Buffer.alloc(4);
  tag.writeUInt16BE(vlan, 0);
  tag.writeUInt16BE(content.type, 2);
  return { type: ETHERTYPE.vlan, payload: Buffer.concat([tag, content.payload]) };
}

interface Packet {
  from: string;
  to: string;
}

export function udp({ from, to }: Packet, ports: { from: number; to: number }): { type: number; payload: Buffer } {
  const datagram = Buffer.concat([Buffer.alloc(8), mark()]);
  datagram.writeUInt16BE(ports.from, 0);
  datagram.writeUInt16BE(ports.to, 2);
  datagram.writeUInt16BE(datagram.length, 4);
  return ip({ from, to }, PROTOCOL.udp, datagram);
}

/** The first segment of a connection (RFC 9293), with content to be known by. */
export function syn(packet: Packet, ports: { from: number; to: number }): { type: number; payload: Buffer } {
  const segment = Buffer.concat([Buffer.alloc(20), mark()]);
  segment.writeUInt16BE(ports.from, 0);
  segment.writeUInt16BE(ports.to, 2);
  segment.writeUInt8(5 << 4, 12);
  segment.writeUInt8(2, 13);
  segment.writeUInt16BE(0xffff, 14);
  segment.writeUInt16BE(checksum(Buffer.concat([pseudoHeader(packet, PROTOCOL.tcp, segment), segment])), 16);
  return ip(packet, PROTOCOL.tcp, segment);
}

/** An ICMP message of IPv4. */
export function icmp(packet: Packet, type: number): { type: number; payload: Buffer } {
  const message = Buffer.concat([Buffer.from([type, 0, 0, 0]), Buffer.alloc(4), mark()]);
  message.writeUInt16BE(checksum(message), 2);
  return ip(packet, PROTOCOL.icmp, message);
}

/** `body`: what follows the checksum (RFC 4443); behind it goes an option of neighbour discovery for experiments (RFC 4727). */
export function icmpv6(packet: Packet, type: number, body: Buffer): { type: number; payload: Buffer } {
  const message = Buffer.concat([Buffer.from([type, 0, 0, 0]), body, Buffer.from([253, 1]), mark().subarray(2)]);
  message.writeUInt16BE(checksum(Buffer.concat([pseudoHeader(packet, PROTOCOL.icmpv6, message), message])), 2);
  return ip(packet, PROTOCOL.icmpv6, message);
}

/** RFC 4861 section 4.3 and 4.4: the link-layer address is the source's or the target's. */
export function neighbourDiscovery(
  packet: Packet,
  { type, target, mac }: { type: "solicitation" | "advertisement"; target: string; mac: string | null },
): { type: number; payload: Buffer } {
  const advertises = type === "advertisement";
  const flags = Buffer.from([advertises ? 0x20 : 0, 0, 0, 0]);
  const option = mac === null ? Buffer.alloc(0) : Buffer.concat([Buffer.from([advertises ? 2 : 1, 1]), macBytes(mac)]);
  return icmpv6(packet, advertises ? 136 : 135, Buffer.concat([flags, ipBytes(target), option]));
}

/** RFC 8200 section 8.1; that of IPv4 has the same sum. */
function pseudoHeader({ from, to }: Packet, protocol: number, content: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeUInt32BE(content.length);
  length.writeUInt8(protocol, 7);
  return Buffer.concat([ipBytes(from), ipBytes(to), length]);
}

function ip({ from, to }: Packet, protocol: number, content: Buffer): { type: number; payload: Buffer } {
  const [source, destination] = [ipBytes(from), ipBytes(to)];
  if (source.length === 16) {
    const header = Buffer.from([0x60, 0, 0, 0, 0, content.length, protocol, 255]);
    return { type: ETHERTYPE.ipv6, payload: Buffer.concat([header, source, destination, content]) };
  }
  const header = Buffer.from([0x45, 0, 0, 20 + content.length, 0, 0, 0, 0, 64, protocol, 0, 0]);
  const whole = Buffer.concat([header, source, destination]);
  whole.writeUInt16BE(checksum(whole), 10);
  return { type: ETHERTYPE.ipv4, payload: Buffer.concat([whole, content]) };
}

/** RFC 1071, of an even number of bytes. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
