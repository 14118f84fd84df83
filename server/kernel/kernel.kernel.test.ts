import { readlinkSync } from "node:fs";
import { readlink } from "node:fs/promises";
import { expect } from "vitest";
import { test } from "../../test/netns.ts";
import { sandboxNs } from "./objects.fixture.ts";

const name = sandboxNs(1);

test("only the worker leaves home: neither the main thread nor libuv's", async ({ host }) => {
  const home = readlinkSync("/proc/thread-self/ns/net");
  const kernel = await host.kernel();
  await kernel.apply([{ op: "netns.add", name }]);
  const busy = kernel.apply([
    { op: "link.set", ns: name, name: "lo", set: { up: true } },
    { op: "netns.del", name },
  ]);
  const threads = await Promise.all(Array.from({ length: 16 }, () => readlink("/proc/thread-self/ns/net")));
  expect(new Set(threads)).toEqual(new Set([home]));
  await busy;
  expect(readlinkSync("/proc/thread-self/ns/net")).toBe(home);
});

test("calls are served in the order they are made", async ({ host }) => {
  const kernel = await host.kernel();
  const [made, seen, gone] = await Promise.all([
    kernel.apply([{ op: "netns.add", name }]),
    kernel.observe([{ kind: "netns", name }], false),
    kernel.apply([{ op: "netns.del", name }]),
  ]);
  expect([made[0]?.outcome, gone[0]?.outcome]).toEqual(["done", "done"]);
  expect(seen).toContainEqual({ kind: "netns", name });
});

test("closing waits for what is under way, and what comes later is refused", async ({ host }) => {
  const kernel = await host.kernel();
  const busy = kernel.apply([
    { op: "netns.add", name },
    { op: "netns.del", name },
  ]);
  await kernel.close();
  expect((await busy).map(({ outcome }) => outcome)).toEqual(["done", "done"]);
  await expect(kernel.facts()).rejects.toThrow("the kernel worker has ended");
  await kernel.close();
});
