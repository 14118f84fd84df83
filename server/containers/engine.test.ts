import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect } from "vitest";
import { type EngineSockets, findContainer } from "./engine.ts";

const id = "3f0c1a2b3c4d".repeat(5);
const running = { Id: id, Name: "/web", State: { Running: true, Pid: 1234 } };

interface Engines {
  /** Starts engines that answer as told and returns where. */
  engines: (answers: Partial<Record<keyof EngineSockets, RequestListener>>) => Promise<EngineSockets>;
}

const test = base.extend<Engines>({
  engines: async ({ task: _ }, use) => {
    const folder = mkdtempSync(join(tmpdir(), "patchbay-engine-"));
    const sockets = { docker: join(folder, "docker.sock"), podman: join(folder, "podman.sock") };
    const servers: ReturnType<typeof createServer>[] = [];
    await use(async (answers) => {
      for (const engine of ["docker", "podman"] as const) {
        const answer = answers[engine];
        if (!answer) continue;
        const server = createServer(answer);
        servers.push(server);
        await new Promise<void>((resolve) => server.listen(sockets[engine], resolve));
      }
      return sockets;
    });
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true });
  },
});

const json =
  (body: unknown, status = 200): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };

const refusalOf = (sockets: EngineSockets) =>
  findContainer(sockets, "web").then(
    (found) => JSON.stringify(found),
    ({ code, message }) => `${code} ${message}`,
  );

test("a container is asked for by name", async ({ engines }) => {
  const asked: (string | undefined)[] = [];
  const sockets = await engines({
    docker: (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      json(running)(request, response);
    },
  });
  expect(await findContainer(sockets, "web")).toEqual({ engine: "docker", name: "web", id, pid: 1234 });
  expect(asked).toEqual(["GET /containers/web/json"]);
});

test("what Docker does not know, Podman may", async ({ engines }) => {
  const sockets = await engines({ docker: json({}, 404), podman: json({ ...running, Name: "web" }) });
  expect(await findContainer(sockets, "web")).toMatchObject({ engine: "podman", name: "web" });
});

test("no engine, and no such container", async ({ engines }) => {
  expect(await refusalOf(await engines({}))).toMatch(/^UNAVAILABLE no container engine is here: there is neither /);
  const sockets = await engines({ docker: json({}, 404) });
  expect(await refusalOf(sockets)).toBe("NOT_FOUND there is no container web in docker");
});

test("an engine that has died", async ({ engines }) => {
  const sockets = await engines({ docker: (request) => request.socket.destroy() });
  expect(await refusalOf(sockets)).toMatch(/^UNAVAILABLE docker does not answer on /);
});

test("one that never ends its answer is not waited for", async ({ engines }) => {
  const sockets = await engines({ docker: (_request, response) => void response.write("{") });
  expect(await refusalOf(sockets)).toMatch(/^UNAVAILABLE docker does not answer on .*: not within 3 s$/);
});

test("a container that does not run", async ({ engines }) => {
  const sockets = await engines({ docker: json({ ...running, State: { Running: false, Pid: 0 } }) });
  expect(await refusalOf(sockets)).toBe("CONFLICT container web of docker does not run");
});

const hostile: [string, RequestListener][] = [
  ["garbage", json("\u0000\u0001<html>")],
  ["a list", json([])],
  ["nothing", json("")],
  ["a server error", json({ message: "boom" }, 500)],
  ["a redirection", json("", 302)],
  ["a pid that is a text", json({ ...running, State: { Running: true, Pid: "1234; reboot" } })],
  ["a negative pid", json({ ...running, State: { Running: true, Pid: -1 } })],
  ["no pid", json({ ...running, State: { Running: true, Pid: 0 } })],
  ["a pid beyond all", json({ ...running, State: { Running: true, Pid: 2 ** 40 } })],
  ["a name for terminals", json({ ...running, Name: "/\u001b[31mred" })],
  ["an id that is a path", json({ ...running, Id: "../../etc/passwd" })],
  [
    "100 MB",
    (_request, response) => {
      let left = 100;
      const more = () => {
        while (left > 0 && !response.destroyed) {
          left -= 1;
          if (!response.write(Buffer.alloc(1 << 20, 32))) return response.once("drain", more);
        }
        return response.end();
      };
      more();
    },
  ],
];

test.for(hostile)("an engine that answers with %s is not believed", async ([, answer], { engines }) => {
  const sockets = await engines({ docker: answer });
  expect(await refusalOf(sockets)).toBe("REMOTE_DRIVER docker gave an answer about the container that makes no sense");
});
