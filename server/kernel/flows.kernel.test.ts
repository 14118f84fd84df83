import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { type Host, run, test } from "../../test/netns.ts";
import type { Kernel } from "./kernel.ts";
import { bridgeObjects, endpointObjects, sandboxNs, sandboxObjects } from "./objects.fixture.ts";
import { render } from "./render.ts";
import type { Step } from "./steps.ts";

const objects = [bridgeObjects(), ...[1, 2, 3].flatMap((n) => [sandboxObjects(n), endpointObjects(n)])].flat();
const gateway = { 4: "172.30.0.1", 6: "fd00:30::1" } as const;
const target = (n: 1 | 2, family: 4 | 6) => (family === 4 ? `172.30.0.${n + 1}` : `fd00:30::${n + 1}`);

type Flows = Extract<Step, { op: "conntrack.del" }>;
const deletion = (family: 4 | 6, change: Partial<Flows> = {}): Flows => ({
  op: "conntrack.del",
  family,
  protocol: "udp",
  port: 8080,
  count: 1,
  to: { address: target(1, family), port: 80 },
  ...change,
});

/** A program in a namespace that answers every line on its input with one on its output. */
class Program {
  readonly #child;
  readonly #lines;

  constructor(net: string, code: string) {
    this.#child = spawn("nsenter", [`--net=${net}`, process.execPath, "-e", code], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    return String((await this.#lines.next()).value);
  }

  async ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`);
    return this.line();
  }

  async end(): Promise<void> {
    this.#child.kill();
    await once(this.#child, "exit");
  }
}

/** Answers every datagram with the number of its sandbox. */
const answering = (n: number, port: number): string =>
  `const s = require("dgram").createSocket("udp6");
  s.on("message", (_, from) => s.send("${n}", from.port, from.address));
  s.bind(${port}, "::", () => console.log("ready"));`;

/** Sends a datagram from one and the same socket to the port it is told, and says who answered. */
const asking = (family: 4 | 6): string =>
  `const s = require("dgram").createSocket("udp${family}");
  s.on("message", (text) => console.log(String(text)));
  require("readline").createInterface(process.stdin).on("line", (to) => s.send("?", ...to.split(" ").map((w, i) => i ? w : Number(w))));
  s.bind(0, () => console.log("ready"));`;

async function started(net: string, code: string): Promise<Program> {
  const program = new Program(net, code);
  expect(await program.line()).toBe("ready");
  return program;
}

/** Three sandboxes: 1 and 2 answer, 3 asks; the host translates its ports 8080 to 8083 to those of sandbox 1. */
async function published(host: Host, kernel: Kernel, family: 4 | 6) {
  expect((await kernel.apply(kernel.plan(objects, []))).filter(({ outcome }) => outcome !== "done")).toEqual([]);
  const net = (n: number) => `/run/netns/${sandboxNs(n)}`;
  host.shell("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
  translate(host, family, 1);
  const servers = [await started(net(1), answering(1, 80)), await started(net(2), answering(2, 80))];
  const client = await started(net(3), asking(family));
  return {
    client,
    async end() {
      for (const program of [...servers, client]) await program.end();
      await kernel.apply(kernel.plan([], await kernel.observe([], true)));
    },
  };
}

/** Another set of rules leaves the flows alone. */
function translate(host: Host, family: 4 | 6, n: 1 | 2): void {
  const iptables = family === 4 ? "iptables-nft" : "ip6tables-nft";
  const address = family === 4 ? target(n, 4) : `[${target(n, 6)}]`;
  host.shell(`${iptables} -t nat -F; ${iptables} -t nat -A PREROUTING -p udp --dport 8080:8083 -d ${gateway[family]} \
    -j DNAT --to-destination ${address}:80; ${iptables} -t nat -A POSTROUTING -j MASQUERADE`);
}

test.for([4, 6] as const)("a flow goes on to its old target until it is forgotten: IPv%i", async (family, { host }) => {
  const kernel = await host.kernel();
  const { client, end } = await published(host, kernel, family);
  const ask = (port: number) => client.ask(`${port} ${gateway[family]}`);
  expect([await ask(8080), await ask(8081), await ask(8082)]).toEqual(["1", "1", "1"]);
  translate(host, family, 2);
  expect([await ask(8080), await ask(8081), await ask(8082)]).toEqual(["1", "1", "1"]);

  const others = [
    deletion(family, { protocol: "tcp" }),
    deletion(family, { port: 8079 }),
    deletion(family, { port: 80, count: 1000 }),
    deletion(family, { to: { address: target(2, family), port: 80 } }),
    deletion(family === 4 ? 6 : 4),
  ];
  expect((await kernel.apply(others)).map(({ outcome }) => outcome)).toEqual(others.map(() => "done"));
  expect(await ask(8080)).toBe("1");

  expect(await kernel.apply([deletion(family)])).toMatchObject([{ outcome: "done" }]);
  expect([await ask(8080), await ask(8081), await ask(8082)]).toEqual(["2", "1", "1"]);
  expect(await kernel.apply([deletion(family, { port: 8081, count: 2 })])).toMatchObject([{ outcome: "done" }]);
  expect([await ask(8081), await ask(8082)]).toEqual(["2", "2"]);
  await end();
});

test("the rendered command forgets the same flows", async ({ host, skip }) => {
  try {
    run("conntrack", "--version");
  } catch {
    skip("conntrack(8) is not installed");
  }
  const kernel = await host.kernel();
  const { client, end } = await published(host, kernel, 4);
  const ask = (port: number) => client.ask(`${port} ${gateway[4]}`);
  expect([await ask(8080), await ask(8081), await ask(8082)]).toEqual(["1", "1", "1"]);
  translate(host, 4, 2);
  host.shell(render(deletion(4)));
  expect([await ask(8080), await ask(8081), await ask(8082)]).toEqual(["2", "1", "1"]);
  host.shell(render(deletion(4, { port: 8081, count: 2 })));
  expect([await ask(8081), await ask(8082)]).toEqual(["2", "2"]);
  await end();
});

test("a flow to the address itself, without translation, is not touched", async ({ host }) => {
  const kernel = await host.kernel();
  const { client, end } = await published(host, kernel, 4);
  const other = await started(host.path, asking(4));
  expect(await other.ask(`80 ${target(1, 4)}`)).toBe("1");
  const count = () => host.shell("cat /proc/sys/net/netfilter/nf_conntrack_count").trim();
  const before = count();
  await kernel.apply([deletion(4, { port: 80 })]);
  expect(count()).toBe(before);
  expect(Number(before)).toBeGreaterThan(0);
  await other.end();
  expect(await client.ask(`8080 ${gateway[4]}`)).toBe("1");
  await end();
});
