import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { TopologyState } from "#cnm/events.ts";
import type { HistoryEntry } from "#cnm/history.ts";
import type { Daemon } from "../test/daemon.ts";
import { type IpLink, test } from "../test/netns.ts";
import { withCommandLine } from "./cli.fixture.ts";

test("a network by hand: create, connect, ping, look, delete", async ({ host }) => {
  await withCommandLine(host, async ({ run, done, shellRan }) => {
    const id = await done("network", "create", "web", "--subnet", "10.8.0.0/24", "--gateway", "10.8.0.254", "--ipv6");
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    await done("sandbox", "create", "a", "--label", "team=blue");
    expect(await done("network", "connect", "web", "a")).toMatch(/joined a to web as eth0, 10\.8\.0\.1\/24/);
    expect(await done("network", "connect", id.slice(0, 6), "b", "--create", "--ip", "10.8.0.77")).toMatch(
      /10\.8\.0\.77/,
    );

    expect(await done("network", "ls")).toMatch(
      /^NETWORK ID +NAME .*\n(.*\n)*.* web +bridge .*10\.8\.0\.0\/24, fd.* 2/,
    );
    expect(await done("sandbox", "ls", "-q")).toMatch(/^[0-9a-f]{12}\n[0-9a-f]{12}$/);
    expect(JSON.parse(await done("endpoint", "ls", "--sandbox", "b", "--json"))).toMatchObject([
      { ipv4: "10.8.0.77/24" },
    ]);
    expect(JSON.parse(await done("sandbox", "inspect", "a", "b"))).toHaveLength(2);

    const ping = await run(["sandbox", "exec", "a", "--", "ping", "-c1", "-W1", "10.8.0.77"]);
    expect(ping.err).toBe("");
    expect(ping).toMatchObject({ code: 0, out: expect.stringContaining("1 received") });
    const failing = await run(["sandbox", "exec", "a", "ping", "-c1", "-W1", "10.8.0.99"]);
    expect(failing.code).toBe(1);

    expect(await run(["network", "connect", "web", "a"])).toMatchObject({
      code: 1,
      err: "patchbay: sandbox a is already in network web\n",
    });
    expect(await run(["network", "rm", "web"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("2 endpoints: a"),
    });
    expect(await done("history", "--verb", "sandbox.exec")).toMatch(/ran ping in a/);
    const refused = JSON.parse(await done("history", "ls", "--outcome", "refused", "--json"));
    expect(refused.entries).toMatchObject([{ verb: "network.delete", actor: { name: "root" }, source: "cli" }]);
    expect(await done("history", "verify")).toMatch(/whole/);
    await done("network", "disconnect", "web", "a");
    await done("network", "rm", "-f", "web");
    expect(await done("sandbox", "ls", "-q")).toMatch(/^[0-9a-f]{12}$/);
    await done("sandbox", "rm", "-f", "a");
    expect(existsSync(shellRan)).toBe(false);
  });
});

test("a program in a sandbox has our stdin, and we its exit code", async ({ host }) => {
  await withCommandLine(host, async ({ run, done }) => {
    await done("sandbox", "create", "box");
    const inBox = (...command: string[]) => run(["sandbox", "exec", "box", "--", ...command], "hello\n");
    expect(await inBox("cat")).toEqual({ code: 0, out: "hello\n", err: "" });
    expect(await inBox("bash", "-c", "exit 42")).toMatchObject({ code: 42 });
    expect(await inBox("bash", "-c", "kill -KILL $$")).toMatchObject({ code: 137 });
    expect(await inBox("printf", "%s|", "$(id)", "; a b", "--json", "--")).toMatchObject({
      out: "$(id)|; a b|--json|--|",
    });
    const devices = await inBox("ip", "-j", "link");
    expect(JSON.parse(devices.out)).toHaveLength(1);
    expect((await inBox("no-such-program")).code).not.toBe(0);
  });
});

test("a dry run shows what would run and does nothing", async ({ host }) => {
  await withCommandLine(host, async ({ done, daemon }) => {
    const before = await daemon.admin("query", "topology.get");
    const steps = await done("network", "create", "web", "--subnet", "10.8.0.0/24", "--dry-run");
    expect(steps).toMatch(/^ip link add .* type bridge/m);
    expect(await daemon.admin("query", "topology.get")).toEqual(before);
    await done("network", "create", "web", "--subnet", "10.8.0.0/24");
    const entry: HistoryEntry = JSON.parse(await done("history", "show", String(await lastRow(daemon)), "--json"));
    const shape = (command: string) => command.replace(/[0-9a-f]{12}/g, "ID");
    expect(entry.steps.map(({ command }) => shape(command)).join("\n")).toBe(shape(steps));
    expect(await done("history", "show", String(entry.seq))).toContain("# done, ");
  });
});

test("a network goes with a thousand endpoints, and the dry run tells all of it", async ({ host }) => {
  await withCommandLine(host, async ({ done, daemon }) => {
    await done("network", "create", "web", "--subnet", "10.8.0.0/20");
    await done("sandbox", "create", "box");
    const names = Array.from({ length: 1100 }, (_, n) => `member-${n}`);
    const commands = names.map((name) => ({ type: "endpoint.create", network: "web", name }));
    const join = { type: "endpoint.join", endpoint: "web/member-7", sandbox: "box" };
    await daemon.admin("mutation", "topology.change", { commands: [...commands, join] });
    const { changes, steps } = JSON.parse(await done("network", "rm", "-f", "web", "--dry-run", "--json"));
    expect(changes).toHaveLength(1101);
    // One endpoint of them all is joined.
    expect(steps.length).toBeLessThan(12);
    expect(await done("network", "rm", "--force", "web")).toBe("web");
    expect(JSON.parse(await done("endpoint", "ls", "--json"))).toEqual([]);
    expect(await done("sandbox", "rm", "box")).toBe("box");
  });
});

test("users are managed with passwords that are never arguments", async ({ host }) => {
  await withCommandLine(host, async ({ run, done }) => {
    const password = "correct horse battery";
    expect(await run(["user", "create", "ada", "--role", "operator"], `${password}\n`)).toMatchObject({
      code: 0,
      out: "ada\n",
    });
    expect(await run(["user", "password", "ada"], "short")).toMatchObject({ code: 1 });
    expect(await done("user", "ls")).toMatch(/ada +operator/);
    await done("user", "role", "ada", "viewer");
    const all = await done("history", "--json");
    expect(all).toContain("user.setRole");
    expect(all).not.toContain(password);
    await done("user", "rm", "ada");
  });
});

const long = "n".repeat(300);
const oddNames = [
  "",
  long,
  "two\nlines",
  "a/b",
  "..",
  "$(touch ran)",
  "`touch ran`",
  "'; DROP TABLE Network; --",
  "nétz",
  "-x",
  "\u001b[2J",
];
const creating = (name: string) => [
  ["network", "create", "--", name],
  ["sandbox", "create", "--", name],
  ["network", "connect", "--create", "--", "base", name],
];
const referring = (name: string) => [
  ["network", "connect", "--", name, "box"],
  ["network", "rm", "--", name],
  ["sandbox", "exec", "--", name, "true"],
  ["endpoint", "create", "--", "base", name],
  ["endpoint", "inspect", "--", name],
  ["network", "connect", "base", "box", `--alias=${name}`],
];
const badInput: string[][] = [
  ...oddNames.flatMap(creating),
  ...["", "$(touch ran)", "'; DROP TABLE Network; --"].flatMap(referring),
  ["network", "create", "n", "--subnet", "10.8.0.7/24"],
  ["network", "create", "n", "--subnet", "10.8.0.0/24", "--gateway", "10.8.1.1"],
  ["network", "create", "n", "--subnet", "10.8.0.0/24", "--ip-range", "10.8.1.0/25"],
  ["network", "create", "n", "--subnet", "10.77.0.0/25"],
  ["network", "create", "n", "--gateway", "10.8.0.1"],
  ["network", "create", "n", "--driver", "$(reboot)"],
  ["network", "create", "n", "-o", "nonsense=1"],
  ["network", "create", "n", "-o", "mtu"],
  ["network", "create", "n", "-o", "mtu=0x10"],
  ["network", "create", "n", "--label", "=v"],
  ["network", "create", "base"],
  ["network", "create", "BASE"],
  ["network", "create", "n", "--frobnicate"],
  ["network", "create"],
  ["network", "rm", "base", "nothing"],
  ["network", "connect", "base", "box", "--ip", "10.77.0.0"],
  ["network", "connect", "base", "box", "--ip", "10.99.0.1"],
  ["network", "connect", "base", "box", "--mac", "ff:ff:ff:ff:ff:ff"],
  ["network", "connect", "base", "box", "-p", "8080:x"],
  ["network", "connect", "base", "box", "-p", "$(touch ran):80"],
  ["network", "connect", "base", "box", "-p", ""],
  ["network", "connect", "base", "box", "-p", "[::]:80:80"],
  ["network", "connect", "base", "box", "--expose", long],
  ["network", "connect", "base", "box", "--link", "nothing"],
  ["network", "connect", "base", "box", "--link", "a:\u001b[2J"],
  ["network", "connect", "base", "box", "--interface-name", "../all"],
  ["endpoint", "join", "base/quiet", "box", "--interface-name", "$(touch ran)"],
  ["endpoint", "update", "base/quiet", "--interface-name", "x"],
  ["endpoint", "create", "base", "n", "--driver-opt", "com.docker.network.endpoint.ifname=lo"],
  ["endpoint", "create", "none", "n", "-p", "80:80"],
  ["endpoint", "update", "nothing", "-p", "80"],
  ["endpoint", "update", "base/quiet"],
  ["endpoint", "update", "base/quiet", "--link", "quiet"],
  ["network", "update", "base"],
  ["network", "update", "base", "--internal=maybe"],
  ["network", "update", "base", "-o", "nonsense=1"],
  ["network", "update", "base", "-o", "icc=maybe"],
  ["network", "update", "base", "-o", "name=br0"],
  ["network", "update", "base", "-o", "gateway_mode_ipv4=isolated"],
  ["network", "update", "nothing", "--internal"],
  ["port", "add", "base/quiet"],
  ["port", "add", "base/quiet", "8080:80", "8080:81"],
  ["port", "add", "base/quiet", "'; DROP TABLE Network; --"],
  ["port", "add", "nothing", "80"],
  ["port", "rm", "base/quiet"],
  ["port", "rm", "base/quiet", "80"],
  ["port", "rm", "base/quiet", "80", "--all"],
  ["port", "ls", "--network", "nothing"],
  ["sandbox", "create", "n", "--net", "both"],
  ["sandbox", "create", "n", "--net", "container:nobody"],
  ["history", "show", "0"],
  ["history", "show", "999999"],
  ["history", "--after", "then"],
  ["history", "--limit", "9999"],
  ["user", "create", "x y"],
  ["frobnicate"],
];

test("bad input gets one clear error, changes nothing and reaches no shell", { timeout: 170_000 }, async ({ host }) => {
  await withCommandLine(host, async ({ run, done, daemon, shellRan }) => {
    await done("network", "create", "base", "--subnet", "10.77.0.0/24");
    await done("endpoint", "create", "base", "quiet");
    await done("sandbox", "create", "box");
    const state = async () => ({
      intent: (await daemon.admin<TopologyState>("query", "topology.get")).topology,
      links: host.links("addr").map(lasting),
    });
    const before = await state();
    const parallel = 4;
    for (let first = 0; first < badInput.length; first += parallel)
      await Promise.all(
        badInput.slice(first, first + parallel).map(async (args) => {
          const { code, out, err } = await run(args);
          const what = `${JSON.stringify(args)}: ${err}`;
          expect([1, 2], what).toContain(code);
          expect(out, what).toBe("");
          expect(err, what).toMatch(/^patchbay: \S[^\n]{8,}\n( {2}[^\n]+\n)*$/);
          expect(err.replaceAll("\n", ""), what).not.toMatch(/\p{C}|at file:|TRPCClientError/u);
        }),
      );
    expect(await state()).toEqual(before);
    expect(existsSync(shellRan)).toBe(false);
    expect(existsSync("ran")).toBe(false);
  });
});

test("what people have named reaches the terminal with everything invisible spelled out", async ({ host }) => {
  await withCommandLine(host, async ({ done, daemon }) => {
    const nasty = "\u001b[2J\u009b31m\r\n\u202e\u2028x";
    const pools = [{ subnet: "10.8.0.0/24", auxAddresses: { [nasty]: "10.8.0.9" } }];
    const web = { name: "web", pools, labels: { [nasty]: nasty } };
    await daemon.admin("mutation", "network.create", web);
    await daemon.admin("mutation", "sandbox.create", { name: "box", labels: { [nasty]: nasty } });
    await daemon.admin("mutation", "sandbox.exec", { ref: "box", program: nasty });
    const user = { username: "grace", name: nasty, password: "correct horse battery", role: "viewer" };
    await daemon.admin("mutation", "user.create", user);
    const { revision } = await daemon.admin<TopologyState>("query", "topology.get");
    const rows = Array.from({ length: revision }, (_, row) => ["history", "show", String(row + 1)]);
    for (const args of [
      ["network", "inspect", "web"],
      ["sandbox", "inspect", "box"],
      ["user", "ls"],
      ["history"],
      ...rows,
    ])
      for (const flags of [[], ["--json"]]) {
        const out = await done(...args, ...flags);
        expect(out.replaceAll(/[\n\t]/g, ""), args.join(" ")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }
  });
});

test("all problems come at once, as JSON too", async ({ host }) => {
  await withCommandLine(host, async ({ run }) => {
    const args = [
      "network",
      "create",
      "a b",
      "--subnet",
      "10.8.0.7/24",
      "--gateway",
      "10.9.0.1",
      "-o",
      "mtu=1",
      "--json",
    ];
    const { code, err } = await run(args);
    expect(code).toBe(1);
    const { error } = JSON.parse(err);
    expect(error.code).toBe("INVALID_PARAMETER");
    expect(error.details.problems.map(({ path }: { path: string }) => path).sort()).toEqual(
      ["--gateway", "name", "options.mtu", "pools.0.subnet"].sort(),
    );
  });
});

test("without a daemon the exit code is 3 and one sentence says how to start it", async ({ host }) => {
  await withCommandLine(host, async ({ run, daemon }) => {
    for (const socket of ["/nowhere/admin.sock", join(daemon.runDir, "web.sock", "x")]) {
      const { code, out, err } = await run(["network", "ls", "--socket", socket]);
      expect({ code, out }).toEqual({ code: 3, out: "" });
      expect(err).toMatch(/^patchbay: .*npm run up.*\n$/);
    }
  });
});

/** What of a device stays as it is while nobody changes it: no timers, no carrier that comes and goes. */
function lasting({ ifname, ifindex, mtu, master, address, ifalias, group, addr_info }: IpLink) {
  const addresses = addr_info?.map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  return { ifname, ifindex, mtu, master, address, ifalias, group, addresses };
}

async function lastRow(daemon: Daemon): Promise<number> {
  return (await daemon.admin<TopologyState>("query", "topology.get")).revision;
}
