import { expect } from "vitest";
import type { FirewallState } from "#cnm/firewall.ts";
import { explainRule } from "#cnm/firewall.ts";
import { test } from "../test/netns.ts";
import { withCommandLine } from "./cli.fixture.ts";

test("every rule that networks and ports make is listed with its owner, and explained", async ({ host }) => {
  await withCommandLine(host, async ({ done }) => {
    const web = await done("network", "create", "web", "--ipv6", "-o", "icc=false");
    await done("network", "create", "back", "--internal", "--ipv6");
    await done("network", "create", "open", "--ipv6", "-o", "gateway_mode_ipv4=routed");
    await done("network", "connect", "web", "box", "--create", "-p", "8080:80");
    await done("network", "connect", "open", "box", "-p", "53:53/udp");
    const state: FirewallState = JSON.parse(await done("firewall", "ls", "--json"));
    expect(state.families.map(({ reason }) => reason)).toEqual([null, null]);
    expect(state.rules.filter((rule) => explainRule(rule) === rule.rule)).toEqual([]);
    expect(state.rules.some(({ owner }) => owner.id === web)).toBe(true);
    expect(state.rules.some(({ owner }) => owner.kind === "endpoint" && owner.id?.length === 64)).toBe(true);
    expect(await done("firewall")).toMatch(/published port 8080\/tcp of the host leads to 172\.\d+\.0\.2:80/);
  });
});
