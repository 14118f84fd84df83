import { expect } from "vitest";
import type { Role } from "#cnm/history.ts";
import { appRouter } from "#server/router/index.ts";
import { type Answer, Daemon } from "./daemon.ts";
import { netnsDir, test } from "./netns.ts";
import { inTemporaryDirectory } from "./patchbay.ts";

/** Who may call what. A procedure that is not here fails the test: deciding who may call it is part of writing it. */
const table: Record<string, Role | "public"> = {
  "auth.status": "public",
  "auth.setup": "public",
  "user.list": "admin",
  "user.create": "admin",
  "user.setRole": "admin",
  "user.setPassword": "admin",
  "user.delete": "admin",
  "network.list": "viewer",
  "network.inspect": "viewer",
  "network.create": "operator",
  "network.update": "operator",
  "network.delete": "operator",
  "sandbox.list": "viewer",
  "sandbox.inspect": "viewer",
  "sandbox.routes": "viewer",
  "sandbox.files": "viewer",
  "sandbox.dns": "viewer",
  "sandbox.adoptable": "admin",
  "sandbox.create": "operator",
  "sandbox.adopt": "admin",
  "sandbox.update": "operator",
  "sandbox.delete": "operator",
  "sandbox.exec": "admin",
  "endpoint.list": "viewer",
  "endpoint.inspect": "viewer",
  "endpoint.create": "operator",
  "endpoint.update": "operator",
  "endpoint.join": "operator",
  "endpoint.leave": "operator",
  "endpoint.delete": "operator",
  "ipam.list": "viewer",
  "firewall.list": "viewer",
  "topology.get": "viewer",
  "topology.plan": "viewer",
  "topology.change": "operator",
  "topology.layout": "operator",
  "topology.watch": "viewer",
  "history.list": "viewer",
  "history.show": "viewer",
  "history.verify": "viewer",
  "system.status": "viewer",
};

const ranks = ["public", "viewer", "operator", "admin"];
const password = "correct horse battery";

test("every procedure is open to exactly whom the table says, over raw HTTP", async ({ host }) => {
  // At run time tRPC keeps the procedures flat, under their full paths.
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;
  expect(Object.keys(procedures).sort()).toEqual(Object.keys(table).sort());
  await withDaemon(host.path, async (daemon) => {
    const cookies: Record<string, string> = { public: "" };
    await daemon.web({
      path: "/api/trpc/auth.setup",
      method: "POST",
      body: { token: daemon.setupToken, username: "admin", password },
    });
    for (const role of ["viewer", "operator"] as const)
      await daemon.admin("mutation", "user.create", { username: role, password, role });
    for (const role of ["viewer", "operator", "admin"]) cookies[role] = await signIn(daemon, role);
    for (const [path, needed] of Object.entries(table))
      for (const role of ranks) {
        const method = procedures[path]?._def.type === "mutation" ? "POST" : "GET";
        const allowed = ranks.indexOf(role) >= ranks.indexOf(needed);
        // Allowed calls get an input that is refused before anything happens, or a read.
        if (allowed && path === "topology.watch") continue;
        const answer = await daemon.web({
          path: `/api/trpc/${path}`,
          method,
          body: method === "POST" ? { nonsense: 1 } : undefined,
          headers: { cookie: cookies[role] ?? "" },
        });
        const refused = role === "public" ? 401 : 403;
        if (allowed) expect([401, 403], `${role} ${path}: ${answer.body}`).not.toContain(answer.status);
        // A stream has begun when it is refused: the refusal is its only event.
        else if (path === "topology.watch") expect(answer.body).toContain(`"httpStatus":${refused}`);
        else expect(answer.status, `${role} ${path}: ${answer.body}`).toBe(refused);
      }
    expect((await daemon.web({ path: "/api/trpc/user.list", headers: { cookie: `${cookies.admin}x` } })).status).toBe(
      401,
    );
  });
});

test("an adoption needs the administrator, whichever procedure it comes by, and so does its plan", async ({ host }) => {
  await withDaemon(host.path, async (daemon) => {
    const cookies: Record<string, string> = {};
    for (const role of ["viewer", "operator", "admin"] as const) {
      await daemon.admin("mutation", "user.create", { username: role, password, role });
      cookies[role] = await signIn(daemon, role);
    }
    const commands = [
      { type: "network.create", name: "net" },
      { type: "sandbox.adopt", name: "web", pid: 1 },
    ];
    const ask = async (role: string, procedure: string) => {
      const headers = { cookie: cookies[role] ?? "" };
      const input = `?input=${encodeURIComponent(JSON.stringify({ commands }))}`;
      const path = `/api/trpc/${procedure}`;
      const isPlan = procedure === "topology.plan";
      const answer = await daemon.web(
        isPlan ? { path: path + input, headers } : { path, method: "POST", body: { commands }, headers },
      );
      return JSON.parse(answer.body).error.data.cnm;
    };
    for (const procedure of ["topology.plan", "topology.change"]) {
      expect(await ask("operator", procedure)).toMatchObject({
        code: "FORBIDDEN",
        message: expect.stringContaining("needs the role admin; you are operator"),
        details: { rule: "role-adopts" },
      });
      expect(await ask("admin", procedure)).toMatchObject({ details: { rule: "namespace-is-the-hosts" } });
    }
    expect(await ask("viewer", "topology.plan")).toMatchObject({ details: { rule: "role-adopts" } });
    const { entries } = await daemon.admin<{ entries: object[] }>("query", "history.list", {
      filter: { outcome: "denied" },
    });
    expect(entries).toMatchObject([
      { verb: "topology.plan", actor: { name: "viewer" } },
      { verb: "topology.change", actor: { name: "operator" } },
      { verb: "topology.plan", actor: { name: "operator" } },
    ]);
    expect(await daemon.admin("query", "network.list")).toHaveLength(2);
  });
});

test("a session is dead as soon as the person signs out or gets another role", async ({ host }) => {
  await withDaemon(host.path, async (daemon) => {
    await daemon.web({
      path: "/api/trpc/auth.setup",
      method: "POST",
      body: { token: daemon.setupToken, username: "admin", password },
    });
    const list = (cookie: string) => daemon.web({ path: "/api/trpc/user.list", headers: { cookie } });
    const first = await signIn(daemon, "admin");
    expect((await list(first)).status).toBe(200);
    const watched = daemon.web({ path: "/api/trpc/topology.watch", headers: { cookie: first } });
    await daemon.web({ path: "/api/auth/sign-out", method: "POST", body: {}, headers: { cookie: first } });
    expect((await list(first)).status).toBe(401);
    // The stream ends by itself, without another request.
    expect((await watched).body).toContain("event: connected");
    await daemon.admin("mutation", "user.create", { username: "second", password, role: "admin" });
    const second = await signIn(daemon, "second");
    expect((await list(second)).status).toBe(200);
    await daemon.admin("mutation", "user.setRole", { username: "second", role: "viewer" });
    expect([401, 403]).toContain((await list(second)).status);
  });
});

test("what is done to users is in history, and so is what was refused", async ({ host }) => {
  await withDaemon(host.path, async (daemon) => {
    const ada = { username: "ada", password, role: "admin" };
    await daemon.admin("mutation", "user.create", ada);
    await expect(daemon.admin("mutation", "user.create", ada)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(daemon.admin("mutation", "user.delete", { username: "ada" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    const { entries } = await daemon.admin<{ entries: object[] }>("query", "history.list", { limit: 3 });
    expect(entries).toMatchObject([
      { verb: "user.delete", outcome: "refused", error: "this is the last administrator" },
      { verb: "user.create", outcome: "refused", error: 'there is a user "ada" already' },
      { verb: "user.create", outcome: "applied", actor: { name: "root" }, source: "cli", error: null },
    ]);
    expect(JSON.stringify(entries)).not.toContain(password);
  });
});

test("only requests of the console itself are let in", async ({ host }) => {
  await withDaemon(host.path, async (daemon) => {
    const refused = async (headers: Record<string, string>) =>
      (await daemon.web({ path: "/api/trpc/auth.status", headers })).status;
    expect(await refused({})).toBe(200);
    expect(await refused({ host: "evil.example" })).toBe(403);
    expect(await refused({ origin: "http://evil.example" })).toBe(403);
    expect(await refused({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect((await daemon.web({ path: "/api/trpc/../secret" })).status).toBe(404);
    expect((await daemon.web({ path: "/" })).status).toBe(404);
  });
});

test("truncated, oversized and hostile bodies are refused and change nothing", async ({ host }) => {
  await withDaemon(host.path, async (daemon) => {
    const post = (body: string) => daemon.web({ path: "/api/trpc/auth.setup", method: "POST", body });
    expect((await post('{"token":"abc')).status).toBe(400);
    expect((await post(`"${"x".repeat(2 << 20)}"`).catch(() => ({ status: 413 }))).status).toBe(413);
    expect((await post('{"__proto__":{"role":"admin"},"token":1}')).status).toBe(400);
    expect(await daemon.admin("query", "network.list")).toHaveLength(2);
  });
});

async function signIn(daemon: Daemon, username: string): Promise<string> {
  const answer: Answer = await daemon.web({
    path: "/api/auth/sign-in/username",
    method: "POST",
    body: { username, password },
  });
  expect(answer.status, answer.body).toBe(200);
  const set = answer.headers["set-cookie"] ?? [];
  return (Array.isArray(set) ? set : [set]).map((cookie) => cookie.split(";")[0]).join("; ");
}

async function withDaemon(rootNetns: string, use: (daemon: Daemon) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const daemon = await Daemon.start({ rootNetns, netnsDir, stateDir });
    try {
      await use(daemon);
    } finally {
      await daemon.stop();
    }
  });
}
