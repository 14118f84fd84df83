import { join } from "node:path";
import { expect } from "vitest";
import type { NamespaceFacts } from "#cnm/facts.ts";
import { Stranger } from "../../test/adopted.ts";
import { netnsDir, run, test } from "../../test/netns.ts";
import type { Kernel } from "./kernel.ts";
import { sandboxNs } from "./objects.fixture.ts";
import type { Adoption } from "./objects.ts";

const name = sandboxNs(1);

async function adoptionOf(kernel: Kernel, pid: number): Promise<Adoption> {
  const found = await kernel.resolveNamespace({ kind: "pid", pid });
  expect(found).toMatchObject({ ok: true, names: [], ours: false });
  const { source, cookie, bootId } = (found as NamespaceFacts).origin;
  return { source, cookie, bootId };
}

test("a name is given, seen, and taken away; the namespace outlives it, and the process the other way round", async ({
  host,
}) => {
  const kernel = await host.kernel();
  const stranger = await Stranger.start("web");
  try {
    const adopted = await adoptionOf(kernel, stranger.pid);
    const object = { kind: "netns" as const, name, adopted };
    const adopt = { op: "netns.adopt" as const, name, ...adopted };
    expect(await kernel.apply([adopt])).toMatchObject([
      { outcome: "done", command: `ip netns attach ${name} ${stranger.pid}` },
    ]);
    expect((await kernel.observe([object], false)).filter(({ kind }) => kind === "netns")).toEqual([object]);
    expect((await kernel.apply([adopt]))[0]?.error?.errno).toBe("EEXIST");
    await kernel.apply([{ op: "netns.del", name }]);
    expect(stranger.inside("ip", "link")).toContain("lo");
    await kernel.apply([adopt]);
    await stranger.end();
    expect(run("ip", "-n", name, "link")).toContain("lo");
    expect(await kernel.lostAmong([object])).toEqual([]);
    await kernel.apply([{ op: "netns.del", name }]);
    expect(await kernel.lostAmong([object])).toEqual([0]);
    expect((await kernel.apply([adopt]))[0]?.error).toMatchObject({ errno: "ESRCH" });
  } finally {
    await stranger.end();
  }
});

test("another namespace or process than the one that was meant is not taken", async ({ host }) => {
  const kernel = await host.kernel();
  const stranger = await Stranger.start("web");
  try {
    const adopted = await adoptionOf(kernel, stranger.pid);
    const { source } = adopted;
    if (source.kind !== "pid") throw new Error("it was asked for by pid");
    const attempt = async (change: Partial<Adoption>) =>
      (await kernel.apply([{ op: "netns.adopt", name, ...adopted, ...change }]))[0]?.error?.errno;
    expect(await attempt({ source: { ...source, startTime: "1" } })).toBe("ESRCH");
    expect(await attempt({ cookie: "1" })).toBe("ESTALE");
    expect(await attempt({ bootId: "before" })).toBe("ESTALE");
    expect(await attempt({ source: { ...source, pid: process.pid } })).toBe("ESRCH");
    expect(await attempt({ source: { kind: "path", path: host.path } })).toBe("ESTALE");
    const running = { pid: stranger.pid, startTime: source.startTime };
    expect(await kernel.endedAmong([running, { ...running, startTime: "1" }])).toEqual([1]);
    const object = { kind: "netns" as const, name, adopted };
    expect(await kernel.lostAmong([object, { ...object, adopted: { ...adopted, bootId: "before" } }])).toEqual([1]);
  } finally {
    await stranger.end();
  }
});

test("a stranger who has got our name is not the one that was adopted", async ({ host }) => {
  const kernel = await host.kernel();
  const stranger = await Stranger.start("web");
  try {
    const object = { kind: "netns" as const, name, adopted: await adoptionOf(kernel, stranger.pid) };
    run("ip", "netns", "add", name);
    const seen = await kernel.observe([object], true);
    expect(seen[0]).toEqual({ kind: "netns", name });
    const steps = kernel.plan([object], seen);
    expect(steps.map(({ op }) => op)).toEqual(["netns.del", "netns.adopt"]);
    expect((await kernel.apply(steps)).map(({ outcome }) => outcome)).toEqual(["done", "done"]);
    expect((await kernel.observe([object], true))[0]).toEqual(object);
    await kernel.apply([{ op: "netns.del", name }]);
  } finally {
    await stranger.end();
  }
});

test("namespaces of another kind are none", async ({ host }) => {
  const kernel = await host.kernel();
  const path = join(netnsDir, `uts-${host.name}`);
  run("sh", "-c", `: > ${path}; mount --bind /proc/self/ns/uts ${path}`);
  try {
    expect(await kernel.resolveNamespace({ kind: "path", path })).toMatchObject({ ok: false, rule: "not-a-namespace" });
  } finally {
    run("sh", "-c", `umount ${path}; rm ${path}`);
  }
});

test("the line that is shown for a path does what the step does", async ({ host }) => {
  const kernel = await host.kernel();
  const theirs = `their web ${host.name}`;
  run("ip", "netns", "add", theirs);
  try {
    const found = await kernel.resolveNamespace({ kind: "path", path: join(netnsDir, theirs) });
    const { source, cookie, bootId } = (found as NamespaceFacts).origin;
    const adopted = { source, cookie, bootId };
    run("sh", "-ec", kernel.render({ op: "netns.adopt", name, ...adopted }));
    expect((await kernel.observe([{ kind: "netns", name, adopted }], true))[0]).toEqual({
      kind: "netns",
      name,
      adopted,
    });
    await kernel.apply([{ op: "netns.del", name }]);
  } finally {
    run("ip", "netns", "del", theirs);
  }
});
