import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { netnsDir, run, test } from "../../test/netns.ts";
import { sandboxNs } from "./objects.fixture.ts";

const name = sandboxNs(1);
const path = join(netnsDir, name);

test("a namespace is one that ip netns knows, and iproute2's deletion is ours", async ({ host }) => {
  const kernel = await host.kernel();
  expect(kernel.namespaceKey(name)).toBe(path);
  await kernel.apply([{ op: "netns.add", name }]);
  expect(run("ip", "netns", "exec", name, "cat", "/proc/self/net/dev")).toContain("lo:");
  run("ip", "netns", "del", name);
  expect(await kernel.observe([], true)).toEqual([]);
  expect((await kernel.apply([{ op: "netns.del", name }]))[0]?.outcome).toBe("absent");
});

test("the name of a living namespace is taken", async ({ host }) => {
  const kernel = await host.kernel();
  run("ip", "netns", "add", name);
  const [record] = await kernel.apply([{ op: "netns.add", name }]);
  expect(record?.error).toEqual({ errno: "EEXIST", text: "File exists" });
  await kernel.apply([{ op: "netns.del", name }]);
});

test("a half-made name is no namespace, and is completed", async ({ host }) => {
  const kernel = await host.kernel();
  writeFileSync(path, "");
  expect(await kernel.observe([], true)).toEqual([]);
  expect((await kernel.apply([{ op: "netns.add", name }]))[0]?.outcome).toBe("done");
  expect(await kernel.observe([{ kind: "netns", name }], false)).toEqual([
    { kind: "netns", name },
    { kind: "link", type: "loopback", ns: name, name: "lo", up: false, alias: "" },
  ]);
  expect((await kernel.apply([{ op: "netns.del", name }]))[0]?.outcome).toBe("done");
});

test("a half-made name is removed at start and by a deletion", async ({ host }) => {
  writeFileSync(path, "");
  const kernel = await host.kernel();
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, "");
  await kernel.apply([{ op: "netns.del", name }]);
  expect(existsSync(path)).toBe(false);
});

test.for(["symbolic link", "file with content"])(
  "a %s of our name is refused and left alone",
  async (kind, { host }) => {
    const victim = join(netnsDir, host.name);
    if (kind === "symbolic link") symlinkSync(victim, path);
    else writeFileSync(path, "precious");
    try {
      const kernel = await host.kernel();
      expect((await kernel.apply([{ op: "netns.add", name }]))[0]?.error?.errno).toBe("EEXIST");
      expect((await kernel.apply([{ op: "netns.del", name }]))[0]?.error?.errno).toBe("EINVAL");
      const [inside] = await kernel.apply([{ op: "link.set", ns: name, name: "lo", set: { up: false } }]);
      expect(inside?.outcome).toBe("failed");
      expect(await kernel.observe([{ kind: "netns", name }], true)).toEqual([]);
      if (kind === "symbolic link") expect(lstatSync(path).isSymbolicLink()).toBe(true);
      else expect(readFileSync(path, "utf8")).toBe("precious");
      expect(host.links("link", "show", "lo")[0]?.flags).toContain("UP");
    } finally {
      rmSync(path);
    }
  },
);
