import { attributes, list, MessageWriter, NLM_F_CREATE, NLM_F_DUMP } from "./message.ts";
import { decodeText } from "./text.ts";

/** Tables of the bridge family over nfnetlink: linux/netfilter/nf_tables.h. Its numbers are in network order. */
const NFNL_SUBSYS_NFTABLES = 10;
const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;
const NFPROTO_BRIDGE = 7;
const MESSAGE = {
  GETTABLE: 1,
  DELTABLE: 2,
  GETCHAIN: 4,
  GETRULE: 7,
  GETSET: 10,
  NEWSETELEM: 12,
  GETSETELEM: 13,
  DELSETELEM: 14,
} as const;
/** The name of a table, or of the table something is in, is the first attribute of every message. */
const NFTA_TABLE = 1;
const NFTA_SET_ELEM_LIST_SET = 2;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_EXPR = 7;
const NFTA_DATA_VALUE = 1;
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
export function deleteTable(table: string): Buffer[] {
  return batch([message(MESSAGE.DELTABLE, 0).text(NFTA_TABLE, table).bytes()]);
}

/** ENOENT if there is no such table. */
export function getTable(table: string): Buffer {
  return message(MESSAGE.GETTABLE, 0).text(NFTA_TABLE, table).bytes();
}

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

/** The dumps to send, each with what to take of its answers: the same bytes for the same table, whenever it was made. */
export function tableDumps(table: string): { request: Buffer; describe: (payload: Buffer) => Buffer[] }[] {
  return described.map(({ message: type, attributes: wanted }) => ({
    request: message(type, NLM_F_DUMP).bytes(),
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

function batch(messages: Buffer[]): Buffer[] {
  return [boundary(NFNL_MSG_BATCH_BEGIN), ...messages, boundary(NFNL_MSG_BATCH_END)];
}

function boundary(type: number): Buffer {
  return new MessageWriter(type, 0)
    .struct(structLength, (bytes) => bytes.writeUInt16BE(NFNL_SUBSYS_NFTABLES, 2))
    .bytes();
}

function message(type: number, flags: number): MessageWriter {
  return new MessageWriter((NFNL_SUBSYS_NFTABLES << 8) | type, flags).struct(structLength, (bytes) =>
    bytes.writeUInt8(NFPROTO_BRIDGE, 0),
  );
}
