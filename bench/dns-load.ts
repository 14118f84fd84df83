import { parseArgs } from "node:util";
import koffi from "koffi";

/**
 * A DNS client that keeps so many questions in flight, from one socket: run inside a namespace by `bench/dns.ts`, the same for every
 * server. It takes and sends many datagrams with one system call where there are many, so that the server is what is measured.
 * Arguments: address, in flight, seconds, names ("n0" to …). Prints {"qps", "p50", "p99", "wrong"}, times in µs.
 */
const [address = "", inFlightText = "1", secondsText = "1", namesText = "10"] = parseArgs({
  allowPositionals: true,
}).positionals;
const inFlight = Number(inFlightText);
const names = Number(namesText);

const libc = koffi.load(null);
const socket = libc.func("int socket(int domain, int type, int protocol)");
const connect = libc.func("int connect(int fd, void *address, uint length)");
const recvmmsg = libc.func("int recvmmsg(int fd, void *vector, uint length, int flags, void *timeout)");
const sendmmsg = libc.func("int sendmmsg(int fd, void *vector, uint length, int flags)");
const setsockopt = libc.func("int setsockopt(int fd, int level, int name, void *value, uint length)");
const MSG_WAITFORONE = 0x10000;
const length = 512;

const fd = socket(2, 2, 0);
const to = Buffer.alloc(16);
to.writeUInt16LE(2, 0);
to.writeUInt16BE(53, 2);
for (const [i, byte] of address.split(".").entries()) to.writeUInt8(Number(byte), 4 + i);
connect(fd, to, 16);
// Whatever is lost is not waited for longer than this: SO_RCVTIMEO of a tenth of a second.
const patience = Buffer.alloc(16);
patience.writeBigInt64LE(100_000n, 8);
setsockopt(fd, 1, 20, patience, 16);

const slot = 64 + 16 + length;
const memory = (count: number) => {
  const pointer: unknown = koffi.alloc("uint8_t", slot * count);
  const start = koffi.address(pointer);
  const bytes = Buffer.from(koffi.view(pointer, slot * count)).fill(0);
  const data = (i: number) => count * 80 + i * length;
  for (let i = 0; i < count; i++) {
    bytes.writeBigUInt64LE(start + BigInt(count * 64 + i * 16), i * 64 + 16);
    bytes.writeBigUInt64LE(1n, i * 64 + 24);
    bytes.writeBigUInt64LE(start + BigInt(data(i)), count * 64 + i * 16);
    bytes.writeUInt32LE(length, count * 64 + i * 16 + 8);
  }
  return { start, bytes, data, setLength: (i: number, n: number) => bytes.writeUInt32LE(n, count * 64 + i * 16 + 8) };
};

const queries = Array.from({ length: names }, (_, n) => {
  const name = Buffer.from(`n${n}`);
  const head = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, name.length, ...name, 0, 0, 1, 0, 1];
  return Buffer.from(head);
});
const out = memory(inFlight);
const into = memory(inFlight);
const sentAt = new Float64Array(65_536);
const latencies = new Float64Array(5_000_000);
let answered = 0;
let wrong = 0;
let next = 0;

function put(slotIndex: number, now: number): void {
  const query = queries[next % names] ?? Buffer.alloc(0);
  const id = next++ & 0xffff;
  query.writeUInt16BE(id, 0);
  query.copy(out.bytes, out.data(slotIndex));
  out.setLength(slotIndex, query.length);
  sentAt[id] = now;
}

function send(count: number): void {
  const now = performance.now();
  for (let i = 0; i < count; i++) put(i, now);
  sendmmsg(fd, out.start, count, 0);
}

const warmUntil = performance.now() + 300;
const end = warmUntil + Number(secondsText) * 1000;
let began = 0;
send(inFlight);
for (;;) {
  const count: number = recvmmsg(fd, into.start, inFlight, MSG_WAITFORONE, null);
  const now = performance.now();
  if (now >= end) break;
  if (began === 0 && now > warmUntil) {
    began = now;
    answered = 0;
  }
  // Lost: all of them anew.
  if (count < 1) {
    send(inFlight);
    continue;
  }
  for (let i = 0; i < count; i++) {
    const at = into.data(i);
    // One answer, no error.
    if (into.bytes.readUInt16BE(at + 6) !== 1 || (into.bytes.readUInt16BE(at + 2) & 15) !== 0) wrong++;
    latencies[answered++ % latencies.length] = now - (sentAt[into.bytes.readUInt16BE(at)] ?? now);
  }
  send(count);
}
const sorted = latencies.subarray(0, Math.min(answered, latencies.length)).sort();
const percentile = (percent: number) => Math.round((sorted[Math.floor((sorted.length * percent) / 100)] ?? 0) * 1000);
const qps = Math.round(answered / ((end - began) / 1000));
process.stdout.write(JSON.stringify({ qps, p50: percentile(50), p99: percentile(99), wrong }));
process.exit(0);
