import { expect } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { findEndpoint, findSandbox } from "#cnm/lookup.ts";
import { ifbName, namespaceName, vethName } from "#server/kernel/names.ts";
import { run, test } from "./netns.ts";
import { type Patchbay, withPatchbay } from "./with-patchbay.ts";
import { throughput } from "./throughput.ts";

const sandboxes: CommandDraft[] = ["a", "b"].map((name) => ({ type: "sandbox.create", name }));
const join = (network: string, sandbox: string, rest: object = {}): CommandDraft[] => [
  { type: "endpoint.create", network, name: sandbox, ...rest },
  { type: "endpoint.join", endpoint: `${network}/${sandbox}`, sandbox },
];
const web: CommandDraft = { type: "network.create", name: "web", pools: [{ subnet: "10.1.1.0/24" }] };
const wire: CommandDraft = { type: "network.create", name: "wire", driver: "ptp", pools: [{ subnet: "10.1.2.0/30" }] };
const update = (endpoint: string, rest: object): CommandDraft => ({ type: "endpoint.update", endpoint, ...rest });

const nsOf = ({ controller }: Patchbay, name: string) => namespaceName(findSandbox(controller.topology, name).id);
const megabit = 1_000_000;

/** Whether the stream is as fast as the limit lets it be, and no faster. */
function expectLimit(rate: number, limit: number, what: string): void {
  expect(rate, what).toBeGreaterThan(0.5 * limit);
  expect(rate, what).toBeLessThan(1.3 * limit);
}

test("on a bridge: either direction, edited live, and lifted", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    await patchbay.apply(web, ...sandboxes, ...join("web", "a"), ...join("web", "b"));
    const [a, b] = [nsOf(patchbay, "a"), nsOf(patchbay, "b")];
    const id = findEndpoint(patchbay.controller.topology, "web/a").id;
    const index = () => host.links("link", "show", vethName(id))[0]?.ifindex;
    const born = index();
    const into = { from: b, to: a, address: "10.1.1.2" };
    const out = { from: a, to: b, address: "10.1.1.3" };
    expect(await throughput(into, 40_000_000)).toBeGreaterThan(100 * megabit);

    await patchbay.apply(update("web/a", { ingress: "10mbit", egress: "5mbit" }));
    expect(await patchbay.missing()).toEqual([]);
    expectLimit(await throughput(into, 2_000_000), 10 * megabit, "ingress 10mbit");
    expectLimit(await throughput(out, 1_000_000), 5 * megabit, "egress 5mbit");

    await patchbay.apply(update("web/a", { egress: "20mbit burst 64kb" }));
    expect(findEndpoint(patchbay.controller.topology, "web/a").options.bandwidth).toEqual({
      ingress: { rate: 10 * megabit, burst: null },
      egress: { rate: 20 * megabit, burst: 65536 },
    });
    expectLimit(await throughput(out, 4_000_000), 20 * megabit, "egress 20mbit");
    expect(await patchbay.restart()).toMatchObject({ repaired: 0 });

    await patchbay.apply(update("web/a", { ingress: "", egress: "" }));
    expect(await throughput(out, 40_000_000)).toBeGreaterThan(200 * megabit);
    expect(host.shell(`tc qdisc show dev ${vethName(id)}`).trim()).toBe("qdisc noqueue 0: root refcnt 2");
    expect(host.links("link").map(({ ifname }) => ifname)).not.toContain(ifbName(id));
    expect(index()).toBe(born);
    expect(await patchbay.missing()).toEqual([]);
  });
});

test("at the ends of a link: what one sends and the other receives is the lesser of both", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    const ends = [...join("wire", "a", { egress: "20mbit" }), ...join("wire", "b", { ingress: "5mbit" })];
    await patchbay.apply(wire, ...sandboxes, ...ends);
    const [a, b] = [nsOf(patchbay, "a"), nsOf(patchbay, "b")];
    expectLimit(await throughput({ from: a, to: b, address: "10.1.2.2" }, 1_000_000), 5 * megabit, "a to b");
    expect(await throughput({ from: b, to: a, address: "10.1.2.1" }, 40_000_000)).toBeGreaterThan(100 * megabit);
    await patchbay.apply(update("wire/b", { ingress: "" }));
    expectLimit(await throughput({ from: a, to: b, address: "10.1.2.2" }, 4_000_000), 20 * megabit, "a to b");
    expect(await patchbay.missing()).toEqual([]);
  });
});

test("what somebody else does to a limit is found and put right", async ({ host }) => {
  await withPatchbay(host.path, async (patchbay) => {
    await patchbay.apply(web, ...sandboxes, ...join("web", "a", { ingress: "10mbit", egress: "1gbit" }));
    const id = findEndpoint(patchbay.controller.topology, "web/a").id;
    const [veth, ifb] = [vethName(id), ifbName(id)];
    for (const damage of [
      `tc qdisc del dev ${veth} root`,
      `tc qdisc replace dev ${veth} root tbf rate 1mbit burst 5000 limit 50000`,
      `tc qdisc del dev ${veth} ingress`,
      `tc filter del dev ${veth} ingress`,
      `ip link del ${ifb}`,
      `ip link set ${ifb} down`,
      `tc qdisc change dev ${ifb} root handle 7062: tbf rate 2gbit burst 900000 limit 9000000`,
    ]) {
      host.shell(damage);
      expect(await patchbay.missing(), damage).not.toEqual([]);
      expect((await patchbay.restart()).repaired, damage).toBeGreaterThan(0);
      expect(await patchbay.missing(), damage).toEqual([]);
    }
    run("ip", "netns", "exec", nsOf(patchbay, "a"), "ping", "-c1", "-W2", "10.1.1.1");
  });
});
