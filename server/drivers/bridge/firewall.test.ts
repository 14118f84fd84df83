import { expect, test } from "vitest";
import { BridgeOptions } from "#cnm/drivers/bridge.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import type { NetworkOf } from "#cnm/network.ts";
import type { KernelObject } from "#server/kernel/objects.ts";
import { bareNetwork, endpointOf, sandbox } from "../objects.fixture.ts";
import { networkRules, sharedChains } from "./firewall.ts";
import { endpointRules, heldPorts, linkRoutes } from "./ports.ts";

const ipv4 = { family: 4 as const, subnet: "172.17.0.0/16", gateway: "172.17.0.1", ipRange: null, auxAddresses: {} };
const ipv6 = { family: 6 as const, subnet: "fd00:1::/64", gateway: "fd00:1::1", ipRange: null, auxAddresses: {} };

function network(options: Partial<BridgeOptions> = {}, rest: Partial<NetworkOf<"bridge">> = {}): NetworkOf<"bridge"> {
  return {
    ...bareNetwork,
    name: "web",
    driver: "bridge",
    pools: [ipv4],
    options: BridgeOptions.parse({ ...options, bridge: "br0" }),
    ...rest,
  };
}

function endpoint(digit: string, last: number, rest: Partial<Endpoint> = {}): Endpoint {
  return endpointOf({ id: digit.repeat(64), name: `ep-${digit}`, ipv4: `172.17.0.${last}/16`, ...rest });
}

const join = {
  sandbox,
  ns: "pb-b2b2b2b2b2b2",
  interfaceName: "eth0",
  gateway: { ipv4: true, ipv6: true },
  links: [],
  otherEnd: null,
  host: { firewall: true, forwarding: true, raDevices: [] },
};

/** As iptables-save(8) would list them, comments and all. */
function listing(objects: readonly KernelObject[]): string {
  return objects
    .flatMap((object) => {
      if (object.kind === "chain")
        return (object.rules ?? []).map((rule) => `${object.family} ${object.table} ${object.name} ${rule}`);
      if (object.kind === "rule") return [`${object.family} ${object.table} ${object.chain} ${object.rule}`];
      if (object.kind === "port") return [`hold ${object.protocol} ${object.address} ${object.port} x ${object.count}`];
      return object.kind === "route" ? [`${object.ns} ${object.dst} via ${object.via} dev ${object.dev}`] : [];
    })
    .map((line) => line.replaceAll(/-m comment --comment ("[^"]*"|\S+) /g, ""))
    .join("\n");
}

test("the hooks", () => {
  expect(listing(sharedChains([network({}, { pools: [ipv4, ipv6] })]))).toMatchInlineSnapshot(`
    "4 raw PATCHBAY-INTERNAL -j DROP
    4 raw PREROUTING -j PATCHBAY-PREROUTING
    4 raw PATCHBAY-PREROUTING -i lo -j RETURN
    4 filter FORWARD -j PATCHBAY-FORWARD
    4 filter PATCHBAY-FORWARD -j PATCHBAY-USER
    4 filter FORWARD -j PATCHBAY-EGRESS
    4 nat PREROUTING -m addrtype --dst-type LOCAL -j PATCHBAY-DNAT
    4 nat OUTPUT -m addrtype --dst-type LOCAL -j PATCHBAY-DNAT
    4 nat POSTROUTING -j PATCHBAY-POSTROUTING
    6 raw PATCHBAY-INTERNAL -d fe80::/10 -j RETURN
    6 raw PATCHBAY-INTERNAL -d ff02::/16 -j RETURN
    6 raw PATCHBAY-INTERNAL -j DROP
    6 raw PREROUTING -j PATCHBAY-PREROUTING
    6 raw PATCHBAY-PREROUTING -i lo -j RETURN
    6 filter FORWARD -j PATCHBAY-FORWARD
    6 filter PATCHBAY-FORWARD -j PATCHBAY-USER
    6 filter FORWARD -j PATCHBAY-EGRESS
    6 nat PATCHBAY-DNAT -d fe80::/10 -j RETURN
    6 nat PATCHBAY-DNAT -d ::1/128 -j RETURN
    6 nat PREROUTING -m addrtype --dst-type LOCAL -j PATCHBAY-DNAT
    6 nat OUTPUT -m addrtype --dst-type LOCAL -j PATCHBAY-DNAT
    6 nat POSTROUTING -j PATCHBAY-POSTROUTING"
  `);
  expect(listing(sharedChains([network({}, { pools: [] })]))).toBe("");
});

test.each<[string, ReturnType<typeof network>]>([
  ["nat", network()],
  ["nat of both families", network({}, { pools: [ipv4, ipv6] })],
  ["a fixed source address", network({ hostIpv4: "192.0.2.7" })],
  ["no masquerade", network({ masquerade: false })],
  ["nat, unprotected", network({ gatewayModeIpv4: "nat-unprotected" })],
  ["routed", network({ gatewayModeIpv4: "routed", gatewayModeIpv6: "routed" }, { pools: [ipv4, ipv6] })],
  ["no talk inside", network({ icc: false })],
  ["internal", network({}, { internal: true, pools: [ipv4, ipv6] })],
  ["isolated", network({ gatewayModeIpv4: "isolated" }, { internal: true })],
])("a network: %s", (_name, network) => {
  expect(listing(networkRules(network))).toMatchSnapshot();
});

const published = (hostAddress: string | null, hostPort: number, to: { port: number; count?: number }) => ({
  protocol: "tcp" as const,
  hostAddress,
  hostPort,
  count: 1,
  ...to,
});

test("published ports", () => {
  const publisher = endpoint("c", 2, {
    ipv6: "fd00:1::2/64",
    ports: [
      published(null, 8080, { port: 80 }),
      published("127.0.0.1", 8081, { port: 81 }),
      published("192.0.2.1", 9000, { port: 9000, count: 1000 }),
      published("192.0.2.1", 7000, { port: 8000, count: 10 }),
    ],
  });
  const dual = network({}, { pools: [ipv4, ipv6] });
  expect(listing([...heldPorts(dual, publisher), ...endpointRules(dual, publisher, join)])).toMatchInlineSnapshot(`
    "hold tcp 0.0.0.0 8080 x 1
    hold tcp :: 8080 x 1
    hold tcp 127.0.0.1 8081 x 1
    hold tcp 192.0.2.1 9000 x 1000
    hold tcp 192.0.2.1 7000 x 10
    4 nat PATCHBAY-DNAT -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
    6 nat PATCHBAY-DNAT -p tcp -m tcp --dport 8080 -j DNAT --to-destination [fd00:1::2]:80
    4 nat PATCHBAY-DNAT -d 127.0.0.1/32 -p tcp -m tcp --dport 8081 -j DNAT --to-destination 172.17.0.2:81
    4 raw PATCHBAY-PREROUTING -d 127.0.0.1/32 -p tcp -m tcp --dport 8081 -j DROP
    4 nat PATCHBAY-DNAT -d 192.0.2.1/32 -p tcp -m tcp --dport 9000:9999 -j DNAT --to-destination 172.17.0.2
    4 nat PATCHBAY-DNAT -d 192.0.2.1/32 -p tcp -m tcp --dport 7000:7009 -j DNAT --to-destination 172.17.0.2:8000-8009/7000"
  `);
});

test("a routed network opens ports on the endpoint's own address and holds none of the host's", () => {
  const routed = network({ gatewayModeIpv4: "routed" });
  const publisher = endpoint("c", 2, {
    ports: [published(null, 8080, { port: 80 }), published(null, 9000, { port: 9000, count: 10 })],
  });
  expect(listing([...heldPorts(routed, publisher), ...endpointRules(routed, publisher, join)])).toMatchInlineSnapshot(`
    "4 filter PATCHBAY-OPEN-a1a1a1a1a1a1 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j ACCEPT
    4 filter PATCHBAY-OPEN-a1a1a1a1a1a1 -d 172.17.0.2/32 -p tcp -m tcp --dport 9000:9009 -j ACCEPT"
  `);
});

test("an internal network publishes nothing", () => {
  const internal = network({}, { internal: true });
  const publisher = endpoint("c", 2, { ports: [published(null, 8080, { port: 80 })] });
  expect([...heldPorts(internal, publisher), ...endpointRules(internal, publisher, join)]).toEqual([]);
});

test("answers of an endpoint that is not its sandbox's gateway come back through the host", () => {
  const publisher = endpoint("c", 2, { ports: [published(null, 8080, { port: 80 })] });
  const beside = { ...join, gateway: { ipv4: false, ipv6: false } };
  expect(listing(endpointRules(network(), publisher, beside)).split("\n")).toContain(
    "4 nat PATCHBAY-POSTROUTING -d 172.17.0.2/32 -o br0 -m conntrack --ctstate DNAT -j MASQUERADE",
  );
});

test("a link opens what the other end exposes where endpoints cannot talk, and nothing where they can", () => {
  const db = endpoint("d", 3, {
    exposed: [
      { protocol: "tcp", port: 5432, count: 1 },
      { protocol: "udp", port: 53, count: 2 },
    ],
  });
  const web = endpoint("c", 2);
  const linked = { ...join, links: [{ endpoint: db, ns: "pb-d4d4d4d4d4d4", interfaceName: "eth0" }] };
  const quiet = network({ icc: false });
  expect(listing([...endpointRules(quiet, web, linked), ...linkRoutes(quiet, web, linked)])).toMatchInlineSnapshot(`
    "4 filter PATCHBAY-OPEN-a1a1a1a1a1a1 -s 172.17.0.2/32 -d 172.17.0.3/32 -i br0 -p tcp -m tcp --dport 5432 -j ACCEPT
    4 filter PATCHBAY-OPEN-a1a1a1a1a1a1 -s 172.17.0.2/32 -d 172.17.0.3/32 -i br0 -p udp -m udp --dport 53:54 -j ACCEPT
    pb-b2b2b2b2b2b2 172.17.0.3/32 via 172.17.0.1 dev eth0
    pb-d4d4d4d4d4d4 172.17.0.2/32 via 172.17.0.1 dev eth0"
  `);
  expect([...endpointRules(network(), web, linked), ...linkRoutes(network(), web, linked)]).toEqual([]);
});
