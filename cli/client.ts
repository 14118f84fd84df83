import { existsSync } from "node:fs";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import type { AppRouter } from "#server/router/index.ts";
import { Unreachable } from "./errors.ts";

export type Api = TRPCClient<AppRouter>;

const systemSocket = "/run/patchbay/admin.sock";
const isolatedSocket = fileURLToPath(new URL("../.patchbay/isolated/run/admin.sock", import.meta.url));

/** The daemon's administrator socket: the one asked for, else the host's, else that of `up -- --isolated` in this checkout. */
export function findSocket(asked: string | undefined): string {
  return asked ?? [systemSocket, isolatedSocket].find((path) => existsSync(path)) ?? systemSocket;
}

/** The daemon's procedures over a Unix socket. Calls reject with `Unreachable` where nobody answers. */
export function connect(socketPath: string): Api {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: "http://patchbay/api/trpc",
        fetch: (url, init) => send(socketPath, String(url), { method: init?.method, body: init?.body }),
      }),
    ],
  });
}

/** What fetch(3) would do if it knew Unix sockets. */
function send(socketPath: string, url: string, init: { method?: string; body?: unknown }): Promise<Response> {
  const { pathname, search } = new URL(url);
  const body = typeof init.body === "string" ? init.body : undefined;
  const sized = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  const headers = { "content-type": "application/json", ...sized };
  const options = { socketPath, path: pathname + search, method: init.method, headers, agent: false };
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(new Unreachable(socketPath, error.code ?? error.message));
    const call = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => resolve(new Response(Buffer.concat(chunks), { status: response.statusCode })));
    });
    call.on("error", fail).end(body);
  });
}
