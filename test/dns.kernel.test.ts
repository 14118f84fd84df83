import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, vi } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { viewOf } from "#cnm/resolver.ts";
import { namespaceName } from "#server/kernel/names.ts";
import { asks, asksFor, Upstream } from "./dns.ts";
import { type Host, netnsDir, test } from "./netns.ts";
import { Outside, wire } from "./outside.ts";
import { inTemporaryDirectory, Patchbay } from "./patchbay.ts";

const pools = [{ subnet: "10.8.0.0/24" }, { subnet: "fd00:8::/64" }];
const web: CommandDraft = { type: "network.create", name: "web", enableIpv6: true, pools };
const back: CommandDraft = { type: "network.create", name: "Back", pools: [{ subnet: "10.9.0.0/24" }] };
const secret: CommandDraft = {
  type: "network.create",
  name: "secret",
  internal: true,
  pools: [{ subnet: "10.10.0.0/24" }],
};

const member = (network: string, name: string, rest: object = {}): CommandDraft[] => [
  { type: "endpoint.create", network, name, ...rest },
  { type: "endpoint.join", endpoint: `${network}/${name}`, sandbox: name, createSandbox: true },
];

interface Place {
  patchbay: Patchbay;
  /** The namespace of a sandbox. */
  ns: (name: string) => string;
  /** The file that plays the host's. */
  resolvConf: string;
}

/** A daemon with these networks and members; its resolv.conf names `servers`. */
async function running(
  host: Host,
  { drafts, servers = [] }: { drafts: CommandDraft[]; servers?: string[] },
  use: (place: Place) => Promise<void>,
): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const resolvConf = join(stateDir, "resolv.conf");
    writeFileSync(resolvConf, servers.map((server) => `nameserver ${server}\n`).join(""));
    const patchbay = await Patchbay.open({ rootNetns: host.path, netnsDir, stateDir, resolvConf });
    try {
      await patchbay.apply(...drafts);
      await use({ patchbay, resolvConf, ns: (name) => namespaceName(idOf(patchbay, name)) });
    } finally {
      await removeAll(patchbay);
      await patchbay.close();
    }
  });
}

function idOf(patchbay: Patchbay, name: string): string {
  return Object.values(patchbay.controller.topology.sandboxes).find((sandbox) => sandbox.name === name)?.id ?? "";
}

async function removeAll(patchbay: Patchbay): Promise<void> {
  const { networks, endpoints, sandboxes } = patchbay.controller.topology;
  for (const { id, attachment } of Object.values(endpoints)) {
    if (attachment) await patchbay.apply({ type: "endpoint.leave", endpoint: id });
    await patchbay.apply({ type: "endpoint.delete", endpoint: id });
  }
  for (const { id, managed } of Object.values(sandboxes))
    if (!managed) await patchbay.apply({ type: "sandbox.delete", sandbox: id });
  for (const { id, predefined } of Object.values(networks))
    if (!predefined) await patchbay.apply({ type: "network.delete", network: id });
}

const three = [
  web,
  ...member("web", "a", { aliases: ["db"] }),
  ...member("web", "b", { aliases: ["DB", "Cache.main"], expose: ["5353/udp"], publish: ["8080:80"] }),
];

/** Runs with a machine outside, whose DNS servers `serve` starts at its addresses. */
async function withOutside(
  host: Host,
  use: (serve: (address: string, ...manner: string[]) => Promise<Upstream>) => Promise<void>,
): Promise<void> {
  const outside = new Outside(host);
  const upstreams: Upstream[] = [];
  const addresses = new Set<string>([wire.outside[4], wire.outside[6]]);
  try {
    await use(async (address, ...manner) => {
      if (!addresses.has(address)) outside.ip("addr", "add", `${address}/32`, "dev", "lo");
      const upstream = await Upstream.start(outside.name, address, ...manner);
      upstreams.push(upstream);
      return upstream;
    });
  } finally {
    for (const upstream of upstreams) upstream.close();
    outside.close();
  }
}

const alone = [web, ...member("web", "a")];
const [second, third] = ["198.51.100.2", "198.51.100.3"];

describe("what no network knows", () => {
  test("is asked of the host's server, by its kind of transport, and what it says is passed on", async ({ host }) => {
    await withOutside(host, async (serve) => {
      const upstream = await serve(wire.outside[4]);
      await running(host, { drafts: alone, servers: [wire.outside[4]] }, async ({ patchbay, ns }) => {
        const questions = [
          "example.org",
          { name: "Example.org", transport: "tcp" as const },
          { name: "example.org", type: "MX" as const },
          "nowhere.example.org",
          "long.example.org",
          { name: "long.example.org", edns: 4096 },
          { name: "long.example.org", transport: "tcp" as const },
        ];
        expect(await asks(ns("a"), questions)).toEqual([
          "NOERROR: A 203.0.113.1",
          "NOERROR: A 203.0.113.1",
          "NOERROR",
          "NXDOMAIN",
          "TC NOERROR",
          "NOERROR: 100 records",
          "NOERROR: 100 records",
        ]);
        expect(new Set(upstream.asked.map((line) => line.split(" ").at(-1)))).toEqual(new Set([wire.host[4]]));
        expect(upstream.asked.toSorted()).toContain(`tcp Example.org A ${wire.host[4]}`);
        const state = await patchbay.dns.state(ns("a"));
        expect(state?.upstreams).toEqual([{ address: wire.outside[4], from: "host" }]);
        expect(state?.queries.find(({ type }) => type === "MX")).toMatchObject({
          name: "example.org",
          upstream: wire.outside[4],
          rcode: "NOERROR",
        });
      });
    });
  });

  test("is never what the resolver knows", async ({ host }) => {
    await withOutside(host, async (serve) => {
      const upstream = await serve(wire.outside[6]);
      await running(host, { drafts: alone, servers: [wire.outside[6]] }, async ({ ns }) => {
        const known = ["a", "a.web", { name: "a", type: "TXT" as const }, { name: "2.0.8.10.in-addr.arpa" }];
        await asks(ns("a"), [...known, "the.end"]);
        expect(upstream.asked).toEqual([`udp the.end A ${wire.host[6]}`]);
      });
    });
  });

  test("is asked of the next server if one refuses, fails, is not there or says nothing", async ({ host }) => {
    await withOutside(host, async (serve) => {
      const failing = await serve(wire.outside[4], "servfail");
      const refusing = await serve(second, "refused");
      const silent = await serve(third, "silent");
      const answering = await serve("198.51.100.4");
      const [closed, unreachable] = [wire.outside[6], "240.0.0.1"];
      for (const servers of [
        [failing, refusing, answering].map((upstream) => addressOf(upstream)),
        [closed, unreachable, addressOf(answering)],
        [addressOf(silent), addressOf(answering)],
      ])
        await running(host, { drafts: alone, servers }, async ({ ns }) => {
          expect(await asks(ns("a"), ["example.org", { name: "example.com", transport: "tcp" }])).toEqual(
            Array(2).fill("NOERROR: A 203.0.113.1"),
          );
        });
      await running(host, { drafts: alone, servers: [wire.outside[4], second] }, async ({ ns }) => {
        expect(await asksFor(ns("a"), "example.org")).toBe("SERVFAIL");
      });
      expect([failing, refusing, silent].every(({ asked }) => asked.length > 0)).toBe(true);

      function addressOf(upstream: Upstream): string {
        return (
          new Map([
            [failing, wire.outside[4] as string],
            [refusing, second],
            [silent, third],
          ]).get(upstream) ?? "198.51.100.4"
        );
      }
    });
  });

  test("does not leave a sandbox that is in internal networks alone", async ({ host }) => {
    await withOutside(host, async (serve) => {
      const upstream = await serve(wire.outside[4]);
      const drafts = [secret, web, ...member("secret", "a"), ...member("web", "b")];
      await running(host, { drafts, servers: [wire.outside[4]] }, async ({ ns }) => {
        const outside = ["example.org", { name: "c.secret" }, { name: "9.0.10.10.in-addr.arpa", type: "PTR" as const }];
        expect(await asks(ns("a"), [...outside, "a"])).toEqual([...Array(3).fill("SERVFAIL"), "NOERROR: A 10.10.0.2"]);
        expect(await asksFor(ns("b"), "the.end")).toBe("NOERROR: A 203.0.113.1");
        expect(upstream.asked).toEqual([`udp the.end A ${wire.host[4]}`]);
      });
    });
  });

  test("is asked from inside the sandbox where a person has named the servers", async ({ host }) => {
    const drafts = [secret, ...member("secret", "a"), ...member("secret", "b")];
    await running(host, { drafts }, async ({ patchbay, ns }) => {
      const upstream = await Upstream.start(ns("b"), "10.10.0.3", "answer", "203.0.113.7");
      onTestFinished(() => upstream.close());
      const view = viewOf(patchbay.controller.topology, idOf(patchbay, "a"));
      const named = view && { ...view, servers: ["10.10.0.3"] };
      await patchbay.dns.update({ records: [], views: [{ ns: ns("a"), view: named }] });
      expect(await asks(ns("a"), ["example.org", { name: "example.com", transport: "tcp" }, "b"])).toEqual([
        "NOERROR: A 203.0.113.7",
        "NOERROR: A 203.0.113.7",
        "NOERROR: A 10.10.0.3",
      ]);
      expect(upstream.asked.toSorted()).toEqual(["tcp example.com A 10.10.0.2", "udp example.org A 10.10.0.2"]);
    });
  });

  test("follows the host's resolv.conf", async ({ host }) => {
    await withOutside(host, async (serve) => {
      await serve(wire.outside[4], "answer", "203.0.113.4");
      await serve(second, "answer", "203.0.113.5");
      await running(host, { drafts: alone, servers: [wire.outside[4]] }, async ({ ns, resolvConf }) => {
        const answers = (address: string) =>
          vi.waitFor(async () => expect(await asksFor(ns("a"), "example.org")).toBe(`NOERROR: A ${address}`), 10_000);
        expect(await asksFor(ns("a"), "example.org")).toBe("NOERROR: A 203.0.113.4");
        writeFileSync(resolvConf, `nameserver ${second}\n`);
        await answers("203.0.113.5");
        // As where systemd-resolved(8) runs: the servers are those of the file behind, which the sandbox's own file names too.
        mkdirSync("/run/systemd/resolve", { recursive: true });
        writeFileSync("/run/systemd/resolve/resolv.conf", `nameserver ${wire.outside[4]}\n`);
        onTestFinished(() => rmSync("/run/systemd", { recursive: true }));
        writeFileSync(resolvConf, "nameserver 127.0.0.53\n");
        await answers("203.0.113.4");
      });
    });
  });
});

describe("names", () => {
  test("of every kind, in every case, by UDP and by TCP", async ({ host }) => {
    await running(host, { drafts: three }, async ({ patchbay, ns }) => {
      const short = idOf(patchbay, "b").slice(0, 12);
      const rows = [
        [{ name: "b" }, "NOERROR: A 10.8.0.3"],
        [{ name: "B.WEB." }, "NOERROR: A 10.8.0.3"],
        [{ name: "cache.MAIN" }, "NOERROR: A 10.8.0.3"],
        [{ name: "cache.main.web", transport: "tcp" }, "NOERROR: A 10.8.0.3"],
        [{ name: short }, "NOERROR: A 10.8.0.3"],
        [{ name: `${short}.web` }, "NOERROR: A 10.8.0.3"],
        [{ name: "a" }, "NOERROR: A 10.8.0.2"],
        [{ name: "b", type: "AAAA" }, "NOERROR: AAAA fd00:8::3"],
        [{ name: "b", type: "MX" }, "NOERROR"],
        [{ name: "b", type: "TXT", transport: "tcp" }, "NOERROR"],
        [{ name: "3.0.8.10.in-addr.arpa", type: "PTR" }, "NOERROR: PTR b.web"],
        [
          { name: "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.0.0.0.0.0.D.F.ip6.arpa", type: "PTR" },
          "NOERROR: PTR a.web",
        ],
        [{ name: "_80._tcp.b", type: "SRV" }, "NOERROR: SRV 80 b.web"],
        [{ name: "_5353._udp.cache.main.web", type: "SRV" }, "NOERROR: SRV 5353 b.web"],
        [{ name: "_81._tcp.b", type: "SRV" }, "NOERROR"],
        [{ name: "c" }, "SERVFAIL"],
        [{ name: "b.other" }, "SERVFAIL"],
      ] as const;
      const answers = await asks(
        ns("a"),
        rows.map(([ask]) => ask),
      );
      expect(answers).toEqual(rows.map(([, want]) => want));
    });
  });

  test("without an address of the family have an empty answer", async ({ host }) => {
    await running(host, { drafts: [back, ...member("Back", "a")] }, async ({ ns }) => {
      expect(await asks(ns("a"), [{ name: "a.back", type: "AAAA" }, { name: "a" }])).toEqual([
        "NOERROR",
        "NOERROR: A 10.9.0.2",
      ]);
    });
  });

  test("that several have are given out in turn", async ({ host }) => {
    await running(host, { drafts: three }, async ({ ns }) => {
      const first = new Set((await asks(ns("a"), Array(8).fill("db"))).map((answer) => answer?.split(",")[0]));
      expect([...first].sort()).toEqual(["NOERROR: A 10.8.0.2", "NOERROR: A 10.8.0.3"]);
    });
  });

  test("of networks the sandbox is not in are unknown; in two, the first interface's comes first", async ({ host }) => {
    const drafts = [web, back, ...member("web", "a"), ...member("web", "b"), ...member("Back", "c")];
    await running(host, { drafts }, async ({ patchbay, ns }) => {
      expect(await asks(ns("b"), ["c", "c.Back", "a.web"])).toEqual(["SERVFAIL", "SERVFAIL", "NOERROR: A 10.8.0.2"]);
      await patchbay.apply(
        { type: "endpoint.create", network: "Back", name: "b" },
        { type: "endpoint.join", endpoint: "Back/b", sandbox: "b" },
      );
      expect(await asks(ns("b"), ["c", "b", "b.back", { name: "3.0.9.10.in-addr.arpa", type: "PTR" }])).toEqual([
        "NOERROR: A 10.9.0.2",
        "NOERROR: A 10.8.0.3",
        "NOERROR: A 10.9.0.3",
        "NOERROR: PTR b.Back",
      ]);
    });
  });

  test("come and go at once with joins, aliases and leaves", async ({ host }) => {
    await running(host, { drafts: [web, ...member("web", "a")] }, async ({ patchbay, ns }) => {
      for (let round = 0; round < 3; round++) {
        const alias = `alias-${round}`;
        await patchbay.apply(...member("web", "b", { aliases: [alias] }));
        expect(await asks(ns("a"), ["b", alias])).toEqual(["NOERROR: A 10.8.0.3", "NOERROR: A 10.8.0.3"]);
        await patchbay.apply({ type: "endpoint.update", endpoint: "web/b", aliases: ["other"] });
        expect(await asks(ns("a"), [alias, "other"])).toEqual(["SERVFAIL", "NOERROR: A 10.8.0.3"]);
        await patchbay.apply({ type: "endpoint.leave", endpoint: "web/b" });
        expect(await asks(ns("a"), ["b", "other"])).toEqual(["SERVFAIL", "SERVFAIL"]);
        await patchbay.apply({ type: "endpoint.delete", endpoint: "web/b" });
      }
    });
  });

  test("are found by what programs use: getaddrinfo(3) and c-ares", async ({ host }) => {
    await running(host, { drafts: three }, async ({ ns }) => {
      const resolve = `const r = new (require("node:dns").promises.Resolver)(); r.setServers(["127.0.0.11"]);
        Promise.all([r.resolve4("b"), r.resolve6("b.web"), r.reverse("10.8.0.2"), r.resolveSrv("_80._tcp.b")])
          .then((answers) => console.log(JSON.stringify(answers)));`;
      const inside = (...argv: string[]) => promisify(execFile)("ip", ["netns", "exec", ns("a"), ...argv]);
      expect(JSON.parse((await inside(process.execPath, "-e", resolve)).stdout)).toEqual([
        ["10.8.0.3"],
        ["fd00:8::3"],
        ["a.web"],
        [{ name: "b.web", port: 80, priority: 0, weight: 0, type: "SRV" }],
      ]);
      await inTemporaryDirectory(async (directory) => {
        const file = join(directory, "resolv.conf");
        writeFileSync(file, "nameserver 127.0.0.11\n");
        // The mount is ip-netns(8)'s own, and goes with the program.
        const getent = `mount --bind ${file} /etc/resolv.conf && getent ahostsv4 cache.main`;
        expect((await inside("sh", "-ec", getent)).stdout).toMatch(/^10\.8\.0\.3 /);
      });
    });
  });

  test("are known again after the daemon was started anew", async ({ host }) => {
    await inTemporaryDirectory(async (stateDir) => {
      const place = { rootNetns: host.path, netnsDir, stateDir };
      const before = await Patchbay.open(place);
      await before.apply(...three);
      const ns = namespaceName(idOf(before, "a"));
      expect(await asksFor(ns, "b")).toBe("NOERROR: A 10.8.0.3");
      await before.close();
      const after = await Patchbay.open(place);
      expect(await after.missing()).toEqual([]);
      expect(await asksFor(ns, "b")).toBe("NOERROR: A 10.8.0.3");
      await removeAll(after);
      await after.close();
    });
  });
});

test("an answer longer than UDP takes is cut, and whole over TCP", async ({ host }) => {
  const many = Array.from({ length: 60 }, (_, n) => member("web", `m${n}`, { aliases: ["all"] })).flat();
  await running(host, { drafts: [web, ...many] }, async ({ ns }) => {
    const name = "all";
    expect(
      await asks(ns("m0"), [{ name }, { name, edns: 4096 }, { name, edns: 700 }, { name, transport: "tcp" }]),
    ).toEqual(["TC NOERROR: 30 records", "NOERROR: 60 records", "TC NOERROR: 41 records", "NOERROR: 60 records"]);
  });
});

describe("nobody is harmed by", () => {
  /** While `work` runs in sandbox "a", its neighbour "b" asks and is answered each time, and so is "a" afterwards. */
  async function whileOthersAsk({ ns }: Place, work: () => Promise<unknown>): Promise<void> {
    let over = false;
    const done = work().finally(() => {
      over = true;
    });
    done.catch(() => {});
    do {
      expect(await asks(ns("b"), Array(20).fill("a"))).toEqual(Array(20).fill("NOERROR: A 10.8.0.2"));
    } while (!over);
    await done;
    expect(await asks(ns("a"), ["b", { name: "b", transport: "tcp" }])).toEqual(Array(2).fill("NOERROR: A 10.8.0.3"));
  }

  const two = [web, ...member("web", "a"), ...member("web", "b")];
  const inside = (ns: string, script: string) =>
    promisify(execFile)("ip", ["netns", "exec", ns, process.execPath, "-e", script]);

  test("a flood of queries that are none", async ({ host }) => {
    await running(host, { drafts: two }, async (place) => {
      const flood = `
        const { createSocket } = require("node:dgram");
        const socket = createSocket("udp4");
        const header = (counts) => Buffer.from([0, 1, 1, 0, ...counts]);
        const one = [0, 1, 0, 0, 0, 0, 0, 0];
        const soup = Buffer.concat([header(one), Buffer.alloc(60_000, "\\x3f" + "a".repeat(63))]);
        const messages = [
          Buffer.alloc(0), Buffer.alloc(11), Buffer.alloc(5000, 0xff), soup, header(Array(8).fill(255)),
          Buffer.concat([header(one), Buffer.from([0xc0, 12, 0, 1, 0, 1])]),
          Buffer.concat([header(one), Buffer.from([1, 97, 0xc0, 12, 0, 1, 0, 1])]),
          ...Array.from({ length: 50 }, () => require("node:crypto").randomBytes(40)),
        ];
        let sent = 0;
        const next = () => {
          if (sent >= 20_000) return socket.close(() => process.exit(0));
          for (let i = 0; i < 200; i++) socket.send(messages[sent++ % messages.length], 53, "127.0.0.11", () => {});
          setImmediate(next);
        };
        next();`;
      await whileOthersAsk(place, () => inside(place.ns("a"), flood));
      const state = await place.patchbay.dns.state(place.ns("a"));
      expect(state?.queries.length).toBeLessThanOrEqual(100);
    });
  });

  test("connections that say nothing, lie about lengths, or never read", async ({ host }) => {
    await running(host, { drafts: two }, async (place) => {
      const hold = `
        const { connect } = require("node:net");
        const query = Buffer.from([0, 23, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 98, 3, 119, 101, 98, 0, 0, 1, 0, 1]);
        const begin = [Buffer.alloc(0), Buffer.from([0xff]), Buffer.from([0xff, 0xff, 1]), Buffer.alloc(1 << 20, query)];
        let open = 0;
        for (let i = 0; i < 200; i++) {
          const socket = connect(53, "127.0.0.11", () => { socket.write(begin[i % 4]); if (++open === 200) process.exit(0); });
          socket.pause();
          socket.on("error", () => { if (++open === 200) process.exit(0); });
        }`;
      await whileOthersAsk(place, () => inside(place.ns("a"), hold));
    });
  });

  test("servers that ask each other in a circle", async ({ host }) => {
    await running(host, { drafts: two }, async (place) => {
      const { patchbay, ns } = place;
      // What b passes on goes to a forwarder in b, which asks b's resolver.
      const forwarder = `
        const { createSocket } = require("node:dgram");
        const socket = createSocket("udp4");
        let asked = 0;
        socket.on("message", (message) => { asked++; createSocket("udp4").send(message, 53, "127.0.0.11"); });
        socket.bind(53, "10.8.0.3", () => process.stdout.write("ready"));
        process.on("SIGTERM", () => { process.stdout.write(" " + asked); process.exit(0); });`;
      const child = spawn("ip", ["netns", "exec", ns("b"), process.execPath, "-e", forwarder]);
      let output = "";
      child.stdout.on("data", (text) => {
        output += text;
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      await vi.waitFor(() => expect(output).toBe("ready"), 10_000);
      const view = viewOf(patchbay.controller.topology, idOf(patchbay, "b"));
      const named = view && { ...view, servers: ["127.0.0.11", "10.8.0.3"] };
      await patchbay.dns.update({ records: [], views: [{ ns: ns("b"), view: named }] });
      const circle = () => asks(ns("b"), ["example.org", "example.org", "example.com"]);
      await whileOthersAsk(place, async () => expect(await circle()).toEqual(Array(3).fill("SERVFAIL")));
      child.kill("SIGTERM");
      await once(child, "exit");
      // Each name once; what came back was already on its way.
      expect(output).toBe("ready 2");
    });
  });

  test("more questions than may wait, while the server says nothing", async ({ host }) => {
    await withOutside(host, async (serve) => {
      await serve(wire.outside[4], "silent");
      await running(host, { drafts: two, servers: [wire.outside[4]] }, async (place) => {
        await whileOthersAsk(place, async () => {
          const names = Array.from({ length: 700 }, (_, n) => `name-${n}.example.org`);
          const answers = await asks(place.ns("a"), names);
          const count = (text: string) => answers.filter((answer) => answer === text).length;
          expect([count("REFUSED"), count("SERVFAIL")]).toEqual([700 - 512, 512]);
        });
      });
    });
  });
});
