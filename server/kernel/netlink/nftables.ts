import { createHash } from "node:crypto";
import { attributes, list, MessageWriter, NLM_F_CREATE, NLM_F_DUMP } from "./message.ts";
import type { NetlinkSocket } from "./socket.ts";
import { decodeText } from "./text.ts";

/** Tables over nfnetlink, of the bridge family if no other is given: linux/netfilter/nf_tables.h. Its numbers are in network order. */
const NFNL_SUBSYS_NFTABLES = 10;
const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;
const NFPROTO_UNSPEC = 0;
export const NFPROTO_IPV4 = 2;
const NFPROTO_BRIDGE = 7;
export const MESSAGE = {
  NEWTABLE: 0,
  GETTABLE: 1,
  DELTABLE: 2,
  NEWCHAIN: 3,
  GETCHAIN: 4,
  NEWRULE: 6,
  GETRULE: 7,
  GETSET: 10,
  NEWSETELEM: 12,
  GETSETELEM: 13,
  DELSETELEM: 14,
  GETGEN: 16,
} as const;
/** The name of a table, or of the table something is in, is the first attribute of every message. */
export const NFTA_TABLE = 1;
const NFTA_GEN_ID = 1;
const NFTA_SET_ELEM_LIST_SET = 2;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
export const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_EXPR = 7;
export const NFTA_DATA_VALUE = 1;
const NFTA_EXPR_DATA = 2;
const NFTA_COUNTER_BYTES = 1;
const NFTA_COUNTER_PACKETS = 2;
/** What makes a table, chain, set or rule what it is: of each its name, and neither handles nor use counts. */
const described = [
  { message: MESSAGE.GETTABLE, attributes: [1, 2] }, // NFTA_TABLE_NAME, FLAGS
  { message: MESSAGE.GETCHAIN, attributes: [3, 4, 5, 7] }, // NFTA_CHAIN_NAME, HOOK, POLICY, TYPE
  { message: MESSAGE.GETSET, attributes: [2, 3, 5] }, // NFTA_SET_NAME, FLAGS, KEY_LEN
  { message: MESSAGE.GETRULE, attributes: [2, 4] }, // NFTA_RULE_CHAIN, EXPRESSIONS
] as const;
const structLength = 4;

/** An element of a named set; a key of several fields has each padded to four bytes. */
export interface SetElement {
  set: string;
  key: Buffer;
}

export interface CountedElement {
  key: Buffer;
  packets: number;
  bytes: number;
}

/** A batch that deletes elements, then adds others. One that is there already stays; one to delete that is not is ENOENT. */
export function changeElements(table: string, change: { gone: SetElement[]; come: SetElement[] }): Buffer[] {
  return batch([
    ...change.gone.map((element) => elementMessage(MESSAGE.DELSETELEM, table, element)),
    ...change.come.map((element) => elementMessage(MESSAGE.NEWSETELEM, table, element)),
  ]);
}

/** A batch that deletes a table with all that is in it. ENOENT if there is none. */
export function deleteTable(table: string, family?: number): Buffer[] {
  return batch([message(MESSAGE.DELTABLE, 0, family).text(NFTA_TABLE, table).bytes()]);
}

/** ENOENT if there is no such table. */
export function getTable(table: string, family?: number): Buffer {
  return message(MESSAGE.GETTABLE, 0, family).text(NFTA_TABLE, table).bytes();
}

/** What every change of nftables in the namespace increments. */
export const getGeneration = (): Buffer => message(MESSAGE.GETGEN, 0, NFPROTO_UNSPEC).bytes();

export const decodeGeneration = (payload: Buffer): number | undefined =>
  attributes(payload, structLength).get(NFTA_GEN_ID)?.readUInt32BE(0);

export function dumpElements(table: string, set: string): Buffer {
  return message(MESSAGE.GETSETELEM, NLM_F_DUMP).text(NFTA_TABLE, table).text(NFTA_SET_ELEM_LIST_SET, set).bytes();
}

export function decodeElements(payload: Buffer): CountedElement[] {
  const elements = attributes(payload, structLength).get(NFTA_SET_ELEM_LIST_ELEMENTS) ?? Buffer.alloc(0);
  return [...list(elements)].map((element) => {
    const found = attributes(element);
    const counter = attributes(nestedIn(found.get(NFTA_SET_ELEM_EXPR), NFTA_EXPR_DATA));
    const number = (type: number) => Number(counter.get(type)?.readBigUInt64BE(0) ?? 0);
    return {
      key: nestedIn(found.get(NFTA_SET_ELEM_KEY), NFTA_DATA_VALUE),
      packets: number(NFTA_COUNTER_PACKETS),
      bytes: number(NFTA_COUNTER_BYTES),
    };
  });
}

export interface TableDump {
  request: Buffer;
  /** What to take of an answer. */
  describe: (payload: Buffer) => Buffer[];
}

/** The same for the same table, whenever and in whatever namespace it was made. */
export function fingerprintOf(socket: NetlinkSocket, dumps: readonly TableDump[]): string {
  const hash = createHash("sha256");
  for (const { request, describe } of dumps)
    for (const part of socket.dump(request).flatMap(describe)) hash.update(`${part.length} `).update(part);
  return hash.digest("hex");
}

/** The dumps to send for a fingerprint of the table, its elements aside. */
export function tableDumps(table: string, family?: number): TableDump[] {
  return described.map(({ message: type, attributes: wanted }) => ({
    request: message(type, NLM_F_DUMP, family).bytes(),
    describe: (payload) => {
      const found = attributes(payload, structLength);
      const ours = decodeText(found.get(NFTA_TABLE) ?? Buffer.alloc(0)) === table;
      return ours ? wanted.map((attribute) => found.get(attribute) ?? Buffer.alloc(0)) : [];
    },
  }));
}

function nestedIn(value: Buffer | undefined, type: number): Buffer {
  return (value && attributes(value).get(type)) ?? Buffer.alloc(0);
}

function elementMessage(type: number, table: string, { set, key }: SetElement): Buffer {
  return message(type, type === MESSAGE.NEWSETELEM ? NLM_F_CREATE : 0)
    .text(NFTA_TABLE, table)
    .text(NFTA_SET_ELEM_LIST_SET, set)
    .nested(NFTA_SET_ELEM_LIST_ELEMENTS, (elements) =>
      elements.nested(NFTA_LIST_ELEM, (element) =>
        element.nested(NFTA_SET_ELEM_KEY, (data) => data.attribute(NFTA_DATA_VALUE, key)),
      ),
    )
    .bytes();
}

/** What the kernel takes together or not at all. */
export function batch(messages: Buffer[]): Buffer[] {
  return [boundary(NFNL_MSG_BATCH_BEGIN), ...messages, boundary(NFNL_MSG_BATCH_END)];
}

function boundary(type: number): Buffer {
  return new MessageWriter(type, 0)
    .struct(structLength, (bytes) => bytes.writeUInt16BE(NFNL_SUBSYS_NFTABLES, 2))
    .bytes();
}

export function message(type: number, flags: number, family = NFPROTO_BRIDGE): MessageWriter {
  return new MessageWriter((NFNL_SUBSYS_NFTABLES << 8) | type, flags).struct(structLength, (bytes) =>
    bytes.writeUInt8(family, 0),
  );
}
