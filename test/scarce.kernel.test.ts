import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join as joinPath } from "node:path";
import { expect, onTestFinished, vi } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import type { HostSettings } from "#server/drivers/driver.ts";
import { isOurNamespace, namespaceName } from "#server/kernel/names.ts";
import type { Store } from "#server/store/store.ts";
import { Daemon } from "./daemon.ts";
import { asks, Upstream } from "./dns.ts";
import { leftOvers, netnsDir, pings, run, test } from "./netns.ts";
import { inTemporaryDirectory, Patchbay } from "./patchbay.ts";

const web: CommandDraft = { type: "network.create", name: "web", pools: [{ subnet: "10.8.0.0/24" }] };
const removeWeb: CommandDraft = { type: "network.delete", network: "web" };
const connected: CommandDraft[] = [
  web,
  { type: "sandbox.create", name: "a" },
  { type: "endpoint.create", network: "web", name: "a" },
  { type: "endpoint.join", endpoint: "web/a", sandbox: "a" },
];
const removed: CommandDraft[] = [
  { type: "endpoint.leave", endpoint: "web/a" },
  { type: "endpoint.delete", endpoint: "web/a" },
  { type: "sandbox.delete", sandbox: "a" },
  removeWeb,
];

test("without IPv6 in the kernel, IPv4 works and IPv6 is refused in one sentence", async ({ host }) => {
  await withTmpfs("/proc/sys/net", "64k", () => {
    // The cover hides the settings of IPv4 as well: what every sandbox sets is there again, and firewall and forwarding are off.
    for (const conf of ["all", "default"]) {
      mkdirSync(`/proc/sys/net/ipv4/conf/${conf}`, { recursive: true });
      writeFileSync(`/proc/sys/net/ipv4/conf/${conf}/accept_redirects`, "1\n");
    }
    return withPatchbay(host.path, { firewall: false, forwarding: false }, async (patchbay) => {
      await patchbay.apply(...connected);
      const [a] = Object.values(patchbay.controller.topology.sandboxes);
      expect(pings(namespaceName(a!.id), "10.8.0.1")).toBe(true);
      expect(await patchbay.missing()).toEqual([]);
      expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
      await expect(patchbay.apply({ ...web, name: "dual", pools: [], enableIpv6: true })).rejects.toMatchObject({
        code: "KERNEL",
        message: expect.stringContaining("this kernel has no IPv6 (it was started with ipv6.disable=1)"),
      });
      expect(await patchbay.missing()).toEqual([]);
      await patchbay.apply(...removed);
    });
  });
});

test("without nfnetlink in the kernel, resolvers hold port 53 of their address themselves", async ({ host }) => {
  vi.stubEnv("NODE_OPTIONS", `--import ${new URL("./without-netfilter.ts", import.meta.url)}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const unguarded = { ...web, options: { anti_spoofing: "false" } };
  const starts = (stateDir: string) => Daemon.start({ rootNetns: host.path, netnsDir, stateDir });
  await inTemporaryDirectory(async (stateDir) => {
    let daemon = await starts(stateDir);
    const change = (commands: CommandDraft[]) => daemon.admin("mutation", "topology.change", { commands });
    expect(await daemon.admin("query", "system.status")).toMatchObject({
      unsupported: {
        "resolver.redirection": expect.stringMatching(
          /^nat of nftables is not in this kernel: Protocol not supported; resolvers hold port 53 of 127.0.0.11, /,
        ),
      },
      problems: {},
    });
    await change(connected.map((draft) => (draft === web ? unguarded : draft)));
    const [ns = ""] = readdirSync(netnsDir).filter(isOurNamespace);
    const asked = ["a", { name: "a.web", transport: "tcp" as const }];
    expect(await asks(ns, asked)).toEqual(["NOERROR: A 10.8.0.2", "NOERROR: A 10.8.0.2"]);
    expect(await daemon.stop()).toBe(0);
    daemon = await starts(stateDir);
    expect(await asks(ns, asked)).toEqual(["NOERROR: A 10.8.0.2", "NOERROR: A 10.8.0.2"]);
    expect(await daemon.admin("query", "system.status")).toMatchObject({ problems: {} });

    await change(removed.slice(0, 1));
    const holder = await Upstream.start(ns, "0.0.0.0");
    await expect(change([{ type: "endpoint.join", endpoint: "web/a", sandbox: "a" }])).rejects.toMatchObject({
      code: "KERNEL",
      message: expect.stringMatching(/a program in the sandbox holds port 53, which the resolver needs at 127.0.0.11/),
    });
    holder.close();
    await change(removed.slice(1));
    expect(await daemon.stop()).toBe(0);
  });
});

test("a full disk refuses a change before the kernel is touched; with room again, it works", async ({ host }) => {
  await inTemporaryDirectory((stateDir) =>
    withTmpfs(stateDir, "4m", async () => {
      const patchbay = await Patchbay.open({ rootNetns: host.path, netnsDir, stateDir });
      const makeRoom = fill(stateDir);
      await expect(patchbay.apply(web)).rejects.toMatchObject({
        code: "UNAVAILABLE",
        message: expect.stringMatching(/^history cannot be written: .*; nothing was done$/),
      });
      expect(leftOvers(host)).toEqual([]);
      expect(Object.values(patchbay.controller.topology.networks)).toHaveLength(2);
      expect((await patchbay.store.listHistory({}, { limit: 9 })).entries).toHaveLength(1);
      makeRoom();
      await patchbay.apply(web);
      await patchbay.apply(removeWeb);
      expect(await patchbay.store.verifyHistory()).toMatchObject({ ok: true });
      await patchbay.close();
    }),
  );
});

test("a disk that fills up during a change stops further ones, and the next start sets it right", async ({ host }) => {
  await inTemporaryDirectory((stateDir) =>
    withTmpfs(stateDir, "4m", async () => {
      const place = { rootNetns: host.path, netnsDir, stateDir };
      let makeRoom = () => {};
      const wrap = (store: Store): Store => ({
        ...store,
        begin: async (entry) => {
          const begun = await store.begin(entry);
          if (entry.verb === web.type) makeRoom = fill(stateDir);
          return begun;
        },
      });
      const patchbay = await Patchbay.open(place, { wrap });
      const refused = {
        code: "UNAVAILABLE",
        message: expect.stringMatching(/^history could not be written .*restart/),
      };
      await expect(patchbay.apply(web)).rejects.toMatchObject(refused);
      makeRoom();
      await expect(patchbay.apply(removeWeb)).rejects.toMatchObject(refused);
      expect(patchbay.controller.readOnly).toMatch(/restart the daemon$/);
      await patchbay.close();
      const next = await Patchbay.open(place);
      const { entries } = await next.store.listHistory({ verb: web.type }, { limit: 9 });
      expect(entries.map(({ outcome }) => outcome)).toEqual(["recovered"]);
      expect(await next.missing()).toEqual([]);
      await next.apply(removeWeb);
      await next.close();
    }),
  );
});

test("out of file descriptors: the change is taken back, the daemon lives on and sets the host right", async ({
  host,
}) => {
  await inTemporaryDirectory(async (stateDir) => {
    const daemon = await Daemon.start({ rootNetns: host.path, netnsDir, stateDir });
    const limit = (files: number) => run("prlimit", "--pid", String(daemon.pid), `--nofile=${files}:`);
    const change = (commands: CommandDraft[]) => daemon.admin("mutation", "topology.change", { commands });
    const boxes = Array.from({ length: 60 }, (_, n): CommandDraft => ({ type: "sandbox.create", name: `box-${n}` }));
    limit(readdirSync(`/proc/${daemon.pid}/fd`).length + 20);
    await expect(change(boxes)).rejects.toMatchObject({ code: "KERNEL", message: expect.stringContaining("EMFILE") });
    limit(1024);
    expect(await daemon.admin("query", "sandbox.list")).toEqual([]);
    await expect.poll(() => leftOvers(host), { timeout: 10_000 }).toEqual([]);
    await change(boxes);
    await change(boxes.map((_, n) => ({ type: "sandbox.delete", sandbox: `box-${n}` })));
    expect(await daemon.stop()).toBe(0);
  });
});

async function withPatchbay(
  rootNetns: string,
  host: Partial<HostSettings>,
  use: (patchbay: Patchbay) => Promise<void>,
): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const patchbay = await Patchbay.open({ rootNetns, netnsDir, stateDir }, { host });
    await use(patchbay);
    await patchbay.close();
  });
}

/** A small file system of its own at `path` while `use` runs. */
async function withTmpfs(path: string, size: string, use: () => Promise<void>): Promise<void> {
  run("mount", "-t", "tmpfs", "-o", `size=${size},mode=0700`, "none", path);
  try {
    await use();
  } finally {
    run("umount", "--lazy", path);
  }
}

/** Uses up all that is free in the folder's file system, and returns what gives it back. */
function fill(folder: string): () => void {
  const path = joinPath(folder, "filling");
  for (let block = 1 << 20; block >= 1; block = Math.floor(block / 16))
    for (;;)
      try {
        writeFileSync(path, Buffer.alloc(block, 1), { flag: "a" });
      } catch {
        break;
      }
  return () => rmSync(path);
}
