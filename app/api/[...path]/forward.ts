import { Agent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { PassThrough, Readable, Transform } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";

const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const bodyLimit = 1 << 20;

/** Host and Origin pass so that the daemon can refuse foreign ones; x-forwarded-for is the connection's (instrumentation.ts). */
const requestHeaders = [
  "accept",
  "content-length",
  "content-type",
  "cookie",
  "host",
  "last-event-id",
  "origin",
  "sec-fetch-mode",
  "sec-fetch-site",
  "trpc-accept",
  "user-agent",
  "x-forwarded-for",
  "x-trpc-source",
];
const responseHeaders = [
  "cache-control",
  "content-length",
  "content-type",
  "retry-after",
  "set-cookie",
  "trpc-accept",
  "vary",
  "x-accel-buffering",
  "x-retry-after",
];

/**
 * Sends a request to the daemon's socket and its answer back, as they come: event streams are not buffered, and whoever goes
 * away takes the other side along. Decides nothing about who may do what.
 */
export async function forward(request: Request, socketPath: string): Promise<Response> {
  const url = new URL(request.url);
  if (Number(request.headers.get("content-length") ?? 0) > bodyLimit) return tooLarge(url);
  return new Promise((resolve) => {
    const upstream = httpRequest(
      {
        socketPath,
        agent,
        method: request.method,
        path: url.pathname + url.search,
        headers: requestHeadersOf(request),
      },
      (answer) => resolve(responseOf(answer)),
    );
    upstream.on("error", (error) => resolve(error instanceof TooLarge ? tooLarge(url) : unreachable(url)));
    request.signal.addEventListener("abort", () => upstream.destroy(), { once: true });
    if (!request.body) return upstream.end();
    const limited = Readable.fromWeb(request.body as NodeReadableStream).pipe(limit(bodyLimit));
    limited.on("error", (error) => upstream.destroy(error));
    limited.pipe(upstream);
  });
}

function requestHeadersOf(request: Request): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const name of requestHeaders) headers[name] = request.headers.get(name) ?? undefined;
  for (const name of requestHeaders) if (headers[name] === undefined) delete headers[name];
  return headers;
}

function responseOf(answer: IncomingMessage): Response {
  const headers = new Headers();
  for (const name of responseHeaders)
    for (const value of [answer.headers[name] ?? []].flat()) headers.append(name, value);
  const events = answer.headers["content-type"]?.startsWith("text/event-stream");
  if (events) headers.set("cache-control", "no-cache, no-transform");
  const status = answer.statusCode ?? 502;
  const empty = status === 204 || status === 304;
  if (empty) answer.resume();
  const body = events ? endingWith(answer) : answer;
  return new Response(empty ? null : (Readable.toWeb(body) as ReadableStream), { status, headers });
}

/** An event stream that breaks off with the daemon is over, for the browser to come back; it is no error of this process. */
function endingWith(answer: IncomingMessage): Readable {
  const body = new PassThrough();
  answer.once("error", () => body.end());
  body.once("close", () => answer.destroy());
  return answer.pipe(body);
}

class TooLarge extends Error {}

function limit(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      done(seen > bytes ? new TooLarge() : null, chunk);
    },
  });
}

function tooLarge(url: URL): Response {
  return refusal(url, {
    status: 413,
    trpcCode: "PAYLOAD_TOO_LARGE",
    code: "INVALID_PARAMETER",
    message: "the request is larger than 1 MiB",
    lift: "send fewer commands at once",
  });
}

function unreachable(url: URL): Response {
  return refusal(url, {
    status: 503,
    trpcCode: "SERVICE_UNAVAILABLE",
    code: "UNAVAILABLE",
    message: "the daemon is not reachable",
    lift: "networks and sandboxes keep working; start the daemon to change them",
  });
}

interface Refused {
  status: number;
  trpcCode: string;
  code: string;
  message: string;
  lift: string;
}

/** Shaped like an answer of the daemon; a batch gets one per call, or the client could not tell them apart. */
function refusal(url: URL, { status, trpcCode, code, message, lift }: Refused): Response {
  const cnm = { code, message, details: { lift } };
  const error = { message, code: -32603, data: { code: trpcCode, httpStatus: status, cnm } };
  const calls = url.pathname.slice("/api/trpc/".length).split(",");
  const body = url.searchParams.has("batch") ? calls.map(() => ({ error })) : { error, message };
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}
