import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import {
  type Answer as Resource,
  type DecodedPacket,
  decode,
  encode,
  RECURSION_DESIRED,
  streamEncode,
  type RecordType,
} from "dns-packet";

/** A DNS client, run inside a sandbox by `asks` of `test/dns.ts`: asks 127.0.0.11 all at once and prints what it was answered. */
export interface Ask {
  name: string;
  type?: RecordType;
  transport?: "udp" | "tcp";
  /** The UDP size in an OPT record (RFC 6891); none if it is not given. */
  edns?: number;
}

/** "NOERROR: A 10.8.0.2, A 10.8.0.3"; "TC" before it if it is cut; null if there was no answer. */
export type Said = string | null;

const server = "127.0.0.11";
const patienceMs = 20_000;

function query({ name, type = "A", edns }: Ask, id: number): Parameters<typeof encode>[0] {
  const opt: Resource = {
    type: "OPT",
    name: ".",
    udpPayloadSize: edns ?? 0,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
  const additionals = edns === undefined ? [] : [opt];
  return { type: "query", id, flags: RECURSION_DESIRED, questions: [{ name, type }], additionals };
}

function said(message: Buffer, id: number): Said {
  const packet: DecodedPacket & { rcode?: string } = decode(message);
  if (packet.id !== id) return "another's answer";
  const texts = (packet.answers ?? []).map((record) => {
    if (record.type === "SRV") return `SRV ${record.data.port} ${record.data.target}`;
    return `${record.type} ${"data" in record ? String(record.data) : ""}`;
  });
  const answers = texts.length > 20 ? [`${texts.length} records`] : texts;
  return [packet.flag_tc ? "TC " : "", packet.rcode, answers.length > 0 ? `: ${answers.join(", ")}` : ""].join("");
}

function ask(question: Ask, id: number): Promise<Said> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), patienceMs);
    const end = (answer: Said) => {
      clearTimeout(timer);
      resolve(answer);
    };
    if (question.transport === "tcp") overTcp(question, id, end);
    else overUdp(question, id, end);
  });
}

function overUdp(question: Ask, id: number, end: (answer: Said) => void): void {
  const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
  socket.on("message", (message) => {
    socket.close();
    end(said(message, id));
  });
  socket.send(encode(query(question, id)), 53, server);
  setTimeout(() => socket.unref(), patienceMs).unref();
}

function overTcp(question: Ask, id: number, end: (answer: Said) => void): void {
  const socket = connect(53, server);
  let received = Buffer.alloc(0);
  socket.on("data", (data) => {
    received = Buffer.concat([received, data]);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    socket.destroy();
    end(said(received.subarray(2), id));
  });
  socket.on("error", ({ message }) => end(message));
  socket.write(streamEncode(query(question, id)));
}

const [text = "[]"] = parseArgs({ allowPositionals: true }).positionals;
const questions: Ask[] = JSON.parse(text);
process.stdout.write(JSON.stringify(await Promise.all(questions.map((question, i) => ask(question, i + 1)))));
process.exit(0);
