import { expect, test } from "vitest";
import { CnmError } from "./errors.ts";
import { formatRoute, parseRoute } from "./route.ts";
import { after, endpointDraft, joinDraft, networkDraft, refusalOf, sandboxDraft, testId } from "./testing.ts";

const own = { ipv4: "10.8.0.2/16", ipv6: "fd00:8::2/64" };

test.each([
  ["10.9.0.0/16 via 10.8.0.9", { destination: "10.9.0.0/16", via: "10.8.0.9" }],
  ["  10.9.0.0/16   via  10.8.0.9 ", { destination: "10.9.0.0/16", via: "10.8.0.9" }],
  ["10.9.0.0/16", { destination: "10.9.0.0/16", via: null }],
  ["192.0.2.7", { destination: "192.0.2.7/32", via: null }],
  ["2001:DB8::/32 via fd00:8:0::9", { destination: "2001:db8::/32", via: "fd00:8::9" }],
  ["2001:db8::7 via fd00:8::9", { destination: "2001:db8::7/128", via: "fd00:8::9" }],
])("%s is a route", (text, want) => {
  expect(parseRoute(own, text)).toEqual({ ok: true, value: want });
  expect(parseRoute(own, formatRoute(want))).toEqual({ ok: true, value: want });
});

test.each([
  ["", "must be an IP address"],
  ["10.9.0.0/16 dev eth0", 'is not a route such as "10.9.0.0/16 via 10.8.0.9"'],
  ["10.9.0.0/16 via", "is not a route"],
  ["10.9.0.0/16 via 10.8.0.9 metric 5", "is not a route"],
  ["default via 10.8.0.9", "the default route follows from the gateway priority"],
  ["0.0.0.0/0 via 10.8.0.9", "the default route follows from the gateway priority"],
  ["10.9.0.1/16", "has host bits set; the network is 10.9.0.0/16"],
  ["10.8.0.0/16", "is the endpoint's own subnet"],
  ["10.9.0.0/16 via 10.10.0.1", "is not an address of the endpoint's subnet 10.8.0.0/16"],
  ["10.9.0.0/16 via fd00:8::9", "is not an address of the endpoint's subnet 10.8.0.0/16"],
  ["$(reboot)", "is not"],
])("%s is no route", (text, want) => {
  expect(parseRoute(own, text)).toMatchObject({ ok: false, message: expect.stringContaining(want) });
});

test("an endpoint without IPv6 has no route to an IPv6 destination", () => {
  expect(parseRoute({ ...own, ipv6: null }, "2001:db8::/32")).toEqual({
    ok: false,
    message: "the endpoint has no IPv6 address for a route to 2001:db8::/32",
  });
});

const box = [networkDraft("web", { pools: [{ subnet: "10.8.0.0/16" }] }), sandboxDraft("box")];
const update = (rest: object) => ({ type: "endpoint.update" as const, endpoint: "web/a", ...rest });

test("what is not given stays, a list that is given takes the place of the whole one", () => {
  const told = { gatewayPriority: 5, routes: ["10.9.0.0/16"], sysctls: ["net.ipv4.conf.ifname.forwarding=1"] };
  const drafts = [...box, endpointDraft("web", "a", told)];
  const options = (more: object[]) => after([...drafts, ...more.map(update)]).endpoints[testId(2)]?.options;
  const all = {
    interfaceName: "",
    gatewayPriority: 5,
    routes: [{ destination: "10.9.0.0/16", via: null }],
    sysctls: { "ipv4.conf.IFNAME.forwarding": "1" },
    bandwidth: { ingress: null, egress: null },
  };
  expect(options([])).toEqual(all);
  expect(options([{ routes: [] }])).toEqual({ ...all, routes: [] });
  expect(options([{ gatewayPriority: -3 }, { sysctls: ["net.ipv6.neigh.IFNAME.retrans_time_ms=50"] }])).toEqual({
    ...all,
    gatewayPriority: -3,
    sysctls: { "ipv6.neigh.IFNAME.retrans_time_ms": "50" },
  });
});

test("other names of an endpoint change while it is joined", () => {
  const drafts = [...box, endpointDraft("web", "a", { aliases: ["db"] }), joinDraft("web/a", "box")];
  const aliases = (more: object[]) => after([...drafts, ...more.map(update)]).endpoints[testId(2)]?.aliases;
  expect(aliases([{}])).toEqual(["db"]);
  expect(aliases([{ aliases: ["db", "store"] }])).toEqual(["db", "store"]);
  expect(aliases([{ aliases: [] }])).toEqual([]);
});

test("every problem is told at once", () => {
  const told = {
    routes: ["10.9.0.0/16", "nowhere", "10.9.0.0/16 via 10.8.0.9"],
    sysctls: [
      "net.ipv4.conf.eth0.forwarding=1",
      "kernel.hostname=x",
      "net.ipv6.conf.IFNAME.disable_ipv6=0",
      "net.ipv4.conf.IFNAME.../../x=1",
    ],
  };
  let problems: unknown;
  try {
    after([...box, endpointDraft("web", "a", told)]);
  } catch (error) {
    if (error instanceof CnmError) problems = error.details.problems;
  }
  const form = "is not a setting of an interface such as net.ipv4.conf.IFNAME.forwarding=1";
  expect(problems).toEqual([
    { path: "routes.1", message: expect.stringContaining('"nowhere"') },
    { path: "routes", message: "there are two routes to 10.9.0.0/16" },
    { path: "sysctls.0", message: `"net.ipv4.conf.eth0.forwarding=1" ${form}` },
    { path: "sysctls.1", message: `"kernel.hostname=x" ${form}` },
    { path: "sysctls.2", message: "disable_ipv6 is set by Patchbay itself" },
    { path: "sysctls.3", message: `"net.ipv4.conf.IFNAME.../../x=1" ${form}` },
  ]);
});

test("a destination has one route in a sandbox, whether the second one comes by joining or by changing", () => {
  const drafts = [
    ...box,
    networkDraft("back", { pools: [{ subnet: "10.7.0.0/16" }] }),
    endpointDraft("web", "a", { routes: ["10.9.0.0/16"] }),
    joinDraft("web/a", "box"),
    endpointDraft("back", "b"),
  ];
  const refusal = "CONFLICT sandbox box has a route to 10.9.0.0/16 through its endpoint a already";
  const change = { type: "endpoint.update" as const, endpoint: "back/b", routes: ["10.9.0.0/16 via 10.7.0.9"] };
  expect(refusalOf(() => after([...drafts, change, joinDraft("back/b", "box")]))).toBe(refusal);
  expect(refusalOf(() => after([...drafts, joinDraft("back/b", "box"), change]))).toBe(refusal);
  const subnet = { ...change, routes: ["10.8.0.0/16 via 10.7.0.9"] };
  expect(refusalOf(() => after([...drafts, joinDraft("back/b", "box"), subnet]))).toBe(
    "CONFLICT sandbox box has a route to 10.8.0.0/16 through its endpoint a already",
  );
});

test("an endpoint without an interface has no routes and no settings", () => {
  expect(refusalOf(() => after([endpointDraft("none", "a", { routes: ["10.9.0.0/16"] })]))).toContain("INVALID");
  expect(refusalOf(() => after([endpointDraft("none", "a", { gatewayPriority: 1 })]))).toBe(
    "CONFLICT endpoints of network none have no interface that a name, routes and settings could be of",
  );
});
