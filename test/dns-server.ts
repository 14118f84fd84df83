import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { decode, encode, type Packet, RECURSION_AVAILABLE, streamEncode } from "dns-packet";

/**
 * A DNS server for tests, run inside a namespace by `Upstream` of `test/dns.ts`: writes each question it is asked to stdout, with
 * whom it came from, and treats it as it was told: "silent", "servfail", "refused" or "answer", with an address of its own.
 */
const [address = "", manner = "answer", data = "203.0.113.1"] = parseArgs({ allowPositionals: true }).positionals;
const rcodes: Record<string, number> = { servfail: 2, refused: 5 };

function reply(message: Buffer, from: string, transport: string): Packet | null {
  const { id, questions = [] } = decode(message);
  const [question] = questions;
  process.stdout.write(`${transport} ${question?.name} ${question?.type} ${from.replace("::ffff:", "")}\n`);
  if (!question || manner === "silent") return null;
  const code = rcodes[manner] ?? (question.name.startsWith("nowhere") ? 3 : 0);
  const long = question.name.startsWith("long") ? 100 : 1;
  const answers =
    question.type === "A" && code === 0 ? Array.from({ length: long }, () => ({ ...question, data })) : [];
  return {
    type: "response",
    id,
    flags: RECURSION_AVAILABLE | code,
    questions,
    answers: answers.map(({ name, data }) => ({ type: "A", name, ttl: 60, data })),
  };
}

const udp = createSocket(address.includes(":") ? "udp6" : "udp4");
udp.on("message", (message, { address: from, port }) => {
  const answer = reply(message, from, "udp");
  if (answer) udp.send(encode(answer), port, from);
});
const tcp = createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (data) => {
    const answer = reply(data.subarray(2), socket.remoteAddress ?? "", "tcp");
    if (answer) socket.end(streamEncode(answer));
  });
});
await new Promise<void>((resolve) => udp.bind(53, address, resolve));
await new Promise<void>((resolve) => tcp.listen(53, address, resolve));
process.stdout.write("ready\n");
