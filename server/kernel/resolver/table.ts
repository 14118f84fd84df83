import { resolverAddress } from "#cnm/resolv-conf.ts";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from "../netlink/message.ts";
import {
  batch,
  MESSAGE,
  message,
  NFPROTO_IPV4,
  NFTA_DATA_VALUE,
  NFTA_LIST_ELEM,
  NFTA_TABLE,
  type TableDump,
  tableDumps,
} from "../netlink/nftables.ts";

export const resolverTable = "patchbay";
const chain = "output";

/** linux/netfilter/nf_tables.h, and linux/netfilter.h for the hook. Numbers are in network order. */
const NFTA_NAME = 3;
const NFTA_CHAIN_HOOK = 4;
const NFTA_CHAIN_TYPE = 7;
const NFTA_HOOK_HOOKNUM = 1;
const NFTA_HOOK_PRIORITY = 2;
const NF_INET_LOCAL_OUT = 3;
const NF_IP_PRI_NAT_DST = -100;
const NFTA_RULE_CHAIN = 2;
const NFTA_RULE_EXPRESSIONS = 4;
const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;
const NFT_PAYLOAD_NETWORK_HEADER = 1;
const NFT_PAYLOAD_TRANSPORT_HEADER = 2;
const NFT_META_L4PROTO = 16;
const NFT_CMP_EQ = 0;
const NFT_NAT_DNAT = 1;
const [first, second] = [1, 2];

const dnsPort = 53;
const address = Buffer.from(resolverAddress.split(".").map(Number));

/** The ports the sockets are bound to. */
export interface ResolverPorts {
  udp: number;
  tcp: number;
}

type Attribute = [type: number, value: Buffer | Attribute[]];
interface Expression {
  name: string;
  data: Attribute[];
}

/**
 * The table; EEXIST if there is one, unless it is to be replaced. What a program in this namespace sends to 127.0.0.11:53 goes to the ports, by the nat hook
 * that sees what is sent from here. As nft(8) writes it:
 * `table ip patchbay { chain output { type nat hook output priority -100;
 * ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:PORT … } }`
 */
export function makeTable({ udp, tcp }: ResolverPorts, replace: boolean): Buffer[] {
  const table = (type: number, flags: number) =>
    message(type, flags, NFPROTO_IPV4).text(NFTA_TABLE, resolverTable).bytes();
  return batch([
    ...(replace ? [table(MESSAGE.NEWTABLE, NLM_F_CREATE), table(MESSAGE.DELTABLE, 0)] : []),
    table(MESSAGE.NEWTABLE, NLM_F_CREATE | NLM_F_EXCL),
    message(MESSAGE.NEWCHAIN, NLM_F_CREATE, NFPROTO_IPV4)
      .text(NFTA_TABLE, resolverTable)
      .text(NFTA_NAME, chain)
      .nested(NFTA_CHAIN_HOOK, (hook) =>
        hook
          .attribute(NFTA_HOOK_HOOKNUM, number(NF_INET_LOCAL_OUT))
          .attribute(NFTA_HOOK_PRIORITY, number(NF_IP_PRI_NAT_DST)),
      )
      .text(NFTA_CHAIN_TYPE, "nat")
      .bytes(),
    rule(17, udp),
    rule(6, tcp),
  ]);
}

/** For a fingerprint of the table in the namespace of the socket. */
export const resolverTableDumps = (): TableDump[] => tableDumps(resolverTable, NFPROTO_IPV4);

function rule(protocol: number, port: number): Buffer {
  const expressions: Expression[] = [
    payload(NFT_PAYLOAD_NETWORK_HEADER, { offset: 16, length: 4 }),
    equals(address),
    meta(NFT_META_L4PROTO),
    equals(Buffer.from([protocol])),
    payload(NFT_PAYLOAD_TRANSPORT_HEADER, { offset: 2, length: 2 }),
    equals(port16(dnsPort)),
    immediate(first, address),
    immediate(second, port16(port)),
    dnat,
  ];
  return message(MESSAGE.NEWRULE, NLM_F_CREATE | NLM_F_APPEND, NFPROTO_IPV4)
    .text(NFTA_TABLE, resolverTable)
    .text(NFTA_RULE_CHAIN, chain)
    .nested(NFTA_RULE_EXPRESSIONS, (list) => {
      for (const { name, data } of expressions)
        list.nested(NFTA_LIST_ELEM, (element) => {
          element.text(NFTA_EXPR_NAME, name).nested(NFTA_EXPR_DATA, (nested) => put(nested, data));
        });
    })
    .bytes();
}

function put(writer: ReturnType<typeof message>, data: readonly Attribute[]): void {
  for (const [type, value] of data)
    if (Buffer.isBuffer(value)) writer.attribute(type, value);
    else writer.nested(type, (nested) => put(nested, value));
}

/** NFTA_PAYLOAD_DREG, BASE, OFFSET, LEN. */
const payload = (base: number, { offset, length }: { offset: number; length: number }): Expression => ({
  name: "payload",
  data: [
    [1, number(first)],
    [2, number(base)],
    [3, number(offset)],
    [4, number(length)],
  ],
});

/** NFTA_META_DREG, KEY. */
const meta = (key: number): Expression => ({
  name: "meta",
  data: [
    [1, number(first)],
    [2, number(key)],
  ],
});

/** NFTA_CMP_SREG, OP, DATA. */
const equals = (value: Buffer): Expression => ({
  name: "cmp",
  data: [
    [1, number(first)],
    [2, number(NFT_CMP_EQ)],
    [3, [[NFTA_DATA_VALUE, value]]],
  ],
});

/** NFTA_IMMEDIATE_DREG, DATA. */
const immediate = (register: number, value: Buffer): Expression => ({
  name: "immediate",
  data: [
    [1, number(register)],
    [2, [[NFTA_DATA_VALUE, value]]],
  ],
});

/** NFTA_NAT_TYPE, FAMILY, REG_ADDR_MIN, REG_PROTO_MIN. */
const dnat: Expression = {
  name: "nat",
  data: [
    [1, number(NFT_NAT_DNAT)],
    [2, number(NFPROTO_IPV4)],
    [3, number(first)],
    [5, number(second)],
  ],
};

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function port16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
