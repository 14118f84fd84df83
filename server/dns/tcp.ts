import { createServer, type Server, type Socket } from "node:net";
import { framed } from "./wire.ts";

/** Of one sandbox: who waits for one more waits for his own neighbours. */
const mostConnections = 64;
const mostUnanswered = 16;
/** A query has no reason to be longer; an answer may. */
const longestQuery = 4096;
const idleMs = 10_000;

export type Handle = (message: Buffer, reply: (answer: Buffer) => void) => void;

/** Serves a listening socket, which it then owns: many queries on a connection, answered as they are ready (RFC 7766). */
export function serveTcp(fd: number, handle: Handle): Server {
  const server = createServer({ allowHalfOpen: true }, (socket) => serve(socket, handle));
  server.maxConnections = mostConnections;
  // Accepting may fail for want of descriptors: the next may go well.
  server.on("error", () => {});
  return server.listen({ fd });
}

function serve(socket: Socket, handle: Handle): void {
  let received = Buffer.alloc(0);
  let unanswered = 0;
  let finished = false;
  const settle = () => {
    if (unanswered < mostUnanswered) socket.resume();
    if (finished && unanswered === 0) socket.end();
  };
  const reply = (answer: Buffer) => {
    unanswered--;
    if (!socket.destroyed) socket.write(framed(answer), settle);
  };
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("error", () => {});
  socket.on("end", () => {
    finished = true;
    settle();
  });
  socket.on("data", (data) => {
    received = Buffer.concat([received, data]);
    while (received.length >= 2) {
      const length = received.readUInt16BE(0);
      if (length > longestQuery) {
        socket.destroy();
        return;
      }
      if (received.length < 2 + length) break;
      unanswered++;
      handle(received.subarray(2, 2 + length), reply);
      received = received.subarray(2 + length);
    }
    if (unanswered >= mostUnanswered) socket.pause();
  });
}
