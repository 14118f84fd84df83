import { decode, encode, type Packet } from "dns-packet";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Resource } from "./answer.ts";
import {
  answersQuery,
  emptyReply,
  type Query,
  rcodeOf,
  readQuery,
  truncatedCopy,
  udpLimit,
  writeReply,
} from "./wire.ts";

const asking = (change: Partial<Packet> = {}): Buffer =>
  encode({ type: "query", id: 7, flags: 0x100, questions: [{ name: "Web.example", type: "A" }], ...change });

function queryOf(message: Buffer): Query {
  const read = readQuery(message);
  if (read === null || "refusal" in read) throw new Error("not a query");
  return read;
}

const opt = (udpPayloadSize: number): NonNullable<Packet["additionals"]> => [
  {
    type: "OPT",
    name: ".",
    udpPayloadSize,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  },
];

const addresses = (count: number): Resource[] =>
  Array.from({ length: count }, (_, n) => ({ name: "web.example", type: "A", data: `10.0.0.${n}` }));

/** The rcode it is refused with; "query" or "silence". */
function outcome(message: Buffer): number | string {
  const read = readQuery(message);
  if (read === null) return "silence";
  return "refusal" in read ? rcodeOf(read.refusal) : "query";
}

describe("what comes in", () => {
  /** A header that says so many questions, answers, authorities and additionals, and what follows it. */
  const raw = (counts: number[], ...rest: number[]): Buffer =>
    Buffer.from([0, 7, 1, 0, ...counts.flatMap((count) => [count >> 8, count & 255]), ...rest]);
  const one = [1, 0, 0, 0];

  test.each([
    { name: "a query", message: asking(), want: "query" },
    { name: "with EDNS", message: asking({ additionals: opt(1232) }), want: "query" },
    { name: "nothing", message: Buffer.alloc(0), want: "silence" },
    { name: "half a header", message: asking().subarray(0, 11), want: "silence" },
    { name: "an answer", message: encode({ type: "response", id: 7, questions: [] }), want: "silence" },
    { name: "no question", message: raw([0, 0, 0, 0]), want: 1 },
    { name: "two questions", message: asking({ questions: Array(2).fill({ name: "a", type: "A" }) }), want: 1 },
    { name: "65,535 of everything", message: raw([65_535, 65_535, 65_535, 65_535]), want: 1 },
    { name: "a question with answers", message: raw([1, 1, 0, 0], 0, 0, 1, 0, 1), want: 1 },
    { name: "a question cut short", message: raw(one, 3, 97, 98), want: 1 },
    { name: "a question without type", message: raw(one, 1, 97, 0), want: 1 },
    { name: "a name that points to itself", message: raw(one, 0xc0, 12, 0, 1, 0, 1), want: 1 },
    { name: "a name that points into the header", message: raw(one, 0xc0, 0, 0, 1, 0, 1), want: 1 },
    { name: "a label of an unknown kind", message: raw(one, 0x80, 97, 0, 0, 1, 0, 1), want: 1 },
    {
      name: "a name of 260 bytes",
      message: raw(
        one,
        ...Array(4)
          .fill([63, ...Array(63).fill(97)])
          .flat(),
        3,
        97,
        97,
        97,
        0,
        0,
        1,
        0,
        1,
      ),
      want: 1,
    },
    { name: "labels that are not UTF-8", message: raw(one, 2, 0xff, 0xfe, 0, 0, 1, 0, 1), want: "query" },
    { name: "an OPT that points to itself", message: raw([1, 0, 0, 1], 0, 0, 1, 0, 1, 0xc0, 17, 0, 41), want: 1 },
    { name: "an update (RFC 2136)", message: raw(one, 0, 0, 1, 0, 1).fill(0x28, 2, 3), want: 4 },
    { name: "of class CHAOS", message: raw(one, 1, 97, 0, 0, 16, 0, 3), want: 5 },
  ])("$name: $want", ({ message, want }) => {
    expect(outcome(message)).toBe(want);
  });

  test("no bytes make it throw, and a refusal has the id and is no query", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, likely) => {
        const message = likely ? Buffer.concat([raw(one), bytes]) : Buffer.from(bytes);
        const read = readQuery(message);
        if (read && "refusal" in read) {
          expect(read.refusal.readUInt16BE(0)).toBe(message.readUInt16BE(0));
          expect(outcome(read.refusal)).toBe("silence");
        }
      }),
    );
  });

  test("is asked for in lower case", () => {
    expect(queryOf(asking()).question).toEqual({ name: "web.example", type: "A" });
  });

  test.each([
    [undefined, 512],
    [100, 512],
    [1232, 1232],
    [65_535, 4096],
  ])("with EDNS %s takes answers of %i bytes over UDP", (size, want) => {
    expect(udpLimit(queryOf(asking(size === undefined ? {} : { additionals: opt(size) })))).toBe(want);
  });
});

describe("what goes out", () => {
  test("repeats id, question and wish for recursion, and is authoritative", () => {
    const reply = { rcode: 0, answers: addresses(1), additionals: [] };
    expect(
      writeReply(queryOf(asking()), reply, 512)
        .toString("hex")
        .match(/.{1,32}/g),
    ).toMatchInlineSnapshot(`
      [
        "00078580000100010000000003576562",
        "076578616d706c650000010001c00c00",
        "0100010000000500040a000000",
      ]
    `);
    expect(decode(writeReply(queryOf(asking({ flags: 0 })), reply, 512))).toMatchObject({
      id: 7,
      flag_qr: true,
      flag_rd: false,
      flag_ra: true,
      flag_aa: true,
      questions: [{ name: "Web.example" }],
      answers: [{ name: "Web.example", type: "A", ttl: 5, data: "10.0.0.0" }],
    });
  });

  test.each([
    { edns: undefined, limit: 512, want: 30 },
    { edns: 600, limit: 600, want: 35 },
    { edns: undefined, limit: 65_535, want: 60 },
  ])("is cut to whole records within $limit bytes", ({ edns, limit, want }) => {
    const query = queryOf(asking(edns === undefined ? {} : { additionals: opt(edns) }));
    const message = writeReply(query, { rcode: 0, answers: addresses(60), additionals: [] }, limit);
    const { answers = [], flag_tc } = decode(message);
    expect([answers.length, flag_tc, message.length <= limit]).toEqual([want, want < 60, true]);
  });

  test("with EDNS where the question has it, and only there", () => {
    const sizes = [asking(), asking({ additionals: opt(1232) })].map(
      (message) => decode(writeReply(queryOf(message), emptyReply(2), 512)).additionals?.length,
    );
    expect(sizes).toEqual([0, 1]);
  });

  test("an upstream's answer that is too long is its header and the question", () => {
    const query = queryOf(asking());
    const long = encode({
      ...decode(asking()),
      type: "response",
      answers: addresses(60).map((each) => ({ ...each, type: "A", data: "10.0.0.1" })),
    });
    expect(decode(truncatedCopy(long, query.questionEnd))).toMatchObject({
      id: 7,
      flag_tc: true,
      questions: [{ name: "Web.example" }],
      answers: [],
    });
  });
});

describe("an upstream's answer", () => {
  const query = queryOf(asking());
  const response = (change: Partial<Packet> = {}): Buffer =>
    encode({ type: "response", id: 9, questions: [{ name: "web.EXAMPLE", type: "A" }], ...change });

  test.each([
    { name: "to this question, in whatever case", message: response(), want: true },
    { name: "an error without the question", message: response({ questions: [], flags: 1 }), want: true },
    { name: "nothing without the question", message: response({ questions: [] }), want: false },
    { name: "with another id", message: response({ id: 8 }), want: false },
    { name: "to another name", message: response({ questions: [{ name: "web.examples", type: "A" }] }), want: false },
    { name: "to another type", message: response({ questions: [{ name: "web.example", type: "AAAA" }] }), want: false },
    { name: "a question", message: asking({ id: 9 }), want: false },
    { name: "cut short", message: response().subarray(0, 11), want: false },
  ])("$name: $want", ({ message, want }) => {
    expect(answersQuery(message, query, 9)).toBe(want);
  });
});
