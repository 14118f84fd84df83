import { decodeGeneration, getGeneration } from "../netlink/nftables.ts";
import { NETLINK_NETFILTER, NetlinkSocket } from "../netlink/socket.ts";
import * as sys from "../sys.ts";
import { legacyTables } from "./firewall.ts";

/** linux/netfilter_ipv4/ip_tables.h and linux/netfilter_ipv6/ip6_tables.h: IPT_SO_GET_INFO, IP6T_SO_GET_INFO. */
const legacy = {
  4: { domain: sys.AF_INET, level: 0 },
  6: { domain: sys.AF_INET6, level: 41 },
};
const SO_GET_INFO = 64;
const IPPROTO_RAW = 255;
/** struct ipt_getinfo: the table's name (32 bytes), 11 numbers about hooks, then the number of entries and their size. */
const getinfoLength = 84;
const entriesAt = 76;

/**
 * The state of the firewall in a few bytes, for iptables of both flavours: the generation of nftables, which every change
 * increments, and the number and size of the rules in each legacy table. In the namespace of the thread that makes it.
 */
export class Fingerprint {
  #nftables: NetlinkSocket | null = null;
  readonly #raw = new Map<4 | 6, number>();

  take(): string {
    return [this.#generation(), ...this.#tables(4), ...this.#tables(6)].join(" ");
  }

  #generation(): string {
    try {
      // A kernel may have no nfnetlink at all.
      this.#nftables ??= new NetlinkSocket(NETLINK_NETFILTER);
      const [payload] = this.#nftables.request(getGeneration());
      return `nft ${payload ? decodeGeneration(payload) : "?"}`;
    } catch (error) {
      return `nft ${sys.asSysError(error).errno}`;
    }
  }

  #tables(family: 4 | 6): string[] {
    return legacyTables(family).map((table) => `legacy ${family} ${table} ${this.#size(family, table)}`);
  }

  #size(family: 4 | 6, table: string): string {
    const { domain, level } = legacy[family];
    const fd = this.#raw.get(family) ?? sys.socket(domain, sys.SOCK_RAW, IPPROTO_RAW);
    this.#raw.set(family, fd);
    const value = Buffer.alloc(getinfoLength);
    value.write(table);
    sys.getOption(fd, level, { name: SO_GET_INFO, value });
    return `${value.readUInt32LE(entriesAt)} ${value.readUInt32LE(entriesAt + 4)}`;
  }
}
