import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { type AdoptableNamespace, type Discovery, titleOf } from "#cnm/adoptable.ts";
import { discover } from "#server/controller/discovery.ts";
import { sightNamespaces } from "#server/kernel/sighting.ts";
import { Stranger } from "./adopted.ts";
import { test as hostTest, netnsDir, run } from "./netns.ts";
import type { Patchbay } from "./patchbay.ts";
import { joined, network, play } from "./scene.ts";

/** Strangers, and names that are no sandbox's, end with the test. */
const test = hostTest.extend<{
  stranger: (program?: string) => Promise<Stranger>;
  /** The path of a file in the netns directory that a shell's command line has made. */
  named: (name: string, make: (path: string) => void) => string;
}>({
  stranger: async ({ host: _ }, use) => {
    const started: Stranger[] = [];
    await use(async (program) => {
      const stranger = program === undefined ? await Stranger.start("web") : await Stranger.run(program);
      started.push(stranger);
      return stranger;
    });
    for (const stranger of started) await stranger.end();
  },
  named: async ({ host }, use) => {
    const paths: string[] = [];
    await use((name, make) => {
      const path = join(netnsDir, `${name}-${host.name}`);
      paths.push(path);
      make(path);
      return path;
    });
    for (const path of paths) {
      run("sh", "-c", `umount "$0" 2>/dev/null; true`, path);
      rmSync(path, { force: true });
    }
  },
});

const look = ({ controller, kernel }: Patchbay): Promise<Discovery> =>
  discover(controller.topology, {
    kernel,
    namespaceKey: kernel.namespaceKey,
    listContainers: async () => ({ containers: [], silent: [] }),
  });

const rowOf = ({ namespaces }: Discovery, of: number | string): AdoptableNamespace | undefined =>
  namespaces.find(({ oldest, names }) => (typeof of === "number" ? oldest?.pid === of : names.includes(of)));
const refusalOf = (discovery: Discovery, of: number | string): string => {
  const verdict = rowOf(discovery, of)?.verdict;
  return verdict && !verdict.ok ? verdict.message : `it can be adopted, or is not there: ${JSON.stringify(verdict)}`;
};
const addName = (path: string) => run("ip", "netns", "add", path.slice(netnsDir.length + 1));

test("processes and names are found, one row a namespace; those of sandboxes and the host's are refused", async ({
  host,
  stranger,
  named,
}) => {
  const [free, taken] = [await stranger(), await stranger()];
  const guest = spawn("nsenter", [`--net=/proc/${free.pid}/ns/net`, "sleep", "100"]);
  await once(guest, "spawn");
  const empty = named("empty", addName);
  const alias = named("alias", (path) => {
    writeFileSync(path, "");
    run("mount", "--bind", `/proc/${taken.pid}/ns/net`, path);
  });
  await play(host, { commands: [network("net", 8), ...joined("net", "client")] }, async ({ patchbay, ns, serve }) => {
    const quiet = await look(patchbay);
    expect(rowOf(quiet, free.pid)).toMatchObject({
      containers: [],
      names: [],
      source: { pid: free.pid },
      program: "node",
      interfaces: ["lo"],
      verdict: { ok: true },
    });
    expect(rowOf(quiet, empty)).toMatchObject({
      oldest: null,
      processes: 0,
      source: { netns: empty },
      verdict: { ok: true },
    });
    expect(rowOf(quiet, alias)).toMatchObject({ oldest: { pid: taken.pid }, processes: 1, source: { netns: alias } });
    expect(refusalOf(quiet, host.path)).toMatch(/is in the host's own namespace, which is not to be adopted$/);
    expect(rowOf(quiet, join(netnsDir, ns("client")))).toBeUndefined();

    await patchbay.apply({ type: "sandbox.adopt", name: "web", pid: taken.pid });
    await serve(["client"], { tcp: [80], udp: [] });
    const later = await look(patchbay);
    expect(refusalOf(later, taken.pid)).toMatch(/^the namespace of .* is that of sandbox web$/);
    expect(later.namespaces.filter(({ verdict }) => !verdict.ok && verdict.message.endsWith("sandbox client"))).toEqual(
      [expect.objectContaining({ processes: 1, names: [], program: "node" })],
    );
    const first = later.namespaces.findIndex(({ verdict }) => !verdict.ok);
    expect(later.namespaces.slice(first).every(({ verdict }) => !verdict.ok)).toBe(true);
  });
  guest.kill("SIGKILL");
  await once(guest, "exit");
});

test("as many processes as are in a namespace are counted, and the one that runs the longest stands for them", async ({
  stranger,
}) => {
  const web = await stranger();
  const guests = [1, 2, 3].map(() => spawn("nsenter", [`--net=/proc/${web.pid}/ns/net`, "sleep", "100"]));
  await Promise.all(guests.map((guest) => once(guest, "spawn")));
  const place = (found: Awaited<ReturnType<typeof sightNamespaces>>) =>
    found.processes.find(({ pid }) => pid === web.pid)?.namespace;
  await expect
    .poll(async () => {
      const found = await sightNamespaces(netnsDir);
      return found.processes.filter(({ namespace }) => namespace === place(found)).length;
    })
    .toBe(4);
  const { processes } = await sightNamespaces(netnsDir);
  const times = processes.filter(({ pid }) => [web.pid, ...guests.map((guest) => guest.pid)].includes(pid));
  expect(Math.min(...times.map(({ startTime }) => startTime))).toBe(
    times.find(({ pid }) => pid === web.pid)?.startTime,
  );
  for (const guest of guests) {
    guest.kill("SIGKILL");
    await once(guest, "exit");
  }
});

test("what is no network namespace in the directory of names is none, and nothing is waited for", async ({
  host,
  named,
}) => {
  const paths = [
    named("file", (path) => writeFileSync(path, "precious")),
    named("link", (path) => symlinkSync(host.path, path)),
    named("fifo", (path) => run("mkfifo", path)),
    named("uts", (path) => run("sh", "-c", `: > "$0"; mount --bind /proc/self/ns/uts "$0"`, path)),
  ];
  const odd = named("odd\u001b[2J\n<img src=x>", addName);
  await play(host, { commands: [] }, async ({ patchbay }) => {
    const found = await look(patchbay);
    expect(paths.filter((path) => rowOf(found, path))).toEqual([]);
    const row = rowOf(found, odd);
    expect(row).toMatchObject({ source: { netns: odd }, verdict: { ok: true } });
    expect(row && titleOf(row)).toContain("odd\\u001b[2J\\n<img src=x>");
  });
});

test("another Patchbay's sandbox is shown as such", async ({ host }) => {
  const name = "pb-0123456789ab";
  await play(host, { commands: [] }, async ({ patchbay }) => {
    run("ip", "netns", "add", name);
    expect(refusalOf(await look(patchbay), join(netnsDir, name))).toMatch(/ is pb-0123456789ab of another Patchbay$/);
    run("ip", "netns", "del", name);
  });
});

test("what a program calls itself is data", async ({ host, stranger }) => {
  const hostile = await stranger(
    'process.title = "\\u001b[31m<b>\\n) R 1"; console.log("ready"); setInterval(() => {}, 1e6)',
  );
  await play(host, { commands: [] }, async ({ patchbay }) => {
    const row = rowOf(await look(patchbay), hostile.pid);
    expect(row).toMatchObject({ oldest: { command: "\u001b[31m<b>\n) R 1" }, program: "node", verdict: { ok: true } });
    expect(row && titleOf(row)).toBe('node ("\\u001b[31m<b>\\n) R 1")');
  });
});

test("processes that come and go while it looks do not disturb it", async ({ host, stranger }) => {
  const web = await stranger();
  await play(host, { commands: [] }, async ({ patchbay }) => {
    const storm = spawn("sh", ["-c", "while :; do unshare --net true & unshare --net true & wait; done"]);
    const over = once(storm, "exit");
    for (let i = 0; i < 20; i++) expect(rowOf(await look(patchbay), web.pid)).toMatchObject({ verdict: { ok: true } });
    storm.kill("SIGKILL");
    await over;
  });
});

test("processes that the daemon may not look at are counted", async ({ stranger }) => {
  const web = await stranger();
  const module = fileURLToPath(new URL("../server/kernel/sighting.ts", import.meta.url));
  const script = `import { sightNamespaces } from ${JSON.stringify(module)};
    console.log(JSON.stringify(await sightNamespaces(${JSON.stringify(netnsDir)})));`;
  const weak = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", process.execPath];
  const [program = "", ...args] = [...weak, "--input-type=module", "--eval", script];
  const found: Awaited<ReturnType<typeof sightNamespaces>> = JSON.parse(run(program, ...args));
  expect(found.hidden).toBeGreaterThan(0);
  expect(found.processes.map(({ pid }) => pid)).not.toContain(web.pid);
});
