import { describe, expect, test } from "vitest";
import { CnmError } from "./errors.ts";
import { parseCommand } from "./parse-command.ts";

/** "path: sentence" of everything that is wrong. */
function problems(input: unknown): string[] {
  try {
    parseCommand(input);
    return [];
  } catch (error) {
    if (!(error instanceof CnmError)) throw error;
    expect(error.code).toBe("INVALID_PARAMETER");
    return (error.details.problems ?? []).map(({ path, message }) => `${path}: ${message}`);
  }
}

const network = (rest: object) => ({ type: "network.create", name: "web", ...rest });
const pool = (rest: object) => network({ pools: [{ subnet: "10.0.0.0/24", ...rest }] });
const nameRule = "must be 1 to 63 characters: letters, digits, '_', '.' or '-', the first a letter or a digit";

test("a command gets its defaults", () => {
  expect(parseCommand({ type: "network.create", name: "web" })).toEqual({
    type: "network.create",
    name: "web",
    driver: "bridge",
    pools: [],
    enableIpv4: true,
    enableIpv6: false,
    internal: false,
    options: {},
    labels: {},
  });
});

describe("shape", () => {
  test.each([
    { in: null, want: [": must be an object, not null"] },
    { in: [], want: [": must be an object, not a list"] },
    { in: "network.create", want: [": must be an object, not a text"] },
    { in: { type: "sandbox.create" }, want: ["name: is missing"] },
    {
      in: { type: "sandbox.create", name: 7, mode: "vm" },
      want: ["name: must be a text, not a number", "mode: must be private or host or shared"],
    },
    { in: { type: "sandbox.create", name: "a", size: 1 }, want: ["size: is not known here"] },
    { in: { type: "sandbox.create", name: "a", labels: { x: 1 } }, want: ["labels.x: must be a text, not a number"] },
    {
      in: JSON.parse('{"type":"sandbox.create","name":"a","labels":{"__proto__":"x"}}'),
      want: ["labels.__proto__: is not a name that can be used"],
    },
    { in: { type: "endpoint.delete", endpoint: "" }, want: ["endpoint: must not be empty"] },
    { in: network({ pools: [{}, {}, {}] }), want: ["pools: must have at most 2 entries"] },
    { in: network({ pools: [{ family: 5 }] }), want: ["pools.0.family: must be 4 or 6"] },
    { in: network({ internal: "yes" }), want: ["internal: must be true or false, not a text"] },
  ])("$in", ({ in: input, want }) => {
    expect(problems(input)).toEqual(want);
  });

  test("an unknown verb is answered with the verbs there are", () => {
    expect(problems({ type: "network.explode" })[0]).toMatch(
      /^type: must be one of network.create, network.update, network.delete, /,
    );
  });

  test.each([
    "",
    "a".repeat(64),
    "a".repeat(300),
    "a\nb",
    "a/b",
    "..",
    "-rf",
    "--help",
    "a b",
    "$(id)",
    "`id`",
    "a;b",
    "a'b",
    'a"b',
    "é",
    "a\0",
    "a\u202eb",
    "😀",
    "a%",
    "'; DROP TABLE x",
  ])("the name %j is refused", (name) => {
    expect(problems({ type: "sandbox.create", name })).toEqual([`name: ${nameRule}`]);
  });
});

describe("meaning", () => {
  test.each([
    {
      name: "host bits and a gateway outside",
      in: network({ pools: [{ subnet: "10.0.0.5/24", gateway: "10.0.1.1" }] }),
      want: [
        "pools.0.subnet: 10.0.0.5/24 has host bits set; the network is 10.0.0.0/24",
        "pools.0.gateway: 10.0.1.1 is outside the subnet, whose addresses are 10.0.0.0 to 10.0.0.255",
      ],
    },
    {
      name: "range outside",
      in: pool({ ipRange: "10.0.1.0/28" }),
      want: ["pools.0.ipRange: 10.0.1.0/28 is not a part of 10.0.0.0/24"],
    },
    {
      name: "range larger",
      in: pool({ ipRange: "10.0.0.0/16" }),
      want: ["pools.0.ipRange: 10.0.0.0/16 is not a part of 10.0.0.0/24"],
    },
    {
      name: "range of the other family",
      in: pool({ ipRange: "fd00::/80" }),
      want: ["pools.0.ipRange: fd00::/80 is not a part of 10.0.0.0/24"],
    },
    {
      name: "gateway of the other family",
      in: pool({ gateway: "fd00::1" }),
      want: ["pools.0.gateway: fd00::1 is an IPv6 address; the subnet is IPv4"],
    },
    {
      name: "gateway is broadcast",
      in: pool({ gateway: "10.0.0.255" }),
      want: ["pools.0.gateway: 10.0.0.255 is the broadcast address"],
    },
    {
      name: "aux",
      in: pool({ gateway: "10.0.0.1", auxAddresses: { a: "10.0.0.1", b: "10.0.0.2", c: "10.0.0.2", d: "x" } }),
      want: [
        "pools.0.auxAddresses.a: 10.0.0.1 is also the gateway",
        'pools.0.auxAddresses.c: 10.0.0.2 is also the auxiliary address "b"',
        'pools.0.auxAddresses.d: "x" is not an IP address',
      ],
    },
    {
      name: "no room for a gateway",
      in: network({ pools: [{ subnet: "10.0.0.0/32", auxAddresses: { a: "10.0.0.0" } }] }),
      want: ["pools.0.subnet: 10.0.0.0/32 has no address left for the gateway"],
    },
    {
      name: "parts without a subnet",
      in: network({ pools: [{ gateway: "10.0.0.1", ipRange: "10.0.0.0/28" }] }),
      want: ["pools.0.gateway: needs a subnet to be in", "pools.0.ipRange: needs a subnet to be in"],
    },
    {
      name: "family that does not fit",
      in: pool({ family: 6 }),
      want: ["pools.0.family: 10.0.0.0/24 is an IPv4 subnet"],
    },
    {
      name: "two of a family",
      in: network({ pools: [{ subnet: "10.0.0.0/24" }, { subnet: "10.0.1.0/24" }] }),
      want: ["pools: a network has at most one subnet per family, IPv4 and IPv6"],
    },
    { name: "no family", in: network({ enableIpv4: false }), want: [": IPv4 or IPv6 must be enabled"] },
    {
      name: "IPv4 subnet without IPv4",
      in: network({ enableIpv4: false, enableIpv6: true, pools: [{ subnet: "10.0.0.0/24" }] }),
      want: ["enableIpv4: an IPv4 subnet is given, but IPv4 is switched off"],
    },
    {
      name: "loopback",
      in: network({ pools: [{ subnet: "127.0.0.0/24" }] }),
      want: ["pools.0.subnet: 127.0.0.0/24 overlaps 127.0.0.0/8: loopback never leaves a host (RFC 1122)"],
    },
    {
      name: "everything",
      in: network({ pools: [{ subnet: "0.0.0.0/0" }] }),
      want: ["pools.0.subnet: 0.0.0.0/0 overlaps 0.0.0.0/8: no host has such an address (RFC 1122)"],
    },
    {
      name: "link-local",
      in: network({ pools: [{ subnet: "fe80::/64" }] }),
      want: [
        "pools.0.subnet: fe80::/64 overlaps fe80::/10: link-local addresses, which every interface has anyway (RFC 4291)",
      ],
    },
    {
      name: "unknown driver",
      in: network({ driver: "br\nidge" }),
      want: ['driver: unknown driver "br\\nidge"; there are: bridge, ptp, host, null'],
    },
    {
      name: "subnets of the null driver",
      in: network({ driver: "null", pools: [{}], options: { mtu: "1" } }),
      want: [
        "options.mtu: unknown option; networks of driver null have none",
        "pools: networks of driver null have no subnets",
      ],
    },
    {
      name: "unknown option",
      in: network({ options: { foo: "1" } }),
      want: [
        "options.foo: unknown option; driver bridge knows mtu, name, icc, masquerade, gateway_mode_ipv4, gateway_mode_ipv6, host_ipv4, host_ipv6, host_binding_ipv4, inhibit_ipv4, container_iface_prefix, anti_spoofing, and Docker's labels of them",
      ],
    },
    {
      name: "option given twice",
      in: network({ options: { mtu: "1400", "com.docker.network.driver.mtu": "1400" } }),
      want: ["options.com.docker.network.driver.mtu: is given twice"],
    },
    {
      name: "small MTU with IPv6",
      in: network({ enableIpv6: true, options: { mtu: "1000" } }),
      want: ["options.mtu: must be at least 1280 where IPv6 is enabled (RFC 8200)"],
    },
    {
      name: "endpoint texts",
      in: { type: "endpoint.create", network: "web", ipv4: "fd00::1", ipv6: "1.2.3", mac: "01:00:00:00:00:01" },
      want: [
        'ipv4: "fd00::1" is an IPv6 address',
        'ipv6: "1.2.3" is not a whole IPv4 address; it has four numbers, such as 172.17.0.1',
        "mac: 01:00:00:00:00:01 is a multicast address; an interface has a unicast one, whose first number is even",
      ],
    },
  ])("$name", ({ in: input, want }) => {
    expect(problems(input)).toEqual(want);
  });

  test.each(["0x50", "1e3", " 1400", "1400 ", "+1400", "01400", "1_400", "1400.0", "", "NaN"])(
    "the MTU %j is no number",
    (mtu) => {
      expect(problems(network({ options: { mtu } }))[0]).toMatch(
        /^options.mtu: must be a whole number in decimal digits, not /,
      );
    },
  );

  test.each([
    { in: "0", want: "must be at least 68" },
    { in: "67", want: "must be at least 68" },
    { in: "-1", want: "must be at least 68" },
    { in: "70000", want: "must be at most 65535" },
  ])("the MTU $in is out of range", ({ in: mtu, want }) => {
    expect(problems(network({ options: { "com.docker.network.driver.mtu": mtu } }))).toEqual([
      `options.com.docker.network.driver.mtu: ${want}`,
    ]);
  });
});

describe("shape and meaning together", () => {
  test("a bad name does not hide host bits and an unknown option", () => {
    expect(
      problems({
        type: "network.create",
        name: "a b",
        colour: "red",
        pools: [{ subnet: "172.17.0.5/16" }],
        options: { foo: "1" },
      }),
    ).toEqual([
      `name: ${nameRule}`,
      "colour: is not known here",
      "options.foo: unknown option; driver bridge knows mtu, name, icc, masquerade, gateway_mode_ipv4, gateway_mode_ipv6, host_ipv4, host_ipv6, host_binding_ipv4, inhibit_ipv4, container_iface_prefix, anti_spoofing, and Docker's labels of them",
      "pools.0.subnet: 172.17.0.5/16 has host bits set; the network is 172.17.0.0/16",
    ]);
  });

  test("what was left out to read the rest causes no problems of its own", () => {
    expect(problems(network({ pools: [{ subnet: 5, gateway: "10.0.0.1" }, { subnet: "10.0.0.1/24" }] }))).toEqual([
      "pools.0.subnet: must be a text, not a number",
      "pools.1.subnet: 10.0.0.1/24 has host bits set; the network is 10.0.0.0/24",
    ]);
  });

  test("a bad alias does not hide a multicast MAC", () => {
    const input = { type: "endpoint.create", network: "web", aliases: ["a b"], mac: "01:00:00:00:00:01" };
    expect(problems(input).map((line) => line.split(":")[0])).toEqual(["aliases.0", "mac"]);
  });
});
