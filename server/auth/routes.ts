import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** What is served of better-auth, exactly so; a query is ignored. Everything else of it is for callers inside the daemon. */
const routes = {
  "/api/auth/sign-in/username": "POST",
  "/api/auth/sign-out": "POST",
  "/api/auth/get-session": "GET",
} as const;
export type AuthPath = keyof typeof routes;

/** The path of a request that is served; null for any other path or method. */
export function servedPath({ method, url = "" }: Pick<IncomingMessage, "method" | "url">): AuthPath | null {
  const path = url.split("?", 1)[0] ?? "";
  const served = Object.keys(routes).find((route): route is AuthPath => route === path);
  return served && routes[served] === method ? served : null;
}

/** The request as better-auth takes it. */
export async function webRequest(request: IncomingMessage, url: URL): Promise<Request> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const one of [value].flat()) if (one !== undefined) headers.append(name, one);
  }
  const body = request.method === "POST" ? await text(request) : undefined;
  return new Request(url, { method: request.method, headers, body });
}

const Answer = z.looseObject({ session: z.looseObject({}).optional() });

/** Sends the answer on, without the session token: what a script could read would make HttpOnly pointless. */
export async function sendAnswer(answer: Response, response: ServerResponse): Promise<void> {
  const body = Answer.safeParse(await answer.json().catch(() => null));
  const { token: _, session, ...rest } = body.success ? body.data : {};
  const { token: __, ...publicSession } = session ?? {};
  const shown = body.success ? { ...rest, ...(session && { session: publicSession }) } : null;
  const retryAfter = answer.headers.get("x-retry-after");
  response.writeHead(answer.status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    ...(retryAfter && { "retry-after": retryAfter }),
    ...(answer.headers.getSetCookie().length > 0 && { "set-cookie": answer.headers.getSetCookie() }),
  });
  response.end(JSON.stringify(shown));
}

/** One answer for a wrong name, a wrong password, a name that cannot be and a user who is shut out. */
export function wrongCredentials(): Response {
  return Response.json({ code: "WRONG_CREDENTIALS", message: "user name or password is wrong" }, { status: 401 });
}

/** For a name that is being guessed at; says nothing about whether there is such a user. */
export function tooManyAttempts(waitMs: number): Response {
  const seconds = Math.ceil(waitMs / 1000);
  const message = `too many attempts for this user name: try again in ${seconds} s`;
  return Response.json(
    { code: "TOO_MANY_ATTEMPTS", message },
    { status: 429, headers: { "x-retry-after": `${seconds}` } },
  );
}
