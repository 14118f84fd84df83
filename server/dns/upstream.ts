import { createSocket } from "node:dgram";
import { Socket } from "node:net";
import type { Upstream } from "#cnm/dns.ts";
import { AF_INET, prefixOf } from "#server/kernel/netlink/ip.ts";
import * as sys from "#server/kernel/sys.ts";
import { answersQuery, framed, type Query } from "./wire.ts";

export type Transport = "udp" | "tcp";

/** Where the socket of a sandbox tells which namespace is the sandbox's. */
export interface Place {
  socket: number;
}

const port = 53;

/** What a question to one server is: the answer's bytes, or null if there was none that fits. */
export interface Attempt {
  /** Called once, and never after `cancel`. */
  onEnd(response: Buffer | null): void;
}

/**
 * Asks one server once, from a socket of its own with a port and an id that nobody can guess. Returns how to stop. A server that
 * cannot be reached has answered nothing.
 */
export function ask(query: Query, to: { upstream: Upstream; transport: Transport; place: Place }, { onEnd }: Attempt) {
  const id = randomId();
  const message = Buffer.from(query.message);
  message.writeUInt16BE(id, 0);
  let ended = false;
  const end = (response: Buffer | null) => {
    if (ended) return;
    ended = true;
    close();
    onEnd(response);
  };
  const accept = (response: Buffer) => {
    if (answersQuery(response, query, id)) end(response);
  };
  const close = open({ ...to, message, accept, fail: () => end(null) });
  return () => {
    ended = true;
    close();
  };
}

interface Exchange {
  upstream: Upstream;
  transport: Transport;
  place: Place;
  message: Buffer;
  accept: (response: Buffer) => void;
  fail: () => void;
}

/** Returns how to close it. */
function open(exchange: Exchange): () => void {
  try {
    const fd = socketFor(exchange);
    return exchange.transport === "udp" ? overUdp(fd, exchange) : overTcp(fd, exchange);
  } catch (error) {
    sys.asSysError(error);
    setImmediate(exchange.fail);
    return () => {};
  }
}

/** What does not fit is waited past: anybody may have sent it. */
function overUdp(fd: number, { message, accept, fail, upstream }: Exchange): () => void {
  const socket = createSocket(upstream.address.includes(":") ? "udp6" : "udp4");
  socket.on("message", accept);
  socket.on("error", fail);
  socket.bind({ fd });
  try {
    sys.send(fd, message);
  } catch (error) {
    sys.asSysError(error);
    setImmediate(fail);
  }
  return () => socket.close();
}

/** Node connects it: libuv would not write to a descriptor that is still on its way. */
function overTcp(fd: number, { message, accept, fail, upstream }: Exchange): () => void {
  const socket = new Socket({ fd });
  let received = Buffer.alloc(0);
  socket.on("error", fail);
  socket.on("close", fail);
  socket.on("data", (data) => {
    received = Buffer.concat([received, data]);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    accept(received.subarray(2, 2 + received.readUInt16BE(0)));
    fail();
  });
  socket.connect({ host: upstream.address, port });
  socket.write(framed(message));
  return () => socket.destroy();
}

/** In the namespace that the server is asked from, where the socket stays. */
function socketFor({ upstream, transport, place }: Exchange): number {
  const { family, bytes } = prefixOf(upstream.address);
  const type = transport === "udp" ? sys.SOCK_DGRAM : sys.SOCK_STREAM;
  const fd = inside(upstream, place, () => sys.socket(family, type | sys.SOCK_NONBLOCK, 0));
  if (transport === "tcp") return fd;
  const address = Buffer.alloc(family === AF_INET ? 16 : 28);
  address.writeUInt16LE(family, 0);
  address.writeUInt16BE(port, 2);
  bytes.copy(address, family === AF_INET ? 4 : 8);
  try {
    // Only the server's datagrams come in, and that nobody listens there is heard at once.
    sys.connect(fd, address);
    return fd;
  } catch (error) {
    sys.close(fd);
    throw error;
  }
}

function inside<T>({ from }: Upstream, place: Place, work: () => T): T {
  if (from === "host") return work();
  const namespace = sys.namespaceOfSocket(place.socket);
  try {
    return sys.inNamespace(namespace, work);
  } finally {
    sys.close(namespace);
  }
}

const randomId = (): number => crypto.getRandomValues(new Uint16Array(1))[0] ?? 0;
