import { expect, test } from "vitest";
import { hostNetwork } from "#cnm/predefined.ts";
import { foresee, foreseenId } from "#components/topology/foresee.ts";
import { idOf, small, topologyOf } from "#components/topology/topology.fixture.ts";
import { planDeletion } from "./deletion.ts";
import { fieldOf, fieldsOf, initialNetwork, networkDraft } from "./network-values.ts";

test("deleting a network takes its endpoints along and says so", () => {
  const plan = planDeletion(small, [idOf(1)]);
  expect(plan.along.map(({ name, live }) => ({ name, live }))).toEqual([{ name: "net/web-1", live: true }]);
  expect(plan.commands.map(({ type }) => type)).toEqual(["endpoint.leave", "endpoint.delete", "network.delete"]);
  expect(plan.confirm).toBeNull();
});

test("both ends of a cable deleted together: the cable goes once", () => {
  const plan = planDeletion(small, [idOf(1), idOf(2)]);
  expect(plan.commands.map(({ type }) => type)).toEqual([
    "endpoint.leave",
    "endpoint.delete",
    "network.delete",
    "sandbox.delete",
  ]);
});

test("more than one endpoint in use has to be typed", () => {
  const busy = topologyOf(
    { type: "network.create", name: "net" },
    { type: "sandbox.create", name: "a" },
    { type: "sandbox.create", name: "b" },
    { type: "endpoint.create", network: "net", name: "a" },
    { type: "endpoint.join", endpoint: "net/a", sandbox: "a" },
    { type: "endpoint.create", network: "net", name: "b" },
    { type: "endpoint.join", endpoint: "net/b", sandbox: "b" },
  );
  expect(planDeletion(busy, [idOf(1)]).confirm).toBe("net");
  expect(planDeletion(busy, [idOf(1), idOf(2)]).confirm).toBe("delete");
});

test("a predefined network stays", () => {
  expect(planDeletion(small, [hostNetwork.id]).verdict).toMatchObject({ ok: false, rule: "network-predefined" });
});

test("an untouched form leaves everything to the daemon", () => {
  expect(networkDraft({ ...initialNetwork, name: "net" })).toEqual({
    type: "network.create",
    name: "net",
    driver: "bridge",
    pools: [],
    enableIpv6: false,
    internal: false,
    options: {},
  });
});

test("a filled form says it all", () => {
  const values = { ...initialNetwork, name: "n", subnet: " 10.1.0.0/24 ", gateway: "10.1.0.9", ipv6: true, mtu: 1400 };
  expect(networkDraft({ ...values, subnet6: "fd00::/64" })).toMatchObject({
    pools: [{ subnet: "10.1.0.0/24", gateway: "10.1.0.9" }, { subnet: "fd00::/64" }],
    enableIpv6: true,
    options: { mtu: "1400" },
  });
});

test("only options that were touched are sent, under the names a person would type", () => {
  const values = { ...initialNetwork, name: "n", icc: false, gatewayModeIpv4: "routed" as const, bridge: " br7 " };
  expect(networkDraft({ ...values, hostBindingIpv4: "127.0.0.1" }).options).toEqual({
    name: "br7",
    host_binding_ipv4: "127.0.0.1",
    icc: "false",
    gateway_mode_ipv4: "routed",
  });
});

test("what the driver refuses is neither offered nor sent, even if it was filled in before", () => {
  expect([...fieldsOf("ptp")]).toEqual(["mtu"]);
  expect([...fieldsOf("bridge")]).toEqual(expect.arrayContaining(["gateway", "internal", "mtu", "icc"]));
  const values = { ...initialNetwork, name: "wire", driver: "ptp", gateway: "10.1.0.9", internal: true, icc: false };
  const draft = networkDraft({ ...values, subnet: "10.1.0.0/30", mtu: 9000 });
  expect(draft).toMatchObject({ pools: [{ subnet: "10.1.0.0/30" }], internal: false, options: { mtu: "9000" } });
  expect(foresee({ topology: small }, [draft]).networks[foreseenId(0)]).toMatchObject({ driver: "ptp", name: "wire" });
});

test.each([
  ["name", "name"],
  ["options.name", "bridge"],
  ["options.gateway_mode_ipv4", "gatewayModeIpv4"],
  ["options.com.docker.network.bridge.name", "bridge"],
  ["pools.0.subnet", "subnet"],
  ["pools.0.gateway", "gateway"],
  ["pools.1.subnet", "subnet6"],
  ["options.mtu", "mtu"],
])("the problem at %s is shown at %s", (path, field) => {
  expect(fieldOf(path)).toBe(field);
});
