import { lstatSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import type { AppRouter } from "#server/router/index.ts";
import { placesOf, shortRunDir } from "../scripts/setup/places.mjs";
import { Unreachable } from "./errors.ts";

export type Api = TRPCClient<AppRouter>;

const checkout = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/**
 * The daemon's administrator socket: the one asked for, else the first of the caller's own among the host's and those that
 * `up --isolated` of this checkout makes; else the host's. Of others' sockets only the host's is ever used: anybody can make
 * one below /tmp, and what answers on it is believed.
 */
export function findSocket(asked: string | undefined): string {
  if (asked !== undefined) return asked;
  const uid = process.getuid?.() ?? 0;
  const host = placesOf({ isolated: false, state: null }, checkout).runDir;
  const { base, runDir } = placesOf({ isolated: true, state: null }, checkout);
  const sockets = [host, runDir, shortRunDir(base ?? runDir, uid)].map((folder) => join(folder, "admin.sock"));
  return sockets.find((path) => ownerOf(path) === uid) ?? join(host, "admin.sock");
}

/** Nobody can give a file to somebody else (chown(2)); null where there is none to be seen. */
function ownerOf(path: string): number | null {
  try {
    return lstatSync(path).uid;
  } catch {
    return null;
  }
}

/** The daemon's procedures over a Unix socket. Calls reject with `Unreachable` where nobody answers. */
export function connect(socketPath: string): Api {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: "http://patchbay/api/trpc",
        // What a dry run asks for can be longer than a URL may be.
        methodOverride: "POST",
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
