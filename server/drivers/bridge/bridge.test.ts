import { expect, test } from "vitest";
import { BridgeOptions } from "#cnm/drivers/bridge.ts";
import type { NetworkOf } from "#cnm/network.ts";
import { plan } from "#server/kernel/plan/plan.ts";
import { render } from "#server/kernel/render.ts";
import type { HostSettings, JoinContext } from "../driver.ts";
import { bareNetwork, endpointOf, sandbox } from "../objects.fixture.ts";
import { bridgeDriver } from "./bridge.ts";

const ipv4 = { family: 4 as const, subnet: "172.17.0.0/16", gateway: "172.17.0.1", ipRange: null, auxAddresses: {} };
const ipv6 = { family: 6 as const, subnet: "fd00:1::/64", gateway: "fd00:1::1", ipRange: null, auxAddresses: {} };
const network: NetworkOf<"bridge"> = {
  ...bareNetwork,
  name: "web",
  driver: "bridge",
  pools: [ipv4],
  options: BridgeOptions.parse({ mtu: 1450, antiSpoofing: false }),
};
const endpoint = endpointOf({
  id: "c3".repeat(32),
  name: "db",
  ipv4: "172.17.0.2/16",
  mac: "02:42:ac:11:00:02",
});
/** Links and addresses alone. */
const host: HostSettings = { firewall: false, forwarding: false, raDevices: [] };
const join: JoinContext = {
  sandbox,
  ns: "pb-b2b2b2b2b2b2",
  interfaceName: "eth0",
  gateway: { ipv4: true, ipv6: true },
  links: [],
  otherEnd: null,
  host,
};
const dual = { ...network, pools: [ipv4, ipv6] };
const dualEndpoint = { ...endpoint, ipv6: "fd00:1::2/64" };

const script = (objects: Parameters<typeof plan>[0]) => plan(objects, []).map(render).join("\n");

test("a network is a bridge with the gateway's address", () => {
  expect(script(bridgeDriver.network(network, host))).toMatchInlineSnapshot(`
    "ip link add name pb-a1a1a1a1a1a1 group 28770 address 02:42:ac:11:00:01 type bridge no_linklocal_learn 1
    sysctl -w net.ipv6.conf.pb-a1a1a1a1a1a1.disable_ipv6=1
    ip addr replace 172.17.0.1/16 dev pb-a1a1a1a1a1a1
    ip link set dev pb-a1a1a1a1a1a1 alias 'patchbay network web' mtu 1450 up"
  `);
});

test("a network of two families has both gateways and takes no router advertisements", () => {
  expect(script(bridgeDriver.network(dual, host))).toMatchInlineSnapshot(`
    "ip link add name pb-a1a1a1a1a1a1 group 28770 address 02:42:ac:11:00:01 type bridge no_linklocal_learn 1
    sysctl -w net.ipv6.conf.pb-a1a1a1a1a1a1.disable_ipv6=0
    sysctl -w net.ipv6.conf.pb-a1a1a1a1a1a1.accept_ra=0
    sysctl -w net.ipv6.conf.pb-a1a1a1a1a1a1.accept_dad=0
    ip addr replace 172.17.0.1/16 dev pb-a1a1a1a1a1a1
    ip addr replace fd00:1::1/64 dev pb-a1a1a1a1a1a1 nodad
    ip link set dev pb-a1a1a1a1a1a1 alias 'patchbay network web' mtu 1450 up"
  `);
});

test("an endpoint is a veth whose peer is born in the sandbox", () => {
  expect(script(bridgeDriver.endpoint(network, endpoint, join))).toMatchInlineSnapshot(`
    "ip link add name pbvc3c3c3c3c3 group 28770 mtu 1450 numtxqueues 1 numrxqueues 1 type veth peer name eth0 mtu 1450 address 02:42:ac:11:00:02 numtxqueues 1 numrxqueues 1 netns pb-b2b2b2b2b2b2
    sysctl -w net.ipv6.conf.pbvc3c3c3c3c3.disable_ipv6=1
    ip netns exec pb-b2b2b2b2b2b2 sysctl -w net.ipv6.conf.eth0.disable_ipv6=1
    ip -n pb-b2b2b2b2b2b2 addr replace 172.17.0.2/16 dev eth0
    ip link set dev pbvc3c3c3c3c3 alias 'patchbay endpoint web/db' master pb-a1a1a1a1a1a1 up
    ip -n pb-b2b2b2b2b2b2 link set dev eth0 up
    ip -n pb-b2b2b2b2b2b2 route replace default via 172.17.0.1 dev eth0 proto 80"
  `);
});

test("an endpoint of two families", () => {
  expect(script(bridgeDriver.endpoint(dual, dualEndpoint, join))).toMatchInlineSnapshot(`
    "ip link add name pbvc3c3c3c3c3 group 28770 mtu 1450 numtxqueues 1 numrxqueues 1 type veth peer name eth0 mtu 1450 address 02:42:ac:11:00:02 numtxqueues 1 numrxqueues 1 netns pb-b2b2b2b2b2b2
    sysctl -w net.ipv6.conf.pbvc3c3c3c3c3.disable_ipv6=1
    ip netns exec pb-b2b2b2b2b2b2 sysctl -w net.ipv6.conf.eth0.disable_ipv6=0
    ip netns exec pb-b2b2b2b2b2b2 sysctl -w net.ipv6.conf.eth0.accept_ra=0
    ip netns exec pb-b2b2b2b2b2b2 sysctl -w net.ipv6.conf.eth0.accept_redirects=0
    ip -n pb-b2b2b2b2b2b2 addr replace 172.17.0.2/16 dev eth0
    ip -n pb-b2b2b2b2b2b2 addr replace fd00:1::2/64 dev eth0 nodad
    ip link set dev pbvc3c3c3c3c3 alias 'patchbay endpoint web/db' master pb-a1a1a1a1a1a1 up
    ip -n pb-b2b2b2b2b2b2 link set dev eth0 up
    ip -n pb-b2b2b2b2b2b2 route replace default via 172.17.0.1 dev eth0 proto 80
    ip -n pb-b2b2b2b2b2b2 -6 route replace default via fd00:1::1 dev eth0 proto 80"
  `);
});

const told = (options: object) => ({ ...network, options: BridgeOptions.parse({ ...network.options, ...options }) });

test("a device has the name that a person gave it, and endpoints are plugged into it", () => {
  const own = told({ bridge: "br.5" });
  expect(script(bridgeDriver.network(own, host))).toMatchInlineSnapshot(`
    "ip link add name br.5 group 28770 address 02:42:ac:11:00:01 type bridge no_linklocal_learn 1
    sysctl -w net.ipv6.conf.br/5.disable_ipv6=1
    ip addr replace 172.17.0.1/16 dev br.5
    ip link set dev br.5 alias 'patchbay network web' mtu 1450 up"
  `);
  expect(script(bridgeDriver.endpoint(own, endpoint, join))).toContain("master br.5 up");
});

test("of an adopted bridge nothing is set; an address that it had is neither added nor removed", () => {
  const adopted = told({ bridge: "br0", adopted: true });
  expect(script(bridgeDriver.network(adopted, host))).toMatchInlineSnapshot(`
    "ip link set dev br0 up
    ip addr replace 172.17.0.1/16 dev br0"
  `);
  const kept = told({ bridge: "br0", adopted: true, keptAddresses: ["172.17.0.1/16"] });
  expect(script(bridgeDriver.network(kept, host))).toMatchInlineSnapshot(`"ip link set dev br0 up"`);
  expect(plan([], bridgeDriver.network(adopted, host)).map(render)).toEqual(["ip addr del 172.17.0.1/16 dev br0"]);
});

test.each([
  ["inhibit_ipv4", { inhibitIpv4: true }, ["fd00:1::1/64"]],
  ["isolated IPv4", { gatewayModeIpv4: "isolated" }, ["fd00:1::1/64"]],
  ["isolated IPv6", { gatewayModeIpv6: "isolated" }, ["172.17.0.1/16"]],
])("%s keeps the address of that family off the bridge", (_name, options, want) => {
  const objects = bridgeDriver.network({ ...dual, options: told(options).options }, host);
  expect(objects.flatMap((object) => (object.kind === "address" ? [object.address] : []))).toEqual(want);
});

test("an auxiliary address may be the default gateway in place of the bridge", () => {
  const pools = [{ ...ipv4, auxAddresses: { DefaultGatewayIPv4: "172.17.0.9" } }];
  const routes = bridgeDriver.endpoint({ ...network, pools }, endpoint, join).filter(({ kind }) => kind === "route");
  expect(script(routes)).toBe("ip -n pb-b2b2b2b2b2b2 route replace default via 172.17.0.9 dev eth0 proto 80");
});

test.each([
  ["an internal network", { ...dual, internal: true }, join],
  ["a network that is not the sandbox's gateway", dual, { ...join, gateway: { ipv4: false, ipv6: false } }],
  ["a network whose gateway answers nowhere", { ...dual, pools: [{ ...ipv4, gateway: null }] }, join],
])("%s gives no default route", (_name, network, join) => {
  const objects = bridgeDriver.endpoint(network, dualEndpoint, join);
  expect(objects.filter((object) => object.kind === "route")).toEqual([]);
});

test.each([
  { icc: true, firewall: true, publishes: true, want: { isolated: false, hairpin: true, quiet: false } },
  { icc: true, firewall: true, publishes: false, want: { isolated: false, hairpin: false, quiet: false } },
  { icc: false, firewall: true, publishes: true, want: { isolated: false, hairpin: true, quiet: true } },
  { icc: false, firewall: true, publishes: false, want: { isolated: true, hairpin: false, quiet: true } },
  { icc: false, firewall: false, publishes: true, want: { isolated: true, hairpin: false, quiet: false } },
])("icc $icc, firewall $firewall, published ports $publishes: $want", ({ icc, firewall, publishes, want }) => {
  const net = { ...network, options: { ...network.options, icc } };
  const ports = [{ protocol: "tcp" as const, hostAddress: null, hostPort: 8080, port: 80, count: 1 }];
  const on = { ...host, firewall };
  const objects = bridgeDriver.endpoint(net, { ...endpoint, ports: publishes ? ports : [] }, { ...join, host: on });
  const quiet = objects.some(({ kind }) => kind === "quiet");
  const [veth] = objects.filter((object) => object.kind === "link" && object.type === "veth");
  expect({ ...veth, quiet }).toMatchObject(want);
  expect(bridgeDriver.shared?.([net], on).some(({ kind }) => kind === "guard-table")).toBe(quiet);
});

test("what the sandbox receives waits at the host end, and what it sends at an ifb", () => {
  const bandwidth = { ingress: { rate: 10_000_000, burst: null }, egress: { rate: 1_000_000, burst: 20_000 } };
  const options = { ...endpoint.options, bandwidth };
  const objects = bridgeDriver.endpoint(network, { ...endpoint, options }, join);
  expect(
    plan(objects, bridgeDriver.endpoint(network, endpoint, join))
      .map(render)
      .join("\n"),
  ).toMatchInlineSnapshot(`
    "ip link add name pbic3c3c3c3c3 group 28770 mtu 1450 numtxqueues 1 numrxqueues 1 type ifb
    sysctl -w net.ipv6.conf.pbic3c3c3c3c3.disable_ipv6=1
    tc qdisc replace dev pbvc3c3c3c3c3 root handle 7062: tbf rate 10000000bit burst 5000 limit 67500
    ip link set dev pbic3c3c3c3c3 alias 'patchbay endpoint web/db' up
    tc qdisc replace dev pbic3c3c3c3c3 root handle 7062: tbf rate 1000000bit burst 20000 limit 34640
    tc qdisc add dev pbvc3c3c3c3c3 ingress
    tc filter add dev pbvc3c3c3c3c3 ingress protocol all pref 1 u32 match u32 0 0 action mirred egress redirect dev pbic3c3c3c3c3"
  `);
});
