import { expect, test } from "vitest";
import { PtpOptions } from "#cnm/drivers/ptp.ts";
import { defaultEndpointOptions } from "#cnm/endpoint-options.ts";
import type { NetworkOf } from "#cnm/network.ts";
import { plan } from "#server/kernel/plan/plan.ts";
import { render } from "#server/kernel/render.ts";
import type { JoinContext, Place } from "../driver.ts";
import { bareNetwork, endpointOf, sandbox } from "../objects.fixture.ts";
import { ptpDriver } from "./ptp.ts";

const pool = { family: 4 as const, subnet: "10.1.1.0/30", gateway: null, ipRange: null, auxAddresses: {} };
const network: NetworkOf<"ptp"> = {
  ...bareNetwork,
  name: "wire",
  driver: "ptp",
  pools: [pool],
  options: PtpOptions.parse({ mtu: 9000 }),
};

function place(digit: string, change: Partial<Place & { ipv6: string }> = {}): Place {
  const n = Number.parseInt(digit, 16) - 11;
  const endpoint = endpointOf({
    id: digit.repeat(64),
    name: digit,
    ipv4: `10.1.1.${n}/32`,
    ipv6: change.ipv6 ?? null,
    mac: `02:42:0a:01:01:0${n}`,
  });
  return { endpoint, ns: `pb-${digit.repeat(12)}`, interfaceName: "eth0", ...change };
}

function objects(own: Place, otherEnd: Place | null) {
  const join: JoinContext = {
    ...own,
    sandbox,
    otherEnd,
    gateway: { ipv4: false, ipv6: false },
    links: [],
    host: { firewall: true, forwarding: true, raDevices: [] },
  };
  return ptpDriver.endpoint(network, own.endpoint, join);
}

const script = (a: Place, b: Place) =>
  plan([...objects(a, b), ...objects(b, a)], [])
    .map(render)
    .join("\n");

test("an end that waits for the other has nothing", () => {
  expect(objects(place("c"), null)).toEqual([]);
  expect(ptpDriver.network(network, { firewall: true, forwarding: true, raDevices: [] })).toEqual([]);
});

test("two sandboxes: each its own address alone, and a route to the other's", () => {
  expect(script(place("c"), place("d"))).toMatchInlineSnapshot(`
    "ip -n pb-cccccccccccc link add name eth0 group 28770 mtu 9000 address 02:42:0a:01:01:01 numtxqueues 1 numrxqueues 1 type veth peer name eth0 mtu 9000 address 02:42:0a:01:01:02 numtxqueues 1 numrxqueues 1 netns pb-dddddddddddd
    ip netns exec pb-cccccccccccc sysctl -w net.ipv6.conf.eth0.disable_ipv6=1
    ip netns exec pb-dddddddddddd sysctl -w net.ipv6.conf.eth0.disable_ipv6=1
    ip -n pb-cccccccccccc addr replace 10.1.1.1/32 dev eth0
    ip -n pb-dddddddddddd addr replace 10.1.1.2/32 dev eth0
    ip -n pb-cccccccccccc link set dev eth0 alias 'patchbay link wire' up
    ip -n pb-dddddddddddd link set dev eth0 up
    ip -n pb-cccccccccccc route replace 10.1.1.2/32 dev eth0 proto 80
    ip -n pb-dddddddddddd route replace 10.1.1.1/32 dev eth0 proto 80"
  `);
  expect(script(place("d"), place("c"))).toContain("link add name eth0 ");
});

test("the host and a sandbox, both families: whoever joined first, the link is the host's", () => {
  const host = place("d", { ns: "", interfaceName: "pbvdddddddddd", ipv6: "fd00::2/128" });
  const inside = place("c", { ipv6: "fd00::1/128" });
  expect(script(host, inside)).toMatchInlineSnapshot(`
    "iptables-restore --noflush -w 5 <<'END'
    *filter
    -A PATCHBAY-FORWARD -o pbvdddddddddd -m conntrack ! --ctstate RELATED,ESTABLISHED -m comment --comment "patchbay endpoint dddddddddddd" -j DROP
    COMMIT
    END
    ip6tables-restore --noflush -w 5 <<'END'
    *filter
    -A PATCHBAY-FORWARD -o pbvdddddddddd -m conntrack ! --ctstate RELATED,ESTABLISHED -m comment --comment "patchbay endpoint dddddddddddd" -j DROP
    COMMIT
    END
    ip link add name pbvdddddddddd group 28770 mtu 9000 address 02:42:0a:01:01:02 numtxqueues 1 numrxqueues 1 type veth peer name eth0 mtu 9000 address 02:42:0a:01:01:01 numtxqueues 1 numrxqueues 1 netns pb-cccccccccccc
    sysctl -w net.ipv6.conf.pbvdddddddddd.disable_ipv6=0
    sysctl -w net.ipv6.conf.pbvdddddddddd.accept_ra=0
    sysctl -w net.ipv6.conf.pbvdddddddddd.accept_redirects=0
    ip netns exec pb-cccccccccccc sysctl -w net.ipv6.conf.eth0.disable_ipv6=0
    ip netns exec pb-cccccccccccc sysctl -w net.ipv6.conf.eth0.accept_ra=0
    ip netns exec pb-cccccccccccc sysctl -w net.ipv6.conf.eth0.accept_redirects=0
    ip addr replace 10.1.1.2/32 dev pbvdddddddddd
    ip addr replace fd00::2/128 dev pbvdddddddddd nodad
    ip -n pb-cccccccccccc addr replace 10.1.1.1/32 dev eth0
    ip -n pb-cccccccccccc addr replace fd00::1/128 dev eth0 nodad
    ip link set dev pbvdddddddddd alias 'patchbay link wire' up
    ip -n pb-cccccccccccc link set dev eth0 up
    ip route replace 10.1.1.1/32 dev pbvdddddddddd proto 80
    ip -6 route replace fd00::1/128 dev pbvdddddddddd proto 80
    ip -n pb-cccccccccccc route replace 10.1.1.2/32 dev eth0 proto 80
    ip -n pb-cccccccccccc -6 route replace fd00::2/128 dev eth0 proto 80"
  `);
  const links = [objects(inside, host), objects(host, inside)].map(
    (all) => all.filter(({ kind }) => kind === "link").length,
  );
  expect(links).toEqual([0, 1]);
});

test("what one end sends is limited by the lesser of what it may send and the other receive", () => {
  const [a, b] = [place("c"), place("d")];
  const limit = (rate: number) => ({ rate, burst: null });
  a.endpoint.options = { ...defaultEndpointOptions, bandwidth: { ingress: null, egress: limit(20_000_000) } };
  b.endpoint.options = { ...defaultEndpointOptions, bandwidth: { ingress: limit(10_000_000), egress: null } };
  const shapers = script(a, b)
    .split("\n")
    .filter((line) => line.startsWith("tc"));
  expect(shapers).toMatchInlineSnapshot(`
    [
      "tc -n pb-cccccccccccc qdisc replace dev eth0 root handle 7062: tbf rate 10000000bit burst 18028 limit 108168",
    ]
  `);
});
