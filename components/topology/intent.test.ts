import { expect, test } from "vitest";
import { hostNetwork } from "#cnm/predefined.ts";
import {
  cablePreview,
  cableVerdict,
  cableVerdicts,
  connectCommands,
  createConnected,
  endsOf,
  freeName,
} from "./intent.ts";
import { idOf, small, topologyOf } from "./topology.fixture.ts";

const [net, web1, web2] = [idOf(1), idOf(2), idOf(3)];

test("a cable has the same ends in both directions", () => {
  expect(endsOf(small, web2, net)).toEqual({ network: net, sandbox: web2 });
  expect(endsOf(small, net, web2)).toEqual({ network: net, sandbox: web2 });
  expect(endsOf(small, web1, web2)).toBeNull();
});

test.each([
  { name: "sandbox to network", from: web2, to: net, want: { ok: true } },
  { name: "network to sandbox", from: net, to: web2, want: { ok: true } },
  { name: "a second cable", from: web1, to: net, want: { ok: false, rule: "already-connected" } },
  { name: "sandbox to sandbox", from: web1, to: web2, want: { ok: true } },
  { name: "network to network", from: net, to: hostNetwork.id, want: { ok: false, rule: "cable-needs-sandbox" } },
  {
    name: "private sandbox to the host's network",
    from: web2,
    to: hostNetwork.id,
    want: { ok: false, rule: "host-network-needs-host-mode" },
  },
])("$name", ({ from, to, want }) => {
  expect(cableVerdict(small, from, to)).toMatchObject(want);
});

test("every other card has a verdict, the one the cable comes from has none", () => {
  const verdicts = cableVerdicts(small, web2);
  expect(Object.keys(verdicts).sort()).toEqual([...Object.keys(small.networks), web1].sort());
});

test("a cable is an endpoint made and joined in one change", () => {
  const choice = { ipv4: "172.17.0.9", interfaceName: "uplink" };
  expect(connectCommands(small, { network: net, sandbox: web2 }, choice)).toEqual([
    { type: "endpoint.create", network: "net", name: "web-2", ...choice },
    { type: "endpoint.join", endpoint: "net/web-2", sandbox: "web-2" },
  ]);
});

test("an endpoint whose name is taken gets the next one", () => {
  const left = topologyOf(
    { type: "network.create", name: "net" },
    { type: "sandbox.create", name: "web" },
    { type: "endpoint.create", network: "net", name: "WEB" },
  );
  expect(connectCommands(left, { network: idOf(1), sandbox: idOf(2) })[0]).toMatchObject({ name: "web-2" });
});

test("the preview is what the model would do", () => {
  expect(cablePreview(small, { network: net, sandbox: web2 })).toBe("eth0 · 172.17.0.3/16");
  expect(cablePreview(small, { network: net, sandbox: web1 })).toContain("already in network net");
});

test("what is made at the end of a cable is cabled in the same change", () => {
  expect(createConnected(small, { type: "network.create", name: "db" }, web1).map(({ type }) => type)).toEqual([
    "network.create",
    "endpoint.create",
    "endpoint.join",
  ]);
  expect(createConnected(small, { type: "sandbox.create", name: "db" }, net).at(-1)).toEqual({
    type: "endpoint.join",
    endpoint: "net/db",
    sandbox: "db",
  });
});

test("default names skip those that are taken, in any case", () => {
  const topology = topologyOf({ type: "network.create", name: "Net-1" }, { type: "sandbox.create", name: "sandbox-2" });
  expect(freeName(topology, "network")).toBe("net-2");
  expect(freeName(topology, "sandbox")).toBe("sandbox-1");
});
