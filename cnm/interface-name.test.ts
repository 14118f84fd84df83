import { expect, test } from "vitest";
import type { CommandDraft } from "./commands.ts";
import { CnmError } from "./errors.ts";
import { hostEndOf } from "./ids.ts";
import { parseInterfaceName } from "./interface-name.ts";
import { interfacesOf } from "./members.ts";
import { parseCommand } from "./parse-command.ts";
import { canJoin } from "./rules.ts";
import { after, endpointDraft, joinDraft, networkDraft, refusalOf, sandboxDraft, testId } from "./testing.ts";
import { quote } from "./text.ts";

test.each(["eth0", "uplink", "a", "0", "vlan.100", "a-b", "a_b", "fifteen-letters", "ALL", "Lo", ""])(
  "%j is a name of an interface",
  (text) => {
    expect(parseInterfaceName(text)).toEqual({ ok: true, value: text });
  },
);

const shape = "must be 1 to 15 letters, digits, '_', '.' or '-', the first a letter or a digit";
const kept = "is a name the kernel keeps for itself";

test.each([
  ...["sixteen-letters-", "öööööööö", ".", "..", ".hidden", "-rf", "_x", "a/b", "../all", "a:1", "a b", "a\n"].map(
    (text) => [text, shape],
  ),
  ...["a\0b", "eth%d", "$(reboot)", "a;b", "a'b", "a*", "a+"].map((text) => [text, shape]),
  ...["lo", "all", "default"].map((text) => [text, kept]),
])("%j is none", (text = "", want = "") => {
  expect(parseInterfaceName(text)).toEqual({ ok: false, message: `${quote(text)} ${want}` });
});

const up = (network: string, interfaceName?: string, sandbox = "box"): CommandDraft[] => [
  endpointDraft(network, network, { interfaceName }),
  joinDraft(`${network}/${network}`, sandbox),
];
const two = [sandboxDraft("box"), networkDraft("a"), networkDraft("b"), networkDraft("c")];
const namesOf = (drafts: CommandDraft[]) =>
  interfacesOf(after(drafts), testId(0)).map(({ name, attachment }) => `${name} ${attachment?.interfaceName}`);
const rename = (network: string, interfaceName: string): CommandDraft => ({
  type: "endpoint.join",
  endpoint: `${network}/${network}`,
  sandbox: "box",
  interfaceName,
});

test("names that are asked for and names that are found are never the same", () => {
  expect(namesOf([...two, ...up("a", "eth1"), ...up("b"), ...up("c")])).toEqual(["b eth0", "a eth1", "c eth2"]);
  expect(namesOf([...two, ...up("a", "uplink"), ...up("b", "uplink.100"), ...up("c")])).toEqual([
    "c eth0",
    "a uplink",
    "b uplink.100",
  ]);
  expect(refusalOf(() => after([...two, ...up("a"), ...up("b", "eth0")]))).toBe(
    "CONFLICT sandbox box has an interface eth0 already, that of endpoint a/a",
  );
});

test("interfaces are in the order of their numbers, whoever has named them", () => {
  const drafts = [...two, ...up("a", "eth10"), ...up("b", "eth9"), ...up("c")];
  expect(namesOf(drafts)).toEqual(["c eth0", "b eth9", "a eth10"]);
});

test("a join may say another name, which stays with the endpoint", () => {
  const left: CommandDraft = { type: "endpoint.leave", endpoint: "a/a" };
  const again = joinDraft("a/a", "box");
  const drafts = [...two, endpointDraft("a", "a", { interfaceName: "first" }), rename("a", "second")];
  expect(namesOf(drafts)).toEqual(["a second"]);
  expect(namesOf([...drafts, left, again])).toEqual(["a second"]);
  expect(namesOf([...drafts, left, rename("a", "")])).toEqual(["a eth0"]);
  expect(namesOf([...drafts, left, rename("a", ""), left, again])).toEqual(["a eth0"]);
});

test("what cannot be joined by that name is known before", () => {
  const topology = after([...two, ...up("a", "uplink"), endpointDraft("b", "b", { interfaceName: "uplink" })]);
  expect(canJoin(topology, testId(6), testId(0))).toMatchObject({
    ok: false,
    rule: "interface-name-taken",
    lift: "join it with another name of its interface, or without any",
  });
});

test("on the host itself and without an interface there is nothing to name", () => {
  const wire = [networkDraft("wire", { driver: "ptp" }), sandboxDraft("machine", { mode: "host" })];
  const named = endpointDraft("wire", "end", { interfaceName: "uplink" });
  expect(refusalOf(() => after([...wire, named, joinDraft("wire/end", "machine")]))).toBe(
    "CONFLICT in the host's own namespace an interface is called by its endpoint's id, not uplink",
  );
  const unnamed: CommandDraft = {
    type: "endpoint.join",
    endpoint: "wire/end",
    sandbox: "machine",
    interfaceName: "",
  };
  const automatic = after([...wire, named, unnamed]);
  expect(automatic.endpoints[testId(2)]?.attachment?.interfaceName).toBe(hostEndOf(testId(2)));
  expect(refusalOf(() => after([endpointDraft("none", "x", { interfaceName: "uplink" })]))).toBe(
    "CONFLICT endpoints of network none have no interface that a name, routes and settings could be of",
  );
});

const ifname = "com.docker.network.endpoint.ifname";
const sysctls = "com.docker.network.endpoint.sysctls";

test("Docker's labels say the same", () => {
  const driverOptions = {
    [ifname]: "uplink",
    [sysctls]: "net.ipv4.conf.IFNAME.forwarding=1,net.ipv4.conf.IFNAME.log_martians=1",
  };
  const [endpoint] = interfacesOf(
    after([...two, endpointDraft("a", "a", { driverOptions }), joinDraft("a/a", "box")]),
    testId(0),
  );
  expect(endpoint?.attachment?.interfaceName).toBe("uplink");
  expect(endpoint?.options.sysctls).toEqual({
    "ipv4.conf.IFNAME.forwarding": "1",
    "ipv4.conf.IFNAME.log_martians": "1",
  });
});

test.each<[object, object[]]>([
  [{ interfaceName: "a/b" }, [{ path: "interfaceName", message: expect.stringContaining(shape) }]],
  [{ driverOptions: { [ifname]: "lo" } }, [{ path: "interfaceName", message: expect.stringContaining(kept) }]],
  [
    { driverOptions: { [ifname]: "x", "com.docker.network.endpoint.ifnam": "y" }, interfaceName: "x" },
    [
      { path: `driverOptions.${ifname}`, message: "is given twice" },
      {
        path: "driverOptions.com.docker.network.endpoint.ifnam",
        message: `unknown option; an endpoint knows ${ifname} and ${sysctls}`,
      },
    ],
  ],
])("%j is refused at the edge", (rest, want) => {
  let problems: unknown;
  try {
    parseCommand(endpointDraft("a", "a", rest));
  } catch (error) {
    if (error instanceof CnmError) problems = error.details.problems;
  }
  expect(problems).toEqual(want);
});
