import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { CreateHTTPContextOptions } from "@trpc/server/adapters/standalone";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { appRouter } from "./index.ts";
import type { Context } from "./trpc.ts";

/** Who is at the other end of a Unix socket. */
export interface Peer {
  pid: number;
  uid: number;
}

/** One socket's policy. */
export interface Door {
  /** Whether the peer may connect at all. */
  admit(peer: Peer): boolean;
  /** Why a request is refused before anything reads it; null to let it in. */
  refuse(request: IncomingMessage): string | null;
  context(request: IncomingMessage): Promise<Context>;
  /** Serves /api/auth/*; a door without it has no such path. */
  auth?(request: IncomingMessage, response: ServerResponse): Promise<void>;
  peerOf(socket: Socket): Peer;
  /** An error that is a bug, for the log. */
  onError(error: unknown, path: string | undefined): void;
}

const bodyLimit = 1 << 20;
const authBodyLimit = 1 << 14;

/** The daemon's HTTP server, to be put on a Unix socket: tRPC at /api/trpc/, authentication at /api/auth/, nothing else. */
export function createDoor(door: Door): Server {
  const trpc = createHTTPHandler({
    router: appRouter,
    basePath: "/api/trpc/",
    maxBodySize: bodyLimit,
    // The plan of a large change does not fit into a URL: queries may come as POST. Mutations never come as GET.
    allowMethodOverride: true,
    createContext: ({ req }: CreateHTTPContextOptions) => door.context(req),
    onError: ({ error, path }) => {
      if (error.code === "INTERNAL_SERVER_ERROR") door.onError(error.cause ?? error, path);
    },
  });
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 60_000 },
    (request, response) => {
      const refusal = door.refuse(request);
      if (refusal) return reply(response, 403, refusal);
      if (request.url?.startsWith("/api/trpc/")) return trpc(request, response);
      if (request.url?.startsWith("/api/auth/") && door.auth) return serveAuth(door.auth, request, response);
      reply(response, 404, "no such path");
    },
  );
  server.on("connection", (socket: Socket) => {
    if (!door.admit(door.peerOf(socket))) socket.destroy();
  });
  return server;
}

type AuthHandler = NonNullable<Door["auth"]>;

/** The handler reads the whole body: one that does not say its length, or a long one, is not let in. */
function serveAuth(handle: AuthHandler, request: IncomingMessage, response: ServerResponse): void {
  const length = Number(request.headers["content-length"] ?? (request.method === "POST" ? Number.NaN : 0));
  if (length <= authBodyLimit) handle(request, response).catch(() => reply(response, 500, "authentication failed"));
  else reply(response, 413, "the body must have a content-length of at most 16 KiB");
}

function reply(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ message }));
}

/**
 * Host and Origin against the addresses the console is served at: a page of somebody else's in the operator's browser, or a
 * name that was rebound to 127.0.0.1, gets nowhere.
 */
export function refuseForeignOrigin(
  origins: readonly string[],
  request: Pick<IncomingMessage, "method" | "headers">,
): string | null {
  const { host, origin } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const hosts = origins.map((allowed) => new URL(allowed).host);
  if (!host || !hosts.includes(host.toLowerCase()))
    return `host ${JSON.stringify(host ?? "")} is not served here; use ${origins[0]}`;
  if (origin !== undefined && !origins.includes(origin))
    return `requests from ${JSON.stringify(origin)} are not allowed`;
  if (request.method !== "GET" && request.method !== "HEAD" && origin === undefined)
    return "a request that changes something must say its origin";
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return "requests from other sites are not allowed";
  return null;
}
