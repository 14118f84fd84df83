import { expect, vi } from "vitest";
import { type Host, netnsDir, test } from "./netns.ts";
import { inTemporaryDirectory, Patchbay } from "./patchbay.ts";

/** What somebody, or another program's reload, does to the firewall while the daemon runs. */
const spoils: Record<string, string> = {
  "the filter table was flushed": "iptables -F",
  "every table was flushed and every chain deleted":
    "for t in filter nat raw mangle; do iptables -t $t -F; iptables -t $t -X; ip6tables -t $t -F; ip6tables -t $t -X; done",
  "the whole ruleset was flushed": "nft flush ruleset",
  "the guards were deleted": "nft delete table bridge patchbay",
  "one rule was deleted": "iptables -t nat -D PATCHBAY-DNAT 1 2>/dev/null || iptables -t nat -F PATCHBAY-DNAT",
  "everything was let in": "iptables -I PATCHBAY-FORWARD 1 -j ACCEPT",
  "the hook was deleted": "iptables -D FORWARD -m comment --comment patchbay -j PATCHBAY-FORWARD",
};

const rules = (host: Host): string =>
  host
    .shell("iptables-save; ip6tables-save; nft list table bridge patchbay || true")
    .replaceAll(/^[#:].*\n|counter packets \d+ bytes \d+/gm, "");

test.for(Object.keys(spoils))("%s: the running daemon puts it back", async (what, { host }) => {
  await inTemporaryDirectory(async (stateDir) => {
    const patchbay = await Patchbay.open({ rootNetns: host.path, netnsDir, stateDir });
    await patchbay.apply(
      { type: "network.create", name: "web", pools: [{ subnet: "10.8.0.0/24" }, { subnet: "fd00:8::/64" }] },
      { type: "endpoint.create", network: "web", name: "a", publish: ["8080:80"] },
      { type: "endpoint.join", endpoint: "web/a", sandbox: "a", createSandbox: true },
    );
    const before = rules(host);
    host.shell(spoils[what] ?? "");
    expect(rules(host).split("\n").sort()).not.toEqual(before.split("\n").sort());
    await vi.waitFor(() => expect(rules(host).split("\n").sort()).toEqual(before.split("\n").sort()), 10_000);
    await vi.waitFor(async () => {
      const { entries } = await patchbay.store.listHistory({ verb: "daemon.reconcile" }, { limit: 9 });
      expect(entries).toMatchObject([{ outcome: "applied", actor: { kind: "daemon" } }]);
    }, 10_000);
    expect(await patchbay.missing()).toEqual([]);
    await patchbay.apply(
      { type: "endpoint.leave", endpoint: "web/a" },
      { type: "endpoint.delete", endpoint: "web/a" },
      { type: "network.delete", network: "web" },
    );
    await patchbay.close();
  });
});

test("what others do to their own rules is nothing to mend", async ({ host }) => {
  await inTemporaryDirectory(async (stateDir) => {
    const patchbay = await Patchbay.open({ rootNetns: host.path, netnsDir, stateDir });
    await patchbay.apply({ type: "network.create", name: "web" });
    host.shell("iptables -N THEIRS; iptables -A FORWARD -j THEIRS; iptables -A PATCHBAY-USER -s 192.0.2.9 -j DROP");
    await vi.waitFor(async () => expect(await patchbay.kernel.disturbed()).toBe(false), 5000);
    expect(await patchbay.missing()).toEqual([]);
    const { entries } = await patchbay.store.listHistory({ verb: "daemon.reconcile" }, { limit: 9 });
    expect(await Promise.all(entries.map(async ({ seq }) => (await patchbay.store.showHistory(seq))?.steps))).toEqual(
      [],
    );
    expect(host.shell("iptables -S THEIRS; iptables -S PATCHBAY-USER")).toContain(
      "-A PATCHBAY-USER -s 192.0.2.9/32 -j DROP",
    );
    await patchbay.apply({ type: "network.delete", network: "web" });
    await patchbay.close();
  });
});
