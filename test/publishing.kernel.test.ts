import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { ipBytes } from "#server/kernel/netlink/ip.ts";
import { openNamespace } from "#server/kernel/netns.ts";
import * as sys from "#server/kernel/sys.ts";
import { netnsDir, test } from "./netns.ts";
import { probe, wire } from "./outside.ts";
import { joined, network, play } from "./scene.ts";
import type { Probe } from "./talk.ts";

const services = { tcp: [80, 81], udp: [53] };
const both = [wire.host[4], wire.host[6]];

test("a range leads to another one port by port, in both families and protocols", async ({ host }) => {
  const commands = [
    network("net", 1),
    ...joined("net", "a", { publish: ["7000-7009:8000-8009", "7000-7009:8000-8009/udp"] }),
  ];
  await play(host, { commands }, async ({ outside, ns }) => {
    const own = Array.from({ length: 10 }, (_, i) => 8000 + i);
    await Promise.all(own.map((port) => outside.serve(ns("a"), `${port}`, { tcp: [port], udp: [port] })));
    const asked = both.flatMap((address) =>
      Array.from({ length: 12 }, (_, i) => 6999 + i).flatMap((port): Probe[] => [
        { kind: "tcp", address, port },
        { kind: "udp", address, port },
      ]),
    );
    const told = asked.map(({ port = 0, address }) => {
      const from = address === wire.host[4] ? wire.outside[4] : wire.outside[6];
      return port < 7000 || port > 7009 ? null : `${port + 1000} ${from}`;
    });
    // Forty-eight at once may have to wait for their turn.
    await vi.waitFor(async () => expect(await probe(outside.name, asked)).toEqual(told), 10_000);
  });
});

test("one number leads elsewhere by protocol, family and address", async ({ host }) => {
  const commands = [
    network("net", 1),
    ...joined("net", "a", { publish: ["0.0.0.0:9000:80", "[::]:9000:81", "9001:80", "192.0.2.1:9002:80"] }),
    ...joined("net", "b", { publish: ["9001:53/udp", "127.0.0.1:9002:80", "[2001:db8:1::1]:9002:80"] }),
  ];
  await play(host, { commands }, async ({ outside, ns, serve }) => {
    await outside.serve(ns("a"), "a80", { tcp: [80], udp: [] });
    await outside.serve(ns("a"), "a81", { tcp: [81], udp: [] });
    await serve(["b"], services);
    const from = (probes: string[]) =>
      probes.map((text): Probe => {
        const [kind, address = "", port] = text.split(" ");
        return { kind: kind === "udp" ? "udp" : "tcp", address, port: Number(port) };
      });
    const near = from(["tcp 192.0.2.1 9002", "tcp 127.0.0.1 9002"]);
    const far = from([
      "tcp 192.0.2.1 9000",
      "tcp 2001:db8:1::1 9000",
      "tcp 192.0.2.1 9001",
      "udp 192.0.2.1 9001",
      "udp 2001:db8:1::1 9001",
      "tcp 192.0.2.1 9002",
      "tcp 2001:db8:1::1 9002",
    ]);
    expect(await probe(outside.name, far)).toEqual([
      "a80 192.0.2.2",
      "a81 2001:db8:1::2",
      "a80 192.0.2.2",
      "b 192.0.2.2",
      "b 2001:db8:1::2",
      "a80 192.0.2.2",
      "b 2001:db8:1::2",
    ]);
    expect(await probe(host.name, near)).toEqual(["a80 192.0.2.1", "b 10.1.0.1"]);
  });
});

test.for([wire.host[4], wire.host[6]])(
  "a conversation in UDP ends with its port, and its port's next owner is who answers (%s)",
  async (address, { host }) => {
    const commands = [network("net", 1), ...joined("net", "a", { publish: ["5300:53/udp"] }), ...joined("net", "b")];
    await play(host, { commands }, async ({ patchbay, outside, serve }) => {
      await serve(["a", "b"], services);
      const publish = (endpoint: string, ports: string[]) =>
        patchbay.apply({ type: "endpoint.update", endpoint: `net/${endpoint}`, publish: ports });
      const caller = new Caller(outside.name, { from: 40_000, to: address, port: 5300 });
      try {
        await caller.hears("a");
        await publish("a", []);
        await caller.hearsNothing();
        await publish("b", ["5300:53/udp"]);
        await caller.hears("b");
        await patchbay.apply({ type: "endpoint.leave", endpoint: "net/b" });
        await caller.hearsNothing();
        await publish("b", []);
        await publish("a", ["5300:53/udp"]);
        await caller.hears("a");
        // Both at once, without a moment in between.
        await patchbay.apply(
          { type: "endpoint.update", endpoint: "net/a", publish: [] },
          { type: "endpoint.update", endpoint: "net/b", publish: ["5300:53/udp"] },
          { type: "endpoint.join", endpoint: "net/b", sandbox: "b", createSandbox: true },
        );
        await serve(["b"], services);
        await caller.hears("b");
      } finally {
        caller.close();
      }
    });
  },
);

/** A UDP socket that keeps its own port, so that all it sends is one flow to the kernel. */
class Caller {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(2048);

  constructor(ns: string, { from, to, port }: { from: number; to: string; port: number }) {
    const place = openNamespace(join(netnsDir, ns));
    const v6 = to.includes(":");
    this.#fd = sys.inNamespace(place, () => sys.socket(v6 ? sys.AF_INET6 : sys.AF_INET, sys.SOCK_DGRAM, 0));
    sys.close(place);
    sys.bind(this.#fd, socketAddress(v6 ? "::" : "0.0.0.0", from));
    sys.connect(this.#fd, socketAddress(to, port));
  }

  /** Until somebody of that name answers. */
  async hears(name: string): Promise<void> {
    await vi.waitFor(() => expect(this.#ask().join()).toMatch(new RegExp(`^(.*,)?${name} `)), {
      timeout: 5000,
      interval: 50,
    });
  }

  /** As long as any other conversation of the tests has patience. */
  async hearsNothing(): Promise<void> {
    this.#ask();
    await expect(
      vi.waitFor(() => expect(this.#ask()).not.toEqual([]), { timeout: 900, interval: 50 }),
    ).rejects.toThrow();
  }

  close(): void {
    sys.close(this.#fd);
  }

  /** What has come since, and one more question; nobody there (ECONNREFUSED) is an answer of nobody. */
  #ask(): string[] {
    const said: string[] = [];
    for (const step of [() => this.#receive(said), () => sys.send(this.#fd, Buffer.from("hello"))])
      try {
        step();
      } catch (error) {
        if (!["EAGAIN", "ECONNREFUSED"].includes(sys.asSysError(error).errno)) throw error;
      }
    return said;
  }

  #receive(said: string[]): void {
    for (;;) said.push(this.#buffer.toString("utf8", 0, sys.receive(this.#fd, this.#buffer)));
  }
}

function socketAddress(address: string, port: number): Buffer {
  const bytes = ipBytes(address);
  const buffer = Buffer.alloc(bytes.length === 4 ? 16 : 28);
  buffer.writeUInt16LE(bytes.length === 4 ? sys.AF_INET : sys.AF_INET6, 0);
  buffer.writeUInt16BE(port, 2);
  bytes.copy(buffer, bytes.length === 4 ? 4 : 8);
  return buffer;
}

test("a port that another program has is refused by that program's name, and nothing of the change is done", async ({
  host,
}) => {
  await play(host, { commands: [network("net", 1), ...joined("net", "b")] }, async ({ patchbay, outside, serve }) => {
    await outside.serve(host.name, "theirs", { tcp: [8080], udp: [] });
    const rules = () => host.shell("(iptables-save; ip6tables-save) | grep -v '^#'");
    const before = rules();
    await expect(patchbay.apply(...joined("net", "a", { publish: ["8079-8081:80-82"] }))).rejects.toMatchObject({
      code: "KERNEL",
      message: expect.stringMatching(/8080.* node \(pid \d+\)/),
    });
    expect(Object.values(patchbay.controller.topology.endpoints).map(({ name }) => name)).toEqual(["b"]);
    expect(rules()).toBe(before);
    expect(await patchbay.missing()).toEqual([]);
    // Beside it there is room.
    await patchbay.apply(...joined("net", "a", { publish: ["8079:80", "8080:53/udp"] }));
    await serve(["a"], services);
    const asked: Probe[] = [8079, 8080].map((port) => ({ kind: "tcp", address: wire.host[4], port }));
    expect(await probe(outside.name, asked)).toEqual(["a 192.0.2.2", "theirs 192.0.2.2"]);
  });
});

test("without iptables a network is refused in words that help, and one without a firewall works", async ({ host }) => {
  const directory = mkdtempSync(join(tmpdir(), "programs-"));
  const kernel = await host.kernel({ programs: { directories: [directory] } });
  try {
    await play(host, { commands: [], options: { kernel } }, async ({ patchbay }) => {
      await expect(patchbay.apply(network("net", 1), ...joined("net", "a"))).rejects.toMatchObject({
        message: expect.stringContaining(
          "iptables-save is not installed: apt install iptables, or start with --no-iptables",
        ),
      });
      expect(patchbay.controller.topology).toMatchObject({ networks: {}, endpoints: {} });
      expect(host.links("link").map(({ ifname }) => ifname)).toEqual(["lo", "up0"]);
    });
    const commands = [network("net", 1), ...["a", "b"].flatMap((name) => joined("net", name))];
    await play(host, { commands, options: { kernel, host: { firewall: false } } }, async ({ ns, serve, patchbay }) => {
      await serve(["b"], services);
      expect(await probe(ns("a"), [{ kind: "tcp", address: "10.1.0.3", port: 80 }])).toEqual(["b 10.1.0.2"]);
      expect(await patchbay.missing()).toEqual([]);
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
