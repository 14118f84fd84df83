import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Host, test } from "../../../test/netns.ts";
import type { Kernel } from "../kernel.ts";
import { type FirewallObject, type KernelObject, keyOf } from "../objects.ts";
import { chain, networkOf4, networkOf6, rule } from "./objects.fixture.ts";
import { isInUse, parseRuleset } from "./ruleset.ts";

const flavours = ["nft", "legacy"] as const;
type Flavour = (typeof flavours)[number];

/** Everything of both families, as iptables-save prints it; without what it says about itself, and without counters. */
const save = (host: Host, flavour: Flavour): string =>
  host
    .shell(`iptables-${flavour}-save; ip6tables-${flavour}-save`)
    .replace(/^#.*\n/gm, "")
    .replace(/ \[\d+:\d+\]$/gm, "");

/** A host that uses this flavour, and in it Docker's chains, a policy and a rule that ends FORWARD. */
function furnish(host: Host, flavour: Flavour): void {
  host.shell(
    [4, 6]
      .map(
        (family) => `${family === 4 ? "iptables" : "ip6tables"}-${flavour}-restore -w 5 <<'END'\n${foreign(family)}END`,
      )
      .join("\n"),
  );
}

const foreign = (family: number): string => `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -j REJECT
-A DOCKER -d ${family === 4 ? "172.17.0.2" : "fd00:17::2"} ! -i docker0 -o docker0 -p tcp --dport 80 -j ACCEPT
-A DOCKER-USER -j RETURN
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
COMMIT
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
`;

const all = (): FirewallObject[] => [...networkOf4(), ...networkOf6()];
const sorted = (objects: KernelObject[]): KernelObject[] => [...objects].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
const failures = (records: Awaited<ReturnType<Kernel["apply"]>>) =>
  records.flatMap(({ command, error }) => (error ? { command, ...error } : []));

/** Makes the firewall what is wanted, by plan and observation. */
async function reconcile(kernel: Kernel, want: KernelObject[]): Promise<void> {
  expect(failures(await kernel.apply(kernel.plan(want, await kernel.observe(want, true))))).toEqual([]);
}

describe.each(flavours)("with iptables-%s", (flavour) => {
  test("every form of rule is made, found again, and deleted; nothing of others is touched", async ({ host }) => {
    furnish(host, flavour);
    const before = save(host, flavour);
    const kernel = await host.kernel();
    expect(await kernel.firewall()).toEqual({ 4: { ok: true, flavour }, 6: { ok: true, flavour } });
    await reconcile(kernel, all());
    const have = await kernel.observe(all(), true);
    expect(sorted(have)).toEqual(sorted(all()));
    expect(kernel.plan(all(), have)).toEqual([]);
    expect(kernel.plan(all(), await kernel.observe(all(), false))).toEqual([]);
    const others = save(host, flavour).replace(/^.*PATCHBAY-.*\n/gm, "");
    expect(others).toBe(before);
    expect(failures(await kernel.apply(kernel.plan([], all())))).toEqual([]);
    expect(save(host, flavour)).toBe(before);
  });

  test("what is not expected is found too, and goes", async ({ host }) => {
    furnish(host, flavour);
    const before = save(host, flavour);
    const kernel = await host.kernel();
    await reconcile(kernel, all());
    await reconcile(kernel, []);
    expect(save(host, flavour)).toBe(before);
    expect(await kernel.observe([], true)).toEqual([]);
  });

  test("hooks stand before the rule that ends a chain, and at its head", async ({ host }) => {
    furnish(host, flavour);
    const kernel = await host.kernel();
    await reconcile(kernel, networkOf4());
    const forward = host.shell(`iptables-${flavour} -S FORWARD`).trim().split("\n");
    expect(forward.map((line) => / -j (\S+)/.exec(line)?.[1])).toEqual([
      undefined,
      "PATCHBAY-USER",
      "DOCKER-USER",
      "DOCKER",
      "PATCHBAY-FORWARD",
      "REJECT",
    ]);
    await reconcile(kernel, []);
  });

  test("whatever somebody flushes comes back as it was, and the watch tells", async ({ host }) => {
    furnish(host, flavour);
    const kernel = await host.kernel();
    await reconcile(kernel, all());
    const baseline = save(host, flavour);
    const spoil = [
      `iptables-${flavour} -F PATCHBAY-NETWORKS`,
      `iptables-${flavour} -t nat -F`,
      `ip6tables-${flavour} -t nat -F PATCHBAY-DNAT`,
      `iptables-${flavour} -D FORWARD -m comment --comment "patchbay host" -j PATCHBAY-FORWARD`,
      `iptables-${flavour} -A PATCHBAY-FORWARD -j ACCEPT`,
      `iptables-${flavour} -t raw -F; iptables-${flavour} -t raw -X`,
    ];
    for (const command of spoil) {
      expect(await kernel.disturbed()).toBe(false);
      host.shell(command);
      expect(await kernel.disturbed(), command).toBe(true);
    }
    await reconcile(kernel, all());
    // "-t nat -F" took Docker's rules as well: they are Docker's to bring back.
    const docker = /^-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n/m;
    expect(save(host, flavour).split("\n").sort()).toEqual(baseline.replace(docker, "").split("\n").sort());
    await reconcile(kernel, []);
  });

  test("after iptables -F and -X alone the baseline comes back to the letter", async ({ host }) => {
    host.shell(`iptables-${flavour} -P FORWARD DROP`);
    const kernel = await host.kernel();
    await reconcile(kernel, networkOf4());
    const baseline = save(host, flavour);
    for (const table of ["filter", "nat", "raw"])
      host.shell(`iptables-${flavour} -t ${table} -F; iptables-${flavour} -t ${table} -X`);
    await reconcile(kernel, networkOf4());
    expect(save(host, flavour)).toBe(baseline);
    await reconcile(kernel, []);
  });

  test("the administrator's chain keeps its rules, whatever comes and goes", async ({ host }) => {
    furnish(host, flavour);
    const kernel = await host.kernel();
    await reconcile(kernel, networkOf4());
    host.shell(`iptables-${flavour} -A PATCHBAY-USER -s 192.0.2.0/24 -j DROP`);
    expect(kernel.plan(networkOf4(), await kernel.observe(networkOf4(), true))).toEqual([]);
    for (const want of [[], networkOf4(), []]) await reconcile(kernel, want);
    expect(failures(await kernel.apply(kernel.plan(networkOf4(), [])))).toEqual([]);
    expect(failures(await kernel.apply(kernel.plan([], networkOf4())))).toEqual([]);
    expect(host.shell(`iptables-${flavour} -S PATCHBAY-USER`)).toContain("-s 192.0.2.0/24 -j DROP");
    expect(host.shell(`iptables-${flavour} -S FORWARD`)).not.toContain("PATCHBAY");
    host.shell(`iptables-${flavour} -F PATCHBAY-USER`);
    await reconcile(kernel, []);
    expect(save(host, flavour)).not.toContain("PATCHBAY");
  });

  test("what is planned from the intent is done although somebody has flushed the rules", async ({ host }) => {
    furnish(host, flavour);
    const kernel = await host.kernel();
    await reconcile(kernel, all());
    const [publication] = networkOf4().filter((object) => object.kind === "rule" && object.owner === "endpoint");
    host.shell(`iptables-${flavour} -F PATCHBAY-IN-1; iptables-${flavour} -t nat -F PATCHBAY-DNAT`);
    const without = all().filter((object) => object.family !== 4 || object !== publication);
    expect(
      failures(
        await kernel.apply(kernel.plan(without.slice(1), [...without.slice(1), ...(publication ? [publication] : [])])),
      ),
    ).toEqual([]);
    expect(failures(await kernel.apply(kernel.plan([], all())))).toEqual([]);
    expect(save(host, flavour)).not.toContain("PATCHBAY");
  });

  test("a rule that is there twice is there once afterwards", async ({ host }) => {
    host.shell(`iptables-${flavour} -P FORWARD DROP`);
    const kernel = await host.kernel();
    await reconcile(kernel, networkOf4());
    const baseline = save(host, flavour);
    host.shell(`iptables-${flavour} -A PATCHBAY-IN-1 -p icmp -m comment --comment "patchbay network web" -j RETURN`);
    await reconcile(kernel, networkOf4());
    expect(save(host, flavour).split("\n").sort()).toEqual(baseline.split("\n").sort());
    await reconcile(kernel, []);
  });

  test("a refusal is in iptables' words, and names the line", async ({ host }) => {
    furnish(host, flavour);
    const before = save(host, flavour);
    const kernel = await host.kernel();
    const want = [chain("filter", "A"), rule("filter A", "-s 10.0.0.0/33 -j ACCEPT")];
    expect(await kernel.apply(kernel.plan(want, []))).toMatchObject([
      {
        outcome: "failed",
        error: {
          errno: "EINVAL",
          text: `iptables-${flavour}-restore: invalid mask \`33' specified: -A PATCHBAY-A -s 10.0.0.0/33 -j ACCEPT`,
        },
      },
    ]);
    expect(save(host, flavour)).toBe(before);
  });

  test("the rendered command lines do what apply does", async ({ host }) => {
    furnish(host, flavour);
    const kernel = await host.kernel();
    const steps = kernel.plan(all(), []).map((step) => kernel.render(step).replace(/^(ip6?tables)/, `$1-${flavour}`));
    for (const step of steps) host.shell(step);
    expect(kernel.plan(all(), await kernel.observe(all(), true))).toEqual([]);
    for (const step of kernel.plan([], all()))
      host.shell(kernel.render(step).replace(/^(ip6?tables)/, `$1-${flavour}`));
    expect(save(host, flavour)).not.toContain("PATCHBAY");
  });
});

test("a host that uses nothing, or both, gets nftables; and nothing is made by looking", async ({ host }) => {
  const kernel = await host.kernel();
  expect(await kernel.firewall()).toEqual({ 4: { ok: true, flavour: "nft" }, 6: { ok: true, flavour: "nft" } });
  await kernel.disturbed();
  expect(isInUse(parseRuleset(save(host, "legacy")))).toBe(false);
  expect(host.shell("cat /proc/net/ip_tables_names /proc/net/ip6_tables_names")).toBe("");
  for (const flavour of flavours) host.shell(`iptables-${flavour} -P FORWARD DROP`);
  const other = await host.kernel();
  expect((await other.firewall())[4]).toEqual({ ok: true, flavour: "nft" });
});

/** Programs of their own for a kernel, as shell scripts by name. */
async function withPrograms(scripts: Record<string, string>, use: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "programs-"));
  try {
    for (const [name, script] of Object.entries(scripts)) {
      writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(directory, name), 0o755);
    }
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const want = [chain("filter", "A")];
const version = 'if [ "$1" = -V ]; then echo "iptables-save v1.8.9 (nf_tables)"; exit; fi';

test("programs that are missing are said to be", async ({ host }) => {
  await withPrograms({}, async (directory) => {
    const kernel = await host.kernel({ programs: { directories: [directory] } });
    const reason = (program: string) =>
      `${program} is not installed: apt install iptables, or start with --no-iptables`;
    expect(await kernel.firewall()).toEqual({
      4: { ok: false, reason: reason("iptables-save") },
      6: { ok: false, reason: reason("ip6tables-save") },
    });
    expect(failures(await kernel.apply(kernel.plan(want, [])))).toMatchObject([
      { errno: "ENOENT", text: reason("iptables-restore") },
    ]);
    expect(await kernel.observe(want, true)).toEqual([]);
  });
});

test.for([
  ["hangs", "sleep 600", "ETIMEDOUT", "iptables-restore did not end within 300 ms and was killed"],
  ["fails without a word", "exit 1", "EINVAL", "iptables-restore: it failed and did not say why"],
  ["prints garbage", "head -c 100000 /dev/urandom >&2; exit 1", "EINVAL", "iptables-restore: "],
  [
    "says why",
    "echo 'iptables-restore v1.8.9 (nf_tables): Permission denied' >&2; exit 4",
    "EINVAL",
    "iptables-restore: Permission denied",
  ],
] as const)("a program that %s", async ([, script, errno, text], { host }) => {
  const scripts = { "iptables-save": `${version}\nexit 0`, "iptables-restore": script };
  await withPrograms(scripts, async (directory) => {
    const kernel = await host.kernel({ programs: { directories: [directory], timeoutMs: 300 } });
    const [failure] = failures(await kernel.apply(kernel.plan(want, [])));
    expect(failure).toMatchObject({ errno, text: expect.stringContaining(text) });
    expect(failure?.text.length).toBeLessThanOrEqual(300);
  });
});

test("what is not a set of rules is not taken for one", async ({ host }) => {
  const scripts = { "iptables-save": `${version}\necho '*filter'; echo 'rm -rf /'; echo COMMIT` };
  await withPrograms(scripts, async (directory) => {
    const kernel = await host.kernel({ programs: { directories: [directory] } });
    expect((await kernel.firewall())[4]).toEqual({
      ok: false,
      reason: 'what iptables-save printed is not a set of rules: in it is "rm -rf /"',
    });
    await expect(kernel.observe(want, false)).rejects.toThrow("is not a set of rules");
  });
});
