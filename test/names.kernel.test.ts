import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, vi } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { findSandbox } from "#cnm/lookup.ts";
import { parseCommand } from "#cnm/parse-command.ts";
import { namespaceName } from "#server/kernel/names.ts";
import { privateEtc } from "../scripts/setup/namespaces.mjs";
import { type Host, netnsDir, run, test } from "./netns.ts";
import { inTemporaryDirectory, Patchbay } from "./patchbay.ts";

const web: CommandDraft = { type: "network.create", name: "web", pools: [{ subnet: "10.8.0.0/24" }], enableIpv6: true };
const box: CommandDraft = {
  type: "sandbox.create",
  name: "box",
  hostname: "box.example.com",
  extraHosts: ["printer:10.1.2.3", "outside:host-gateway"],
  dns: { search: ["lab.example.com"] },
};
const connect = (name: string, rest: object = {}): CommandDraft[] => [
  { type: "endpoint.create", network: "web", name, ...rest },
  { type: "endpoint.join", endpoint: `web/${name}`, sandbox: name, createSandbox: true },
];
const leave = (name: string): CommandDraft[] => [
  { type: "endpoint.leave", endpoint: `web/${name}` },
  { type: "endpoint.delete", endpoint: `web/${name}` },
];

interface Scene {
  host: Host;
  patchbay: Patchbay;
  /** The host's own resolv.conf. */
  resolvConf: string;
  /** The directory of a sandbox's files. */
  filesOf(sandbox: string): string;
  /** The command line that runs `ip netns exec` where its /etc/netns is the host's. */
  execLine(sandbox: string, command: string): string[];
  /** What a shell's command line writes in the sandbox. */
  inside(sandbox: string, command: string): string;
}

async function inScene(host: Host, use: (scene: Scene) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const resolvConf = join(stateDir, "resolv.conf");
    writeFileSync(resolvConf, "nameserver 10.0.0.53\nsearch example.com\n");
    const patchbay = await Patchbay.open({ rootNetns: host.path, netnsDir, stateDir, resolvConf });
    const nameOf = (sandbox: string) => namespaceName(findSandbox(patchbay.controller.topology, sandbox).id);
    const execLine = (sandbox: string, command: string) => [
      "unshare",
      "--mount",
      "sh",
      "-ec",
      `[ -d /etc/netns ] || { mkdir -p /run/etc; mount -t tmpfs none /run/etc; ${privateEtc}; }
       mount --bind ${host.etcDir} /etc/netns
       exec ip netns exec ${nameOf(sandbox)} sh -c "$1"`,
      "sh",
      command,
    ];
    const inside = (sandbox: string, command: string) => {
      const [program = "", ...args] = execLine(sandbox, command);
      return run(program, ...args);
    };
    await use({
      host,
      patchbay,
      resolvConf,
      execLine,
      inside,
      filesOf: (sandbox) => join(host.etcDir, nameOf(sandbox)),
    });
    const { networks, sandboxes, endpoints } = patchbay.controller.topology;
    await patchbay.apply(
      ...Object.values(endpoints).flatMap(({ id }): CommandDraft[] => [
        { type: "endpoint.leave", endpoint: id },
        { type: "endpoint.delete", endpoint: id },
      ]),
      ...Object.values(sandboxes).flatMap(({ id, managed }): CommandDraft[] =>
        managed ? [] : [{ type: "sandbox.delete", sandbox: id }],
      ),
      ...Object.values(networks).flatMap(({ id, predefined }): CommandDraft[] =>
        predefined ? [] : [{ type: "network.delete", network: id }],
      ),
    );
    await patchbay.close();
  });
}

test("programs in a sandbox see its own names and servers", async ({ host }) => {
  await inScene(host, async ({ patchbay, inside }) => {
    await patchbay.apply(web, box, ...connect("box"));
    expect(inside("box", "cat /etc/hostname")).toBe("box\n");
    expect(inside("box", "getent hosts printer")).toMatch(/^10\.1\.2\.3\s+printer$/m);
    expect(inside("box", "getent ahostsv4 outside")).toMatch(/^10\.8\.0\.1\s/);
    expect(inside("box", "getent ahostsv4 box.example.com")).toMatch(/^10\.8\.0\.2\s/);
    expect(inside("box", "getent ahostsv6 box")).toMatch(/^fd[0-9a-f:]+\s/);
    expect(inside("box", "cat /etc/resolv.conf")).toMatch(/^nameserver 127\.0\.0\.11\nsearch lab\.example\.com\n/m);
    expect(inside("box", "cat /etc/resolv.conf")).toContain("# ExtServers: [host(10.0.0.53)]\n");
    expect(await patchbay.missing()).toEqual([]);
    expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
    await patchbay.apply(...leave("box"));
    expect(inside("box", "cat /etc/hosts")).toBe("127.0.0.1\tlocalhost\n10.1.2.3\tprinter\n");
    expect(inside("box", "cat /etc/resolv.conf")).toMatch(/^nameserver 10\.0\.0\.53\nsearch lab\.example\.com\n/m);
  });
});

test("a program that runs already sees what is changed", async ({ host }) => {
  await inScene(host, async ({ patchbay, execLine }) => {
    await patchbay.apply(web, box, ...connect("box"));
    const [program = "", ...args] = execLine(
      "box",
      "echo ready; while read name; do getent hosts $name || echo none; done",
    );
    const shell = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface(shell.stdout)[Symbol.asyncIterator]();
    const ask = async (name: string) => {
      shell.stdin.write(`${name}\n`);
      return (await lines.next()).value;
    };
    expect((await lines.next()).value).toBe("ready");
    expect(await ask("printer")).toMatch(/^10\.1\.2\.3 /);
    await patchbay.apply({ type: "sandbox.update", sandbox: "box", extraHosts: ["printer:10.1.2.4"] });
    expect(await ask("printer")).toMatch(/^10\.1\.2\.4 /);
    await patchbay.apply({ type: "sandbox.update", sandbox: "box", extraHosts: [] });
    expect(await ask("printer")).toBe("none");
    const ended = once(shell, "exit");
    shell.stdin.end();
    await ended;
  });
});

test("a link makes the other sandbox known by its alias, as long as it is there", async ({ host }) => {
  await inScene(host, async ({ patchbay, inside }) => {
    await patchbay.apply(web, ...connect("db"), box, ...connect("box", { links: ["db:database"] }));
    expect(inside("box", "getent ahostsv4 database")).toMatch(/^10\.8\.0\.2\s/);
    await patchbay.apply({ type: "endpoint.leave", endpoint: "web/db" });
    expect(inside("box", "getent hosts database || echo none")).toBe("none\n");
    await patchbay.apply({ type: "endpoint.join", endpoint: "web/db", sandbox: "db", createSandbox: true });
    expect(inside("box", "getent ahostsv4 database")).toMatch(/^10\.8\.0\.2\s/);
    await patchbay.apply({ type: "endpoint.update", endpoint: "web/box", links: [] });
    expect(inside("box", "getent hosts database || echo none")).toBe("none\n");
  });
});

test("what a person has edited stays, is told, and no plan speaks of it", async ({ host }) => {
  await inScene(host, async ({ patchbay, inside, filesOf }) => {
    await patchbay.apply(web, box);
    const path = join(filesOf("box"), "hosts");
    writeFileSync(path, "127.0.0.1\tlocalhost\n10.9.9.9\tmine\n");
    const planned = await patchbay.controller.plan(connect("box").map(parseCommand));
    expect(planned.steps.filter((line) => line.includes(filesOf("box")))).toEqual([
      expect.stringContaining("/resolv.conf <<'END'"),
    ]);
    await patchbay.apply(...connect("box"));
    expect(inside("box", "getent hosts mine")).toMatch(/^10\.9\.9\.9\s/);
    expect(await patchbay.missing()).toEqual([]);
    rmSync(path);
    expect(await patchbay.restart()).toMatchObject({ repaired: 1 });
    expect(inside("box", "getent hosts mine; getent ahostsv4 box")).toMatch(/^10\.8\.0\.2\s/);
  });
});

test("each edit by hand is an event, and so is its end; what Patchbay writes is none", async ({ host }) => {
  await inScene(host, async ({ patchbay, filesOf }) => {
    const { controller } = patchbay;
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const events = controller.watch(null, stop.signal);
    expect((await events.next()).value?.event).toMatchObject({ type: "state", state: { edited: {} } });
    const next = async () => {
      for (;;) {
        const { value } = await events.next();
        if (value?.event.type === "files.edited") return value.event.edited;
      }
    };
    await patchbay.apply(web, box, ...connect("box"));
    const { id } = findSandbox(controller.topology, "box");
    const path = join(filesOf("box"), "hosts");
    const before = readFileSync(path);
    const times = [];
    for (const line of ["10.9.9.9\tmine\n", "10.9.9.8\ttheirs\n"]) {
      appendFileSync(path, line);
      const changedAt = statSync(path).mtime.toISOString();
      times.push(changedAt);
      expect(await next()).toEqual({ [id]: { hosts: changedAt } });
      expect(controller.state().edited).toEqual({ [id]: { hosts: changedAt } });
    }
    expect(new Set(times).size).toBe(2);
    writeFileSync(path, before);
    expect(await next()).toEqual({});
  });
});

test("the host's resolv.conf is followed, whichever way it changes, but for what a person has edited", async ({
  host,
}) => {
  await inScene(host, async ({ patchbay, resolvConf, filesOf }) => {
    await patchbay.apply(box, { type: "sandbox.create", name: "other" });
    const edited = join(filesOf("other"), "resolv.conf");
    writeFileSync(edited, "nameserver 9.9.9.9\n");
    const follows = (server: string) =>
      vi.waitFor(
        () => expect(readFileSync(join(filesOf("box"), "resolv.conf"), "utf8")).toContain(`nameserver ${server}\n`),
        { timeout: 5000, interval: 50 },
      );
    writeFileSync(resolvConf, "nameserver 10.0.0.54\n");
    await follows("10.0.0.54");
    writeFileSync(`${resolvConf}.new`, "nameserver 10.0.0.55\n");
    renameSync(`${resolvConf}.new`, resolvConf);
    await follows("10.0.0.55");
    rmSync(resolvConf);
    await follows("8.8.8.8");
    mkdirSync(`${resolvConf}.d`);
    writeFileSync(join(`${resolvConf}.d`, "real"), "nameserver 10.0.0.56\n");
    symlinkSync(join(`${resolvConf}.d`, "real"), resolvConf);
    await follows("10.0.0.56");
    writeFileSync(join(`${resolvConf}.d`, "real"), "nameserver 10.0.0.57\n");
    await follows("10.0.0.57");
    expect(readFileSync(edited, "utf8")).toBe("nameserver 9.9.9.9\n");
    expect(await patchbay.missing()).toEqual([]);
    const { entries } = await patchbay.store.listHistory({ verb: "daemon.reconcile" }, { limit: 1 });
    expect(entries[0]).toMatchObject({ outcome: "applied", summary: "made the host equal to the intent: 1 steps" });
  });
});

test("what is in the way of a file fails the change, and nothing of it stays", async ({ host }) => {
  await inScene(host, async ({ patchbay, filesOf }) => {
    await patchbay.apply(web, box);
    const path = join(filesOf("box"), "hosts");
    const victim = join(filesOf("box"), "victim");
    writeFileSync(victim, "precious\n");
    rmSync(path);
    symlinkSync(victim, path);
    await expect(patchbay.apply(...connect("box"))).rejects.toMatchObject({ code: "KERNEL" });
    expect(readFileSync(victim, "utf8")).toBe("precious\n");
    expect(patchbay.controller.topology.endpoints).toEqual({});
    for (const name of [path, victim]) rmSync(name);
    await patchbay.apply(...connect("box"));
    expect(await patchbay.missing()).toEqual([]);
  });
});
