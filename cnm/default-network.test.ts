import { describe, expect, test } from "vitest";
import { applyChanges } from "./changes.ts";
import {
  type DefaultNetworkOptions,
  defaultNetworkId,
  parseDefaultNetwork,
  settleDefaultNetwork,
} from "./default-network.ts";
import { emptyFacts, type Facts } from "./facts.ts";
import type { Network } from "./network.ts";
import { reduce } from "./reduce.ts";
import { canDeleteNetwork } from "./rules.ts";
import { command, endpointDraft, freshTopology, refusalOf, testId } from "./testing.ts";
import type { Topology } from "./topology.ts";

const facts: Facts = { ...emptyFacts, uplinkMtu: 1450 };
const at = "2026-01-01T00:00:00.000Z";

function settle(topology: Topology, options: DefaultNetworkOptions, host = facts) {
  const parsed = parseDefaultNetwork(options);
  return settleDefaultNetwork(topology, parsed && { ...parsed, newId: defaultNetworkId, at }, host);
}

function settled(topology: Topology, options: DefaultNetworkOptions, host = facts): Topology {
  const answer = settle(topology, options, host);
  return answer && "change" in answer ? applyChanges(topology, [answer.change]) : topology;
}

const networkOf = ({ networks }: Topology): Network | undefined => networks[defaultNetworkId];

test("without options: the first free default pool, the uplink's MTU and the device patchbay0", () => {
  expect(networkOf(settled(freshTopology, {}))).toMatchObject({
    name: "bridge",
    predefined: true,
    pools: [{ subnet: "172.17.0.0/16", gateway: "172.17.0.1" }],
    options: { bridge: "patchbay0", mtu: 1450, adopted: false },
    labels: {},
  });
});

test("it cannot be deleted, and can be changed", () => {
  const topology = settled(freshTopology, {});
  expect(canDeleteNetwork(topology, defaultNetworkId)).toMatchObject({ rule: "network-predefined" });
  const update = command({ type: "network.update", network: "bridge", options: { icc: "false" } });
  expect(networkOf(reduce(topology, update, facts))).toMatchObject({ options: { icc: false } });
});

test("every option has its place", () => {
  const options = {
    bip: "192.168.5.1/24",
    bip6: "fd00:5::1/64",
    "fixed-cidr": "192.168.5.128/25",
    "fixed-cidr-v6": "fd00:5::/80",
    "default-gateway": "192.168.5.254",
    "default-gateway-v6": "fd00:5::254",
    bridge: "br5",
    mtu: "1400",
    icc: "false",
    "ip-masq": "false",
    ip: "127.0.0.1",
  };
  expect(networkOf(settled(freshTopology, options))).toMatchObject({
    pools: [
      {
        subnet: "192.168.5.0/24",
        gateway: "192.168.5.1",
        ipRange: "192.168.5.128/25",
        auxAddresses: { DefaultGatewayIPv4: "192.168.5.254" },
      },
      {
        subnet: "fd00:5::/64",
        gateway: "fd00:5::1",
        ipRange: "fd00:5::/80",
        auxAddresses: { DefaultGatewayIPv6: "fd00:5::254" },
      },
    ],
    options: { bridge: "br5", mtu: 1400, icc: false, masquerade: false, hostBindingIpv4: "127.0.0.1" },
  });
});

test.each<{ options: DefaultNetworkOptions; pools: object[] }>([
  { options: { "fixed-cidr": "10.1.0.0/24" }, pools: [{ subnet: "10.1.0.0/24", gateway: "10.1.0.1", ipRange: null }] },
  { options: { bip: "10.1.0.1/24", "default-gateway": "10.1.0.1" }, pools: [{ auxAddresses: {} }] },
  { options: { ipv6: "true" }, pools: [{ family: 4 }, { family: 6 }] },
])("$options", ({ options, pools }) => {
  expect(networkOf(settled(freshTopology, options))?.pools).toMatchObject(pools);
});

test("all problems are told at once, each under the flag that a person wrote", () => {
  const wrong = {
    bip: "10.1.0.1/24",
    "fixed-cidr": "10.2.0.0/24",
    "default-gateway": "10.3.0.1",
    "default-gateway-v6": "fd00::1",
    bridge: "a b",
    mtu: "67",
    icc: "yes",
    ipv6: "maybe",
  };
  expect(refusalOf(() => parseDefaultNetwork(wrong)).split("; ")).toMatchInlineSnapshot(`
    [
      "INVALID_PARAMETER --default-gateway-v6: needs --bip6, which says the subnet",
      "--ipv6: must be true or false, not "maybe"",
      "--icc: must be true or false, not "yes"",
      "--mtu: must be at least 68",
      "--bridge: must be 1 to 15 letters, digits, '_', '.' or '-', the first a letter or a digit",
      "--fixed-cidr: 10.2.0.0/24 is not a part of 10.1.0.0/24",
      "--default-gateway: 10.3.0.1 is outside the subnet, whose addresses are 10.1.0.0 to 10.1.0.255",
    ]
  `);
  expect(refusalOf(() => parseDefaultNetwork({ bip: "10.1.0.0/24" }))).toMatchInlineSnapshot(
    `"INVALID_PARAMETER --bip: 10.1.0.0 is the network address"`,
  );
  expect(refusalOf(() => parseDefaultNetwork({ bip: "fd00::1/64" }))).toMatchInlineSnapshot(
    `"INVALID_PARAMETER --bip: must be an IPv4 address with its prefix length"`,
  );
});

describe("at a later start", () => {
  const first = settled(freshTopology, { bip: "10.1.0.1/24" });
  const used = reduce(first, command(endpointDraft("bridge", "web"), 1), facts);

  test("with the same options nothing happens, whatever else was changed meanwhile", () => {
    const update = command({ type: "network.update", network: "bridge", options: { icc: "false" } });
    expect(settle(reduce(first, update, facts), { bip: "10.1.0.1/24" })).toBeNull();
    expect(settle(used, { bip: "10.1.0.1/24" })).toBeNull();
  });

  test("with others it is changed, and keeps its id", () => {
    const host = { ...facts, links: [{ name: "patchbay0", type: "bridge", ours: true, mtu: 1450, addresses: [] }] };
    expect(settle(first, { bip: "10.1.0.1/25", mtu: "1400" }, host)).toMatchObject({
      summary: "changed the default network, 10.1.0.0/25; the daemon's options: --bip 10.1.0.1/25 --mtu 1400",
      change: {
        id: defaultNetworkId,
        before: networkOf(first),
        after: { options: { bridge: "patchbay0", mtu: 1400 } },
      },
    });
  });

  test("its own address on a bridge of others is no obstacle, theirs is", () => {
    const br0 = { name: "br0", type: "bridge", ours: false, mtu: 1500, addresses: ["10.7.0.1/24"] };
    const adopted = settled(freshTopology, { bridge: "br0", bip: "10.1.0.1/24" }, { ...facts, links: [br0] });
    const host = {
      ...facts,
      links: [{ ...br0, addresses: ["10.7.0.1/24", "10.1.0.1/24"] }],
      onLinkRoutes: ["10.7.0.0/24", "10.1.0.0/24"].map((subnet) => ({ subnet, dev: "br0" })),
    };
    expect(settle(adopted, { bip: "10.1.0.1/24" }, host)).toMatchObject({
      change: { after: { options: { bridge: "patchbay0", adopted: false } } },
    });
    expect(settle(adopted, { bridge: "br0", bip: "10.1.0.2/24" }, host)).toMatchObject({
      change: { after: { options: { adopted: true, keptAddresses: ["10.7.0.1/24"] } } },
    });
    expect(refusalOf(() => settle(adopted, { bip: "10.7.0.2/24" }, host))).toContain("overlaps 10.7.0.0/24");
  });

  test("one with an endpoint stays, and says why", () => {
    expect(settle(used, {})).toEqual({
      kept: "network bridge has 1 endpoint and stays as it is; the daemon's options (none) wait until it has none",
    });
  });

  test("--bridge none takes it away, and does not make it", () => {
    expect(networkOf(settled(first, { bridge: "none" }))).toBeUndefined();
    expect(settle(freshTopology, { bridge: "none" })).toBeNull();
  });

  test("a subnet that another network has is refused, and changes nothing", () => {
    const other = reduce(
      first,
      command({ type: "network.create", name: "other", pools: [{ subnet: "10.2.0.0/24" }] }, 2),
      facts,
    );
    expect(other.networks[testId(2)]?.name).toBe("other");
    expect(refusalOf(() => settle(other, { bip: "10.2.0.1/24" }))).toBe(
      "CONFLICT 10.2.0.0/24 overlaps 10.2.0.0/24 of network other",
    );
  });
});
