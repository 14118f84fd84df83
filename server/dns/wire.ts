import {
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  type Answer as Encodable,
  encode,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  type Question as WireQuestion,
} from "dns-packet";
import type { Question, Resource } from "./answer.ts";

/** DNS messages as bytes (RFC 1035 4, RFC 6891). */
export const headerLength = 12;
const plainUdpLength = 512;
/** What an answer of ours is at most over UDP, whatever is asked for: more is for TCP. */
const longestUdp = 4096;
const longestName = 255;

export const rcode = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NOTIMP: 4, REFUSED: 5 } as const;
/** Of what upstreams say as well. */
export const rcodeNames = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"] as const;
export const rcodeText = (code: number): string => rcodeNames[code] ?? `RCODE ${code}`;

const QR = 0x8000;
const TC = 0x0200;
const opcodeMask = 0x7800;
const rcodeMask = 0x000f;

/** Seconds that an answer may be remembered: what a name means changes with every join and leave. */
const ttl = 5;

export interface Query {
  message: Buffer;
  question: Question;
  /** As it came, for the answer. */
  asked: WireQuestion;
  /** Where the question ends in the message. */
  questionEnd: number;
  recursionDesired: boolean;
  /** What the asker takes over UDP; null without EDNS. */
  udpLength: number | null;
}

export interface Reply {
  rcode: number;
  answers: readonly Resource[];
  additionals: readonly Resource[];
}

export const emptyReply = (code: number): Reply => ({ rcode: code, answers: [], additionals: [] });

/** The query of a message, or what to answer instead; null for what must not be answered at all. Never throws. */
export function readQuery(message: Buffer): Query | { refusal: Buffer } | null {
  if (message.length < headerLength) return null;
  const flags = message.readUInt16BE(2);
  if (flags & QR) return null;
  if (flags & opcodeMask) return { refusal: refusal(message, rcode.NOTIMP) };
  const questionEnd = hasOneQuestion(message) ? endOfQuestion(message) : null;
  if (questionEnd === null) return { refusal: refusal(message, rcode.FORMERR) };
  const packet = decoded(message);
  const [asked] = packet?.questions ?? [];
  if (!packet || !asked) return { refusal: refusal(message, rcode.FORMERR) };
  if (asked.class !== "IN" && asked.class !== "ANY") return { refusal: refusal(message, rcode.REFUSED) };
  const edns = packet.additionals?.find((record) => record.type === "OPT");
  return {
    message,
    question: { name: asked.name.toLowerCase(), type: asked.type },
    asked,
    questionEnd,
    recursionDesired: (flags & RECURSION_DESIRED) !== 0,
    udpLength: edns?.type === "OPT" ? edns.udpPayloadSize : null,
  };
}

/** How long an answer over UDP may be. */
export function udpLimit({ udpLength }: Query): number {
  return Math.min(Math.max(udpLength ?? plainUdpLength, plainUdpLength), longestUdp);
}

/** The answer, cut to whole records where it is longer than `limit`, and then marked as truncated (RFC 2181 9). */
export function writeReply(query: Query, { rcode: code, answers, additionals }: Reply, limit: number): Buffer {
  const own = code === rcode.NOERROR ? AUTHORITATIVE_ANSWER : 0;
  const flags = RECURSION_AVAILABLE | own | (query.recursionDesired ? RECURSION_DESIRED : 0);
  const id = query.message.readUInt16BE(0);
  const head = encode({ type: "response", id, flags: flags | code, questions: [query.asked] });
  const edns = query.udpLength === null ? [] : [ednsRecord];
  const room = limit - head.length - (edns[0]?.length ?? 0);
  const records = fitting(
    answers.map((resource) => recordOf(resource, query)),
    room,
  );
  const truncated = records.length < answers.length;
  const extra = truncated
    ? []
    : fitting(
        additionals.map((resource) => recordOf(resource, query)),
        room - lengthOf(records),
      );
  if (truncated) head.writeUInt16BE(head.readUInt16BE(2) | TC, 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt16BE(extra.length + edns.length, 10);
  return Buffer.concat([head, ...records, ...extra, ...edns]);
}

/** Nothing but the header and the question, which says that there is more. */
export function truncatedCopy(response: Buffer, questionEnd: number): Buffer {
  const copy = Buffer.from(response.subarray(0, questionEnd));
  copy.writeUInt16BE(copy.readUInt16BE(2) | TC, 2);
  copy.fill(0, 6, headerLength);
  return copy;
}

/** Whether the message is an answer to the query, sent with that id: it repeats the question, or is an error without one. */
export function answersQuery(response: Buffer, query: Query, id: number): boolean {
  if (response.length < headerLength || response.readUInt16BE(0) !== id) return false;
  if (!(response.readUInt16BE(2) & QR)) return false;
  if (response.readUInt16BE(4) === 0) return rcodeOf(response) !== rcode.NOERROR;
  const question = (message: Buffer) => message.toString("latin1", headerLength, query.questionEnd).toLowerCase();
  return question(response) === question(query.message);
}

export const rcodeOf = (message: Buffer): number => message.readUInt16BE(2) & rcodeMask;

/** A message over TCP: its length goes before it (RFC 1035 4.2.2). */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** OPT of version 0 without options. */
const ednsRecord = Buffer.from([0, 0, 41, longestUdp >> 8, longestUdp & 0xff, 0, 0, 0, 0, 0, 0]);

/** Only a header: the question may be what is wrong. */
function refusal(message: Buffer, code: number): Buffer {
  const header = Buffer.alloc(headerLength);
  message.copy(header, 0, 0, 2);
  const kept = message.readUInt16BE(2) & (opcodeMask | RECURSION_DESIRED);
  header.writeUInt16BE(QR | kept | RECURSION_AVAILABLE | code, 2);
  return header;
}

/** One question, no answers; beside it at most an OPT and a signature. The decoder would make room for as many as are said. */
function hasOneQuestion(message: Buffer): boolean {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  return questions === 1 && answers === 0 && authorities === 0 && (additionals ?? 0) <= 2;
}

/** There is nothing before it that a compressed name could point to. */
function endOfQuestion(message: Buffer): number | null {
  let at = headerLength;
  for (let length = message[at]; length !== 0; length = message[at]) {
    if (length === undefined || length > 63) return null;
    at += length + 1;
  }
  const end = at + 5;
  return at - headerLength < longestName && end <= message.length ? end : null;
}

function decoded(message: Buffer): DecodedPacket | null {
  try {
    return decode(message);
  } catch {
    // dns-packet throws Error and RangeError, whatever is wrong.
    return null;
  }
}

/** Its name is a pointer to the question's where it is the same (RFC 1035 4.1.4). */
function recordOf(resource: Resource, { question, asked }: Query): Buffer {
  const same = resource.name === question.name;
  const name = same ? asked.name : resource.name;
  const record = encode({ answers: [{ ...resource, name, ttl } as Encodable] }).subarray(headerLength);
  return same ? Buffer.concat([toQuestion, record.subarray(wireLength(name))]) : record;
}

const toQuestion = Buffer.from([0xc0, headerLength]);

const wireLength = (name: string): number => Buffer.byteLength(name) + (name === "" ? 1 : 2);

const lengthOf = (records: readonly Buffer[]): number => records.reduce((sum, { length }) => sum + length, 0);

/** The first records, as long as there is room. */
function fitting(records: readonly Buffer[], room: number): Buffer[] {
  let left = room;
  const end = records.findIndex(({ length }) => {
    left -= length;
    return left < 0;
  });
  return end < 0 ? [...records] : records.slice(0, end);
}
