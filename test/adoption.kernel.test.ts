import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { namespaceName } from "#server/kernel/names.ts";
import { Stranger } from "./adopted.ts";
import { type Host, test as hostTest, netnsDir, run } from "./netns.ts";
import { probe } from "./outside.ts";
import { inTemporaryDirectory, Patchbay } from "./patchbay.ts";
import { joined, network, play, teardown } from "./scene.ts";

/** Strangers end with the test. */
const test = hostTest.extend<{ stranger: (prepare?: string) => Promise<Stranger>; program: Place["program"] }>({
  program: async ({ host: _ }, use) => {
    const started: ChildProcess[] = [];
    await use(async (program, ...args) => {
      const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
      started.push(child);
      return Number((await once(child.stdout, "data")).toString());
    });
    for (const child of started) child.kill("SIGKILL");
  },
  stranger: async ({ host: _ }, use) => {
    const started: Stranger[] = [];
    await use(async (prepare) => {
      const stranger = await Stranger.start("web", prepare);
      started.push(stranger);
      return stranger;
    });
    for (const stranger of started) await stranger.end();
  },
});

const adopt = (source: object): CommandDraft => ({ type: "sandbox.adopt", name: "web", ...source });
const commands = [network("net", 8), ...joined("net", "client")];
const connect: CommandDraft[] = [
  { type: "endpoint.create", network: "net", name: "web" },
  { type: "endpoint.join", endpoint: "net/web", sandbox: "web" },
];
const leave: CommandDraft[] = [
  { type: "endpoint.leave", endpoint: "net/web" },
  { type: "endpoint.delete", endpoint: "net/web" },
];

const sandboxOf = ({ controller }: Patchbay, name = "web") => {
  const found = Object.values(controller.topology.sandboxes).find((sandbox) => sandbox.name === name);
  if (!found) throw new Error(`no sandbox ${name}`);
  return found;
};
const problemOf = (patchbay: Patchbay) => patchbay.controller.state().problems[sandboxOf(patchbay).id]?.message;
const addressesOf = ({ controller }: Patchbay, name: string): string[] => {
  const endpoint = Object.values(controller.topology.endpoints).find((each) => each.name === name);
  return [endpoint?.ipv4, endpoint?.ipv6].flatMap((address) => address?.split("/")[0] ?? []);
};
const refusal = (patchbay: Patchbay, ...drafts: CommandDraft[]) =>
  patchbay.apply(...drafts).then(
    () => "",
    ({ code, message }) => `${code} ${message}`,
  );

test("a process is adopted, reached, released, and as it was", async ({ host, stranger }) => {
  const web = await stranger();
  const before = web.everything();
  await play(host, { commands }, async ({ patchbay, ns }) => {
    await patchbay.apply(adopt({ pid: web.pid }));
    expect(web.everything()).toBe(before);
    await patchbay.apply(...connect);
    expect(await patchbay.missing()).toEqual([]);
    const [ipv4 = "", ipv6 = ""] = addressesOf(patchbay, "web");
    const [clientIpv4, clientIpv6] = addressesOf(patchbay, "client");
    expect(
      await probe(ns("client"), [
        { kind: "tcp", address: ipv4, port: 80 },
        { kind: "tcp", address: ipv6, port: 80 },
      ]),
    ).toEqual([`web ${clientIpv4}`, `web ${clientIpv6}`]);
    expect(web.inside("ip", "route")).toContain("default via 10.8.0.1 dev eth0");
    await patchbay.apply(...leave);
    expect(web.everything()).toBe(before);
    await patchbay.apply(...connect);
    await patchbay.apply(...leave, { type: "sandbox.delete", sandbox: "web" });
    expect(web.everything()).toBe(before);
  });
});

/** Answers over HTTP with whom it saw. */
const httpServer = `require("node:http").createServer((request, response) =>
  response.end("theirs " + request.headers.host + " " + request.socket.remoteAddress)).listen(80, "::", () => console.log("ready"));`;

/** Asks for the page from inside the namespace, by the address that its own resolver knows for the name. */
const httpClient = `const [host, family] = process.argv.slice(1);
  const resolver = new (require("node:dns").Resolver)();
  resolver.setServers(["127.0.0.11"]);
  const answer = (done, all) => (error, [address] = []) => done(error, all ? [{ address, family: Number(family) }] : address, Number(family));
  const lookup = (name, { all }, done) => resolver["resolve" + (family === "6" ? 6 : 4)](name, answer(done, all));
  require("node:http").get({ host, lookup }, (response) => response.pipe(process.stdout));`;

test("an HTTP server is adopted, cabled, reached by name from another sandbox, released, and as it was", async ({
  host,
}) => {
  const web = await Stranger.run(httpServer);
  const before = web.everything();
  await play(host, { commands }, async ({ patchbay, ns }) => {
    await patchbay.apply(adopt({ pid: web.pid }), ...connect);
    const [ipv4, ipv6] = addressesOf(patchbay, "client");
    const ask = (name: string, family: number) =>
      run("ip", "netns", "exec", ns("client"), process.execPath, "-e", httpClient, name, `${family}`);
    expect(ask("web", 4)).toBe(`theirs web ::ffff:${ipv4}`);
    expect(ask("web.net", 6)).toBe(`theirs web.net ${ipv6}`);
    expect(web.inside("ip", "neigh")).toContain(`${ipv4} dev eth0`);
    expect(existsSync(join(host.etcDir, ns("web")))).toBe(false);
    await patchbay.apply(...leave, { type: "sandbox.delete", sandbox: "web" });
    expect(web.everything()).toBe(before);
  });
  await web.end();
});

test("what it has stays: interfaces, default routes, other routes", async ({ host, stranger }) => {
  const prepare = [
    "nft add table inet theirs; nft add chain inet theirs c '{ type filter hook input priority 0; }'",
    "ip link add eth0 type veth peer eth9",
    "ip link set eth9 up",
    "ip addr add 192.0.2.9/24 dev eth0",
    "ip addr add 2001:db8:9::9/64 dev eth0 nodad",
    "ip link set eth0 up",
    "ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent",
    "ip neigh add 2001:db8:9::1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent",
    "ip -6 route add 2001:db8:77::/48 via 2001:db8:9::1",
    "ip -6 rule add from 2001:db8:9::9 lookup 100",
    "ip -6 route add default via 2001:db8:9::1 table 100",
    "sysctl -q -w net.ipv4.conf.eth0.rp_filter=2 net.ipv4.conf.default.accept_redirects=1 net.ipv6.conf.eth0.accept_ra=0",
    "tc qdisc add dev eth0 root handle 1: tbf rate 1mbit burst 10kb latency 50ms",
    "ip route add default via 192.0.2.1",
    "ip route add 10.66.0.0/16 via 192.0.2.1",
    "ip route add unreachable 10.77.0.0/16",
  ].join("; ");
  const web = await stranger(prepare);
  await vi.waitFor(() => expect(web.inside("ip", "-6", "addr")).not.toContain("tentative"), 10_000);
  const before = web.everything();
  await play(host, { commands: [...commands, network("far", 77)] }, async ({ patchbay }) => {
    await patchbay.apply(adopt({ pid: web.pid }));
    await patchbay.apply(...connect);
    expect(web.inside("ip", "route", "show", "default")).toBe("default via 192.0.2.1 dev eth0 \n");
    expect(web.inside("ip", "-6", "route", "show", "default")).toContain("default via fd00:8::1 dev eth1");
    const routed = (route: string): CommandDraft => ({ type: "endpoint.update", endpoint: "net/web", routes: [route] });
    expect(await refusal(patchbay, routed("10.66.0.0/16 via 10.8.0.1"))).toBe(
      "CONFLICT sandbox web came with a route to 10.66.0.0/16 when it was adopted, which stays",
    );
    await patchbay.apply(routed("10.67.0.0/16 via 10.8.0.1"));
    await patchbay.apply(...leave);
    expect(web.everything()).toBe(before);
  });
});

test("by path: only the name is ours, and theirs outlives us", async ({ host }) => {
  const name = `theirs-${host.name}`;
  run("ip", "netns", "add", name);
  try {
    await play(host, { commands }, async ({ patchbay }) => {
      await patchbay.apply(adopt({ netns: join(netnsDir, name) }), ...connect);
      expect(run("ip", "-n", name, "-4", "addr", "show", "eth0")).toContain("10.8.0.3/24");
      expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
      run("ip", "netns", "del", namespaceName(sandboxOf(patchbay).id));
      await patchbay.restart();
      expect(await patchbay.missing()).toEqual([]);
      await patchbay.apply(...leave, { type: "sandbox.delete", sandbox: "web" });
      expect(run("ip", "-n", name, "-o", "link").trim().split("\n")).toHaveLength(1);
    });
  } finally {
    run("ip", "netns", "del", name);
  }
});

test("a process with pids of its own is adopted by the one that the daemon sees", async ({ host, program }) => {
  const tell = "read pid rest < /proc/self/stat; echo $pid; exec sleep 100";
  const pid = await program("unshare", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", tell);
  await play(host, { commands }, async ({ patchbay }) => {
    await patchbay.apply(adopt({ pid }), ...connect);
    const addresses = run("nsenter", `--net=/proc/${pid}/ns/net`, "ip", "-4", "addr", "show", "eth0");
    expect(addresses).toContain("10.8.0.3/24");
    expect(run("cat", `/proc/${pid}/status`)).toMatch(/^NSpid:\t\d+\t1$/m);
  });
});

interface Place {
  /** Runs it until the test ends, and gives its pid as soon as it has written one: by `echo $$` or the like. */
  program: (...argv: string[]) => Promise<number>;
  host: Host;
  folder: string;
  patchbay: Patchbay;
  namespace: string;
}

const ended = async (program: Place["program"]): Promise<number> => {
  const pid = await program("sh", "-c", "echo $$");
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), 10_000);
  return pid;
};

const refused: [string, (place: Place) => object | Promise<object>, unknown][] = [
  ["a pid that nobody has", () => ({ pid: 4194304 }), "NOT_FOUND process PID does not run"],
  ["process 1", () => ({ pid: 1 }), "FORBIDDEN process PID is in the host's own namespace, which is not to be adopted"],
  [
    "the host's namespace",
    ({ host }) => ({ netns: host.path }),
    'FORBIDDEN "PATH" is in the host\'s own namespace, which is not to be adopted',
  ],
  [
    "a sandbox's namespace",
    ({ namespace }) => ({ netns: join(netnsDir, namespace) }),
    "CONFLICT the namespace of PATH is that of sandbox client",
  ],
  [
    "a file",
    ({ folder }) => {
      writeFileSync(join(folder, "file"), "precious");
      return { netns: join(folder, "file") };
    },
    'INVALID_PARAMETER "PATH" is not the file of a network namespace',
  ],
  [
    "a link to a namespace",
    ({ folder, host }) => {
      symlinkSync(host.path, join(folder, "link"));
      return { netns: join(folder, "link") };
    },
    'INVALID_PARAMETER "PATH" is not the file of a network namespace',
  ],
  ["nothing", () => ({ netns: "/run/no/such" }), 'NOT_FOUND "PATH" is not the file of a network namespace'],
  [
    "a process that has ended",
    async ({ program }) => ({ pid: await ended(program) }),
    "NOT_FOUND process PID does not run",
  ],
  [
    "one that nobody has waited for",
    async ({ program }) => {
      const pid = await program("sh", "-c", "sleep 0 & echo $!; exec sleep 100");
      await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toContain(") Z "), 10_000);
      return { pid };
    },
    "NOT_FOUND process PID does not run",
  ],
  [
    "a thread",
    async ({ program }) => {
      const pid = await program(
        "unshare",
        "--net",
        process.execPath,
        "-e",
        "console.log(process.pid); setInterval(() => {}, 1e6)",
      );
      return { pid: Number(readdirSync(`/proc/${pid}/task`).find((tid) => tid !== `${pid}`)) };
    },
    expect.stringMatching(/^INVALID_PARAMETER PID is a thread of process \d+$/),
  ],
  [
    "another process in the host's namespace",
    async ({ host, program }) => ({
      pid: await program("nsenter", `--net=${host.path}`, "sh", "-c", "echo $$; exec sleep 100"),
    }),
    "FORBIDDEN process PID is in the host's own namespace, which is not to be adopted",
  ],
  [
    "the daemon itself",
    () => ({ pid: process.pid }),
    "FORBIDDEN process PID is in the host's own namespace, which is not to be adopted",
  ],
  [
    "a directory",
    ({ folder }) => ({ netns: folder }),
    'INVALID_PARAMETER "PATH" is not the file of a network namespace',
  ],
  [
    "a pipe that nobody writes to",
    ({ folder }) => {
      run("mkfifo", join(folder, "fifo"));
      return { netns: join(folder, "fifo") };
    },
    'INVALID_PARAMETER "PATH" is not the file of a network namespace',
  ],
  [
    "a link to a file",
    ({ folder }) => {
      symlinkSync("/etc/passwd", join(folder, "passwd"));
      return { netns: join(folder, "passwd") };
    },
    'INVALID_PARAMETER "PATH" is not the file of a network namespace',
  ],
  [
    "a path through a file",
    ({ folder }) => {
      writeFileSync(join(folder, "plain"), "");
      return { netns: join(folder, "plain", "ns") };
    },
    'INVALID_PARAMETER "PATH" is not the file of a network namespace',
  ],
  ["a device", () => ({ netns: "/dev/null" }), 'INVALID_PARAMETER "PATH" is not the file of a network namespace'],
  [
    "a link of /proc",
    () => ({ netns: "/proc/self/ns/net" }),
    'INVALID_PARAMETER "PATH" is not the file of a network namespace',
  ],
];

test("a source that is none is refused, and nothing is there that was not before", async ({ host, program }) => {
  await play(host, { commands }, async ({ patchbay, ns }) => {
    const folder = run("mktemp", "-d").trim();
    try {
      for (const [name, make, message] of refused) {
        const source = await make({ program, host, folder, patchbay, namespace: ns("client") });
        const said = await refusal(patchbay, adopt(source));
        const path = "netns" in source ? String(source.netns) : /$^/;
        const pid = "pid" in source ? new RegExp(`\\b${source.pid}\\b`) : /$^/;
        expect.soft(said.replace(path, "PATH").replace(pid, "PID"), name).toEqual(message);
        expect(await patchbay.missing()).toEqual([]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("two processes, a link of their own between them, and somebody in the same namespace: all as it was", async ({
  host,
  stranger,
}) => {
  const [one, two] = [await stranger(), await stranger()];
  const before = [one.everything(), two.everything()];
  const wired = (name: string): CommandDraft[] => [
    { type: "endpoint.create", network: "wire", name },
    { type: "endpoint.join", endpoint: `wire/${name}`, sandbox: name },
  ];
  const plot: CommandDraft[] = [
    { type: "network.create", name: "wire", driver: "ptp", pools: [{ subnet: "10.9.0.0/30" }] },
    adopt({ pid: one.pid }),
    { ...adopt({ pid: two.pid }), name: "two" } as CommandDraft,
    { type: "sandbox.create", name: "guest", mode: "shared", sharedWith: "two" },
    ...wired("web"),
    ...wired("two"),
  ];
  await play(host, { commands: [] }, async ({ patchbay, ns }) => {
    await patchbay.apply(...plot);
    const [address = ""] = addressesOf(patchbay, "two");
    expect(await probe(ns("web"), [{ kind: "tcp", address, port: 80 }])).toEqual([expect.stringMatching(/^web /)]);
    expect(one.inside("ip", "link", "show", "eth0")).toContain("UP");
    await patchbay.apply(
      { type: "sandbox.delete", sandbox: "guest" },
      ...teardown(patchbay.controller.topology).filter(({ type }) => type !== "sandbox.delete"),
      { type: "sandbox.delete", sandbox: "web" },
      { type: "sandbox.delete", sandbox: "two" },
    );
    expect([one.everything(), two.everything()]).toEqual(before);
  });
});

test("what is a sandbox already is no second one", async ({ host, stranger }) => {
  const web = await stranger();
  await play(host, { commands: [adopt({ pid: web.pid })] }, async ({ patchbay }) => {
    expect(await refusal(patchbay, { ...adopt({ pid: web.pid }), name: "twice" } as CommandDraft)).toBe(
      `CONFLICT the namespace of process ${web.pid} (node) is that of sandbox web`,
    );
  });
});

test("its process ends: it is told, and everything can be taken away", async ({ host, stranger }) => {
  const web = await stranger();
  await play(host, { commands: [...commands, adopt({ pid: web.pid }), ...connect] }, async ({ patchbay }) => {
    expect(problemOf(patchbay)).toBeUndefined();
    await web.end();
    await vi.waitFor(
      () => expect(problemOf(patchbay)).toMatch(/^its process \d+ \(.*\) has ended; the namespace is kept/),
      10_000,
    );
    expect(await patchbay.missing()).toEqual([]);
    expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
  });
});

test("a namespace that is nowhere: shown, not tried for ever, refused, deleted", async ({ host, stranger }) => {
  const web = await stranger();
  await inTemporaryDirectory(async (stateDir) => {
    const place = { rootNetns: host.path, netnsDir, stateDir };
    const before = await Patchbay.open(place);
    await before.apply(...commands, adopt({ pid: web.pid }), ...connect);
    await before.close();
    run("ip", "netns", "del", namespaceName(sandboxOf(before).id));
    await web.end();
    const patchbay = await Patchbay.open(place);
    try {
      expect(problemOf(patchbay)).toBe(
        `the namespace of process ${web.pid} (node) is gone: delete the sandbox, or adopt again`,
      );
      expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
      await patchbay.apply(...leave);
      expect(await refusal(patchbay, ...connect)).toMatch(/^CONFLICT sandbox web: the namespace of .* is gone/);
      await patchbay.apply({ type: "sandbox.delete", sandbox: "web" });
      expect(patchbay.controller.state().problems).toEqual({});
      await patchbay.apply(...teardown(patchbay.controller.topology));
    } finally {
      await patchbay.close();
    }
  });
});

test("a process that ends while its sandbox is joined: all of it or nothing, and all can be taken away", async ({
  host,
}) => {
  await play(host, { commands }, async ({ patchbay }) => {
    for (const delayMs of [0, 1, 2, 4, 8, 16, 32]) {
      const web = await Stranger.start("web");
      const ended = new Promise((resolve) => setTimeout(() => resolve(web.end()), delayMs)).then(() => {});
      const outcome = await refusal(patchbay, adopt({ pid: web.pid }), ...connect);
      await ended;
      expect(outcome).toMatch(/^(|NOT_FOUND process \d+ does not run|KERNEL .*)$/);
      expect(await patchbay.missing()).toEqual([]);
      if (outcome === "") await patchbay.apply(...leave, { type: "sandbox.delete", sandbox: "web" });
    }
  });
});

test("a link that is exchanged all the time never leads to its target", async ({ host }) => {
  const name = `victim-${host.name}`;
  run("ip", "netns", "add", name);
  const folder = run("mktemp", "-d").trim();
  const path = join(folder, "swapped");
  const victim = join(netnsDir, name);
  try {
    await play(host, { commands }, async ({ patchbay }) => {
      const swap = `while :; do ln -sfn ${victim} ${path}; rm -f ${path}; : > ${path}; rm -f ${path}; done`;
      const swapper = spawn("sh", ["-c", swap]);
      for (let i = 0; i < 2000; i++) {
        const found = await patchbay.kernel.resolveNamespace({ kind: "path", path });
        expect(found).toMatchObject({ ok: false, rule: "not-a-namespace" });
      }
      swapper.kill("SIGKILL");
      await once(swapper, "exit");
    });
  } finally {
    rmSync(folder, { recursive: true });
    run("ip", "netns", "del", name);
  }
});

test("another Patchbay's sandbox is not taken, whatever its file is called", async ({ host }) => {
  const name = `alias-${host.name}`;
  await play(host, { commands }, async ({ ns, patchbay }) => {
    writeFileSync(join(netnsDir, name), "");
    run("mount", "--bind", join(netnsDir, ns("client")), join(netnsDir, name));
    await inTemporaryDirectory(async (stateDir) => {
      const other = await Patchbay.open({ rootNetns: host.path, netnsDir: join(stateDir, "netns"), stateDir });
      try {
        expect(await refusal(other, adopt({ netns: join(netnsDir, name) }))).toMatch(
          /^CONFLICT the namespace of .* has things of another Patchbay in it$/,
        );
      } finally {
        await other.close();
        run("umount", join(stateDir, "netns"));
      }
    });
    run("umount", join(netnsDir, name));
    rmSync(join(netnsDir, name));
    await patchbay.restart();
  });
});
