import { execFileSync } from "node:child_process";
import { expect } from "vitest";
import { type Host, run, test } from "../../../test/netns.ts";
import { sandboxNs, sandboxObjects } from "../objects.fixture.ts";
import type { KernelObject } from "../objects.ts";

const ns = sandboxNs(1);
const resolver: KernelObject = { kind: "resolver", ns };
const sandbox = sandboxObjects(1);
const want = [...sandbox, resolver];

const inside = (command: string): string => run("ip", "netns", "exec", ns, "sh", "-ec", command);
const sockets = (): string[] =>
  inside("ss -H -n -u -t -l -a")
    .split("\n")
    .filter((line) => line.includes("127.0.0.11:"));

async function opened(host: Host) {
  const kernel = await host.kernel();
  const become = async (want: KernelObject[], have: KernelObject[]) => {
    for (const { outcome, error } of await kernel.apply(kernel.plan(want, have)))
      expect([outcome, error]).toEqual(["done", undefined]);
  };
  const observed = async () => (await kernel.observe([], true)).filter(({ kind }) => kind === "resolver");
  await become(want, []);
  return { kernel, become, observed };
}

test("sockets on ports of the kernel's choice, and a table that leads there from port 53", async ({ host }) => {
  const { become, observed } = await opened(host);
  const [udp = "", tcp = ""] = sockets()
    .sort()
    .reverse()
    .map((line) => /127\.0\.0\.11:(\d+)/.exec(line)?.[1]);
  expect(inside("nft list ruleset")).toBe(`table ip patchbay {
	chain output {
		type nat hook output priority -100; policy accept;
		ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:${udp}
		ip daddr 127.0.0.11 tcp dport 53 dnat to 127.0.0.11:${tcp}
	}
}
`);
  expect(await observed()).toEqual([resolver]);
  await become(sandbox, want);
  expect([inside("nft list ruleset"), sockets(), await observed()]).toEqual(["", [], []]);
  await become([], sandbox);
});

test("a table that somebody emptied, changed or deleted is not the one that was made", async ({ host }) => {
  const { become, observed } = await opened(host);
  const damages = ["flush ruleset", "flush chain ip patchbay output", "add rule ip patchbay output counter"];
  for (const damage of damages) {
    inside(`nft ${damage}`);
    expect(await observed(), damage).toEqual([{ ...resolver, damaged: true }]);
    await become(want, [...sandbox, ...(await observed())]);
    expect(await observed()).toEqual([resolver]);
  }
  await become([], want);
});

test("what a daemon that is gone left behind is replaced, or deleted", async ({ host }) => {
  const { kernel } = await opened(host);
  const left = inside("nft list ruleset");
  await kernel.close();
  expect(inside("nft list ruleset")).toBe(left);
  const next = await host.kernel();
  const have = async () => (await next.observe([], true)).filter(({ kind }) => kind === "resolver");
  expect(await have()).toEqual([{ ...resolver, damaged: true }]);
  await next.apply(next.plan(want, [...sandbox, ...(await have())]));
  expect(await have()).toEqual([resolver]);
  await next.apply(next.plan([], want));
});

test("a namespace that was deleted and made again has no resolver yet", async ({ host }) => {
  const { kernel, observed } = await opened(host);
  run("ip", "netns", "del", ns);
  expect(await observed()).toEqual([{ ...resolver, damaged: true }]);
  run("ip", "netns", "add", ns);
  const observedAll = await kernel.observe(want, true);
  await kernel.apply(kernel.plan(want, observedAll));
  expect(await observed()).toEqual([resolver]);
  expect(sockets()).toHaveLength(2);
  await kernel.apply(kernel.plan([], want));
});

test("closing what is not open is no failure", async ({ host }) => {
  const kernel = await host.kernel();
  await kernel.apply(kernel.plan(sandbox, []));
  const [closed] = await kernel.apply(kernel.plan(sandbox, want));
  expect(closed?.outcome).toBe("absent");
  await kernel.apply(kernel.plan([], sandbox));
});

test("a program in the sandbox has port 53 for itself", async ({ host }) => {
  const { become } = await opened(host);
  const bind = `require("node:dgram").createSocket("udp4").bind(53, "0.0.0.0", function () { this.close(); console.log("bound"); })`;
  expect(execFileSync("ip", ["netns", "exec", ns, process.execPath, "-e", bind], { encoding: "utf8" })).toBe("bound\n");
  await become([], want);
});
