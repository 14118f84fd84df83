import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type OpenStore, openStore } from "#server/store/open.ts";
import type { Auth, AuthListener } from "./auth.ts";
import { loadSecret, openAuth } from "./open.ts";

const origin = "http://127.0.0.1:4700";
const password = "correct horse battery";

let folder: string;
let store: OpenStore;
let auth: Auth;
let server: Server;
let events: Parameters<AuthListener>[0][];
/** The rate limiter counts by address for the whole process: every test comes from another one. */
let address = 0;

beforeEach(async () => {
  address += 1;
  events = [];
  folder = await mkdtemp(join(tmpdir(), "patchbay-auth-"));
  store = await openStore(join(folder, "patchbay.db"));
  auth = await openAuth(store.client, {
    secret: loadSecret(folder),
    baseUrl: origin,
    trustedOrigins: [origin],
    listener: (event) => events.push(event),
  });
  server = createServer((request, response) => auth.handle(request, response));
  server.listen(join(folder, "web.sock"));
  await once(server, "listening");
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await store.close();
  await rm(folder, { recursive: true });
});

interface Answer {
  status: number;
  body: string;
  cookies: string[];
  /** What a browser would send next time. */
  headers: Headers;
}

async function call(
  path: string,
  options: { body?: unknown; headers?: Headers; method?: string } = {},
): Promise<Answer> {
  const method = options.method ?? (options.body === undefined ? "GET" : "POST");
  const headers = {
    origin,
    "x-forwarded-for": `192.0.2.${address}`,
    ...(options.body !== undefined && { "content-type": "application/json" }),
    ...(options.headers && Object.fromEntries(options.headers)),
  };
  const outgoing = httpRequest({ socketPath: join(folder, "web.sock"), path, method, headers });
  outgoing.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  const [response] = await once(outgoing, "response");
  const cookies: string[] = response.headers["set-cookie"] ?? [];
  const cookie = cookies.map((one) => one.split(";")[0]).join("; ");
  return { status: response.statusCode, body: await text(response), cookies, headers: new Headers({ cookie }) };
}

const signIn = (username: string, pass = password) =>
  call("/api/auth/sign-in/username", { body: { username, password: pass } });

const admin = { username: "ada", password, role: "admin" } as const;

test("login, session and logout", async () => {
  await auth.createUser(admin);
  expect(await auth.actor(new Headers())).toBeNull();
  const answer = await signIn("Ada");
  expect(answer.status).toBe(200);
  expect(answer.cookies).toHaveLength(1);
  expect(answer.cookies[0]).toMatch(/^patchbay\.session_token=.*; Max-Age=43200; .*HttpOnly; SameSite=Strict$/);
  expect(answer.cookies[0]).not.toMatch(/Secure/);
  expect(await auth.actor(answer.headers)).toMatchObject({ kind: "user", name: "ada", role: "admin" });

  const session = await call("/api/auth/get-session", { headers: answer.headers });
  expect(JSON.parse(session.body)).toMatchObject({ user: { username: "ada", role: "admin" } });
  const token = decodeURIComponent(answer.cookies[0]!.split(/[=;]/)[1]!).split(".")[0]!;
  expect(token.length).toBeGreaterThan(20);
  expect(answer.body + session.body).not.toContain(token);

  expect((await call("/api/auth/sign-out", { body: {}, headers: answer.headers })).status).toBe(200);
  expect(await auth.actor(answer.headers)).toBeNull();
  expect((await call("/api/auth/get-session", { headers: answer.headers })).body).toBe("null");
  const source = `192.0.2.${address}`;
  expect(events).toMatchObject([
    { verb: "auth.login", username: "ada", ok: true, source, actor: { name: "ada" } },
    { verb: "auth.logout", username: "ada", ok: true, source, actor: { name: "ada" } },
  ]);
});

test("a cookie of another signature is nobody", async () => {
  await auth.createUser(admin);
  const { headers } = await signIn("ada");
  const cookie = headers.get("cookie") ?? "";
  expect(await auth.actor(new Headers({ cookie }))).not.toBeNull();
  expect(await auth.actor(new Headers({ cookie: `${cookie.split(".").slice(0, 2).join(".")}.AAAA` }))).toBeNull();
});

test("wrong name and wrong password get the same answer", async () => {
  await auth.createUser(admin);
  const answers = [
    await signIn("ada", "not the password"),
    await signIn("nobody", "not the password"),
    await signIn("x", "not the password"),
    await signIn("'; DROP TABLE User; --\n", "not the password"),
    await signIn("ada", "p".repeat(1000)),
    await signIn("ada", ""),
    await call("/api/auth/sign-in/username", { body: { username: "ada" } }),
  ];
  expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 401, cookies: [] });
  expect(events.map(({ username, ok }) => [username, ok])).toEqual(
    ["ada", "nobody", "(no user name)", "(no user name)", "ada", "ada", "ada"].map((name) => [name, false]),
  );
});

test("guessing is slowed down by address", async () => {
  await auth.createUser(admin);
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1) statuses.push((await signIn("ada", "wrong password")).status);
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  expect((await signIn("ada")).status).toBe(429);
  expect(events).toHaveLength(10);
  address += 1;
  expect((await signIn("ada")).status).toBe(200);
});

// More than twenty passwords are hashed, each on purpose slowly.
test("guessing at one user is slowed down from however many addresses", async () => {
  await auth.createUser(admin);
  for (let attempt = 0; attempt < 20; attempt += 1) {
    address += 1;
    expect((await signIn("Ada", "wrong password")).status).toBe(401);
  }
  address += 1;
  expect(await signIn("ada")).toMatchObject({ status: 429, body: expect.stringContaining("too many attempts") });
  expect((await signIn("nobody")).status).toBe(401);
  expect(events.filter(({ username }) => username === "ada")).toHaveLength(20);
}, 60_000);

test("a session ends twelve hours after its login, however often it is used", async () => {
  await auth.createUser(admin);
  const { headers } = await signIn("ada");
  const login = Date.now();
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    for (const hours of [4, 8, 11.9]) {
      vi.setSystemTime(login + hours * 3_600_000);
      expect((await call("/api/auth/get-session", { headers })).cookies).toEqual([]);
      expect(await auth.actor(headers)).toMatchObject({ name: "ada" });
    }
    vi.setSystemTime(login + 12.1 * 3_600_000);
    expect(await auth.actor(headers)).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

test("nothing else of better-auth is served", async () => {
  await auth.createUser(admin);
  const { headers } = await signIn("ada");
  const body = { username: "eve", name: "eve", email: "eve@example.org", password, role: "admin" };
  const paths = [
    "sign-up/email",
    "sign-in/email",
    "is-username-available",
    "update-user",
    "change-password",
    "admin/create-user",
    "admin/set-role",
    "admin/impersonate-user",
    "request-password-reset",
    "sign-in/username/",
    "sign-in//username",
    "sign-in/%75sername",
    "../auth/admin/list-users",
    "",
  ];
  for (const path of paths) {
    expect([path, (await call(`/api/auth/${path}`, { body, headers })).status]).toEqual([path, 404]);
    expect([path, (await call(`/api/auth/${path}`, { headers })).status]).toEqual([path, 404]);
  }
  expect((await call("/api/auth/sign-in/username", { method: "GET" })).status).toBe(404);
  expect((await call("/api/auth/get-session", { body: {} })).status).toBe(404);
  expect(await auth.listUsers()).toHaveLength(1);
});

test("a foreign origin cannot use a session", async () => {
  await auth.createUser(admin);
  const { headers } = await signIn("ada");
  for (const foreign of ["http://evil.example", "null", "http://127.0.0.1:4700.evil.example"]) {
    const from = new Headers({ cookie: headers.get("cookie") ?? "", origin: foreign });
    expect((await call("/api/auth/sign-out", { body: {}, headers: from })).status).toBe(403);
  }
  expect(await auth.actor(headers)).not.toBeNull();
});

test("a new role, a new password and removal end the user's sessions, and only those", async () => {
  await auth.createUser(admin);
  await auth.createUser({ username: "bob", password, role: "viewer" });
  const ada = await signIn("ada");
  const changes = [
    () => auth.setRole("bob", "operator"),
    () => auth.setPassword("Bob", `${password}!`),
    () => auth.removeUser("bob"),
  ];
  let bobs = password;
  for (const [index, change] of changes.entries()) {
    const bob = await signIn("bob", bobs);
    expect(await auth.actor(bob.headers)).toMatchObject({ name: "bob", role: index === 0 ? "viewer" : "operator" });
    await change();
    bobs = index === 0 ? password : `${password}!`;
    expect(await auth.actor(bob.headers)).toBeNull();
  }
  expect((await signIn("bob", bobs)).status).toBe(401);
  expect(await auth.actor(ada.headers)).not.toBeNull();
});

test("the last administrator stays", async () => {
  await auth.createUser(admin);
  const conflict = { code: "CONFLICT", details: { rule: "one-administrator-remains" } };
  await expect(auth.setRole("ada", "operator")).rejects.toMatchObject(conflict);
  await expect(auth.removeUser("ada")).rejects.toMatchObject(conflict);
  await auth.createUser({ ...admin, username: "grace" });
  const both = await Promise.allSettled([auth.setRole("ada", "viewer"), auth.removeUser("grace")]);
  expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect((await auth.listUsers()).map(({ username, role }) => [username, role])).toEqual([
    ["ada", "viewer"],
    ["grace", "admin"],
  ]);
});

test("users: names are checked, unique without regard to case, and unknown ones are told", async () => {
  const bad = { username: "a b", password: "short", role: "viewer" } as const;
  const refusal: Error & { code?: string } = await auth.createUser(bad).catch((error) => error);
  expect(refusal.code).toBe("INVALID_PARAMETER");
  expect(refusal.message).toMatch(/username: .*; password: /);
  const made = await auth.createUser({ username: "Linus", password, name: "Linus T.", role: "operator" });
  expect(made).toMatchObject({ username: "linus", name: "Linus T.", role: "operator", banned: false });
  await expect(auth.createUser({ username: "LINUS", password, role: "viewer" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await expect(auth.setRole("nobody", "admin")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(auth.setPassword("linus", "short")).rejects.toMatchObject({ code: "INVALID_PARAMETER" });
  expect(await auth.listUsers()).toEqual([made]);
});

test("the first administrator needs the token, and there is one", async () => {
  expect(await auth.needsSetup()).toBe(true);
  const token = (await auth.setupToken()) ?? "";
  expect(Buffer.from(token, "base64url")).toHaveLength(32);
  await expect(auth.setup({ token: "guess", username: "eve", password })).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
  });
  await expect(auth.setup({ token, username: "ada", password: "short" })).rejects.toMatchObject({
    code: "INVALID_PARAMETER",
  });
  const race = await Promise.allSettled(["ada", "eve"].map((username) => auth.setup({ token, username, password })));
  expect(race).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { code: "CONFLICT" } }]);
  expect(await auth.listUsers()).toMatchObject([{ username: "ada", role: "admin" }]);
  expect(await auth.needsSetup()).toBe(false);
  expect(await auth.setupToken()).toBeNull();
  expect(events).toMatchObject([{ verb: "auth.setup", username: "ada", ok: true, actor: { role: "admin" } }]);
  expect((await signIn("ada")).status).toBe(200);
});

test("no password and no token is in the database", async () => {
  const token = (await auth.setupToken()) ?? "";
  await auth.setup({ token, username: "ada", password });
  await signIn("ada");
  const files = await Promise.all(
    ["patchbay.db", "patchbay.db-wal"].map((name) => readFile(join(folder, name), "latin1")),
  );
  for (const secret of [password, token, loadSecret(folder)]) expect(files.join("")).not.toContain(secret);
});

test("the secret is made once, for root alone, and a damaged one is refused", async () => {
  const path = join(folder, "auth.secret");
  expect(loadSecret(folder)).toBe(loadSecret(folder));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await writeFile(path, "short\n");
  expect(() => loadSecret(folder)).toThrow(/auth.secret is damaged/);
});
