import { createServer } from "node:http";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { Stranger } from "../test/adopted.ts";
import { test } from "../test/netns.ts";
import { inTemporaryDirectory } from "../test/patchbay.ts";
import { type CommandLine, withCommandLine } from "./cli.fixture.ts";

/** A container engine that says of every container that this process is its first, when it is told. */
async function withEngine(pid: () => number | Promise<number>, use: () => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (folder) => {
    const Id = "3f".repeat(32);
    const engine = createServer(async ({ url }, response) => {
      const container = { Id, Name: "/db", State: { Running: true, Pid: await pid() } };
      response.end(JSON.stringify(url === "/containers/json" ? [{ Id }] : container));
    });
    const socket = join(folder, "docker.sock");
    await new Promise<void>((resolve) => engine.listen(socket, resolve));
    vi.stubEnv("PATCHBAY_DOCKER_SOCKET", socket);
    try {
      await use();
    } finally {
      vi.unstubAllEnvs();
      engine.closeAllConnections();
      engine.close();
    }
  });
}

const refusal = async ({ run }: CommandLine, ...source: string[]) =>
  (await run(["sandbox", "adopt", "db", ...source])).err;

test("a process and a container are adopted by name, listed, inspected and given back", async ({ host }) => {
  const stranger = await Stranger.start("db");
  let pid = () => stranger.pid;
  await withEngine(
    () => pid(),
    () =>
      withCommandLine(host, async (line) => {
        const { done } = line;
        expect(await done("sandbox", "adoptable")).toMatch(
          new RegExp(`^--container db +db, container of docker +process ${stranger.pid} \\(node\\); lo +yes$`, "m"),
        );
        await done("sandbox", "adopt", "db", "--container", "db", "--label", "team=blue");
        expect(await done("sandbox", "adoptable")).toMatch(
          /^- +db, container of docker .* no: .* is that of sandbox db$/m,
        );
        expect(JSON.parse(await done("sandbox", "adoptable", "--json")).namespaces).toContainEqual(
          expect.objectContaining({ source: { container: "db" }, verdict: expect.objectContaining({ ok: false }) }),
        );
        expect(await done("sandbox", "ls")).toMatch(/ db +adopted +no +container db of docker$/m);
        expect(JSON.parse(await done("sandbox", "inspect", "db"))).toMatchObject([
          {
            processRuns: true,
            sandbox: { mode: "adopted", origin: { source: { kind: "container", pid: stranger.pid, program: "node" } } },
          },
        ]);
        await done("sandbox", "rm", "db");
        expect(await done("sandbox", "adopt", "db", "--pid", `${stranger.pid}`, "--dry-run")).toMatch(
          /^ip netns attach pb-[0-9a-f]{12} \d+$/,
        );

        pid = () => 1;
        expect(await refusal(line, "--container", "db")).toMatch(
          /container db \(process 1\) is in the host's own namespace/,
        );
        const turns = [stranger.pid, process.pid];
        pid = () => turns.shift() ?? 0;
        expect(await refusal(line, "--container", "db")).toMatch(/container db has been started anew meanwhile/);
        expect(await done("history", "--verb", "sandbox.adopt")).toMatch(
          /adopted sandbox db from container db of docker/,
        );
      }),
  );
  await stranger.end();
});

test("an engine that takes its time keeps nobody waiting but who asked it", async ({ host }) => {
  const stranger = await Stranger.start("db");
  let answer: (pid: number) => void = () => {};
  const pid = new Promise<number>((resolve) => {
    answer = resolve;
  });
  await withEngine(
    () => pid,
    () =>
      withCommandLine(host, async ({ daemon }) => {
        const adopted = daemon.admin("mutation", "sandbox.adopt", { name: "db", container: "db" });
        await daemon.admin("mutation", "network.create", { name: "meanwhile" });
        answer(stranger.pid);
        await adopted;
        const { entries } = await daemon.admin<{ entries: object[] }>("query", "history.list", { limit: 2 });
        expect(entries).toMatchObject([{ verb: "sandbox.adopt" }, { verb: "network.create" }]);
      }),
  );
  await stranger.end();
});

test("what is wrong with the source is said", async ({ host }) => {
  await withCommandLine(host, async (line) => {
    expect(await refusal(line)).toBe("patchbay: one of pid, netns and container must be given, not none\n");
    expect(await refusal(line, "--pid", "0")).toMatch(/^patchbay: --pid: must be at least 1\n/);
    expect(await refusal(line, "--pid", "x")).toMatch(/It must be the number of a process/);
    expect(await refusal(line, "--container", "../x")).toMatch(/must be the name or id of a container/);
    expect(await refusal(line, "--pid", "1", "--netns", "/x")).toMatch(/must be given, not 2/);
    expect(await refusal(line, "--container", "db")).toMatch(/no container engine is here/);
  });
});
