import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { CnmError } from "#cnm/errors.ts";
import type { Actor } from "#cnm/history.ts";
import type { Auth, AuthListener, User } from "./auth.ts";
import { BackOff } from "./back-off.ts";
import { type AuthSettings, type BetterAuth, createBetterAuth } from "./better-auth.ts";
import { type AuthPath, sendAnswer, servedPath, tooManyAttempts, webRequest, wrongCredentials } from "./routes.ts";
import { isUsername } from "./rules.ts";
import { SetupToken } from "./setup-token.ts";
import { toUser, Users } from "./users.ts";

export { loadSecret } from "./secret.ts";

export interface AuthOptions extends AuthSettings {
  listener: AuthListener;
}

/** Authentication over the store's tables of people; `client` is the store's. */
export async function openAuth(client: object, { listener, ...settings }: AuthOptions): Promise<Auth> {
  const betterAuth = createBetterAuth(client, settings);
  const users = new Users(await betterAuth.$context);
  const token = new SetupToken();
  const backOff = new BackOff();
  const actor = (headers: Headers) => findActor(betterAuth, headers);
  return {
    actor,
    handle: (request, response) => handle({ betterAuth, settings, listener, backOff, actor }, request, response),
    needsSetup: async () => !(await users.hasAdministrator()),
    setupToken: async () => ((await users.hasAdministrator()) ? null : token.issue()),
    setup: async ({ token: given, ...input }) => {
      const user = await users.createFirst(input, () => {
        if (token.matches(given)) return;
        throw new CnmError("UNAUTHENTICATED", "the set-up link is not valid: use the one printed at the last start");
      });
      token.revoke();
      listener({ verb: "auth.setup", username: user.username, actor: toActor(user), source: "web", ok: true });
      return user;
    },
    listUsers: () => users.list(),
    createUser: (input) => users.create(input),
    setRole: (username, role) => users.setRole(username, role),
    setPassword: (username, password) => users.setPassword(username, password),
    removeUser: (username) => users.remove(username),
  };
}

interface Desk {
  betterAuth: BetterAuth;
  settings: AuthSettings;
  listener: AuthListener;
  backOff: BackOff;
  actor: Auth["actor"];
}

async function handle(desk: Desk, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = servedPath(incoming);
  if (!path) {
    incoming.resume();
    response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify({ message: "no such path" }));
    return;
  }
  const request = await webRequest(incoming, new URL(path, desk.settings.baseUrl));
  await sendAnswer(await answer(desk, path, request), response);
}

async function answer(desk: Desk, path: AuthPath, request: Request): Promise<Response> {
  if (path === "/api/auth/get-session") return desk.betterAuth.handler(request);
  return path === "/api/auth/sign-in/username" ? signIn(desk, request) : signOut(desk, request);
}

const Credentials = z.object({ username: z.string() });
const SignedIn = z.object({ user: z.custom<Parameters<typeof toUser>[0]>() });

async function signIn({ betterAuth, listener, backOff }: Desk, request: Request): Promise<Response> {
  const given = Credentials.safeParse(
    await request
      .clone()
      .json()
      .catch(() => null),
  );
  const known = given.success && isUsername(given.data.username);
  const username = known ? given.data.username.toLowerCase() : "(no user name)";
  const waitMs = known ? backOff.attempt(username) : 0;
  if (waitMs > 0) return tooManyAttempts(waitMs);
  const answer = await betterAuth.handler(request);
  const tell = (actor: Actor | null) =>
    listener({ verb: "auth.login", username, actor, source: sourceOf(request), ok: actor !== null });
  if (answer.ok) {
    backOff.succeeded(username);
    const { user } = SignedIn.parse(await answer.clone().json());
    tell(toActor(toUser({ ...user, createdAt: new Date(user.createdAt) })));
    return answer;
  }
  // Not for the rate limit (429), a foreign origin (403 without credentials being looked at) and failures of our own.
  const refused = [400, 401, 422].includes(answer.status) || (await isBan(answer));
  if (!refused) return answer;
  tell(null);
  return wrongCredentials();
}

async function isBan(answer: Response): Promise<boolean> {
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return z.object({ code: z.literal("BANNED_USER") }).safeParse(body).success;
}

async function signOut({ betterAuth, listener, actor }: Desk, request: Request): Promise<Response> {
  const who = await actor(request.headers);
  const answer = await betterAuth.handler(request);
  if (who && answer.ok) {
    listener({ verb: "auth.logout", username: who.name, actor: who, source: sourceOf(request), ok: true });
  }
  return answer;
}

/** Looked up in the database each time. */
async function findActor(betterAuth: BetterAuth, headers: Headers): Promise<Actor | null> {
  if (!headers.has("cookie")) return null;
  const found = await betterAuth.api.getSession({ headers });
  if (!found) return null;
  const user = toUser(found.user);
  return user.banned ? null : toActor(user);
}

const toActor = ({ id, username, role }: User): Actor => ({ kind: "user", id, name: username, role });

const sourceOf = (request: Request): string => request.headers.get("x-forwarded-for") ?? "web";
