import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect } from "vitest";
import { type EngineSockets, findContainer, listContainers } from "./engine.ts";

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

const hundredMegabytes: RequestListener = (_request, response) => {
  let left = 100;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(Buffer.alloc(1 << 20, 32))) return response.once("drain", more);
    }
    return response.end();
  };
  more();
};

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
  ["100 MB", hundredMegabytes],
];

test.for(hostile)("an engine that answers with %s is not believed", async ([, answer], { engines }) => {
  const sockets = await engines({ docker: answer });
  expect(await refusalOf(sockets)).toBe("REMOTE_DRIVER docker gave an answer about containers that makes no sense");
});

const others = ["a", "b", "c"].map((digit, index) => ({
  Id: digit.repeat(64),
  Name: `/${digit}`,
  State: { Running: true, Pid: 100 + index },
}));
type Told = Omit<Partial<(typeof others)[number]>, "State"> & { State?: object };

/** An engine that lists the containers, and inspects each as it is told. */
const listing =
  (told: readonly Told[]): RequestListener =>
  (request, response) => {
    const id = /^\/containers\/([^/]+)\/json$/.exec(request.url ?? "")?.[1];
    const found = told.find(({ Id }) => Id === id);
    if (request.url === "/containers/json") return json(told.map(({ Id }) => ({ Id })))(request, response);
    return found?.State ? json(found)(request, response) : json({}, 404)(request, response);
  };

test("containers of both engines are listed with their processes; what ends meanwhile is none", async ({ engines }) => {
  const ended = [{ Id: "d".repeat(64) }, { ...others[0], Id: "e".repeat(64), State: { Running: false, Pid: 0 } }];
  const sockets = await engines({
    docker: listing([...others.slice(0, 2), ...ended]),
    podman: listing(others.slice(2)),
  });
  const { containers, silent } = await listContainers(sockets);
  expect(containers.map(({ engine, name, pid }) => `${engine} ${name} ${pid}`).sort()).toEqual([
    "docker a 100",
    "docker b 101",
    "podman c 102",
  ]);
  expect(silent).toEqual([]);
});

test("without engines there are no containers, and nothing is wrong", async ({ engines }) => {
  expect(await listContainers(await engines({}))).toEqual({ containers: [], silent: [] });
});

test("an engine that does not tell is named, and the other's containers are there", async ({ engines }) => {
  const podman = listing(others);
  const docker = (answer: RequestListener) => engines({ docker: answer, podman });
  const dead = await listContainers(await docker((request) => request.socket.destroy()));
  expect(dead.containers).toHaveLength(3);
  expect(dead.silent).toEqual([expect.stringMatching(/^docker does not answer on .*docker\.sock: /)]);
});

test("containers that an engine could tell of in time are there, and the engine is named", async ({ engines }) => {
  const [first] = others;
  const slow: RequestListener = (request, response) =>
    request.url === "/containers/json" || request.url?.includes(first?.Id ?? "")
      ? listing(others)(request, response)
      : undefined;
  const { containers, silent } = await listContainers(await engines({ docker: slow }));
  expect(containers).toMatchObject([{ name: "a" }]);
  expect(silent).toEqual([expect.stringMatching(/not within 3 s$/)]);
});

const hostileLists: [string, RequestListener][] = [
  ["garbage", json("\u0000\u0001<html>")],
  ["an object", json({ Id: "a".repeat(64) })],
  ["an id that is a path", json([{ Id: "../../etc/passwd" }])],
  ["a server error", json({ message: "boom" }, 500)],
  ["nothing of the kind", json({}, 404)],
  ["100 MB", hundredMegabytes],
];

test.for(hostileLists)("an engine that lists %s is not believed", async ([, answer], { engines }) => {
  const nothing = { containers: [], silent: ["docker gave an answer about containers that makes no sense"] };
  expect(await listContainers(await engines({ docker: answer }))).toEqual(nothing);
});
