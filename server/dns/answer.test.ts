import { describe, expect, test } from "vitest";
import type { HostRecord, ResolverView } from "#cnm/dns.ts";
import { answer, type Known } from "./answer.ts";
import { Zones } from "./zones.ts";

const record = (endpointId: string, networkId: string, rest: Partial<HostRecord>): HostRecord => ({
  endpointId,
  networkId,
  names: [endpointId],
  ipv4: null,
  ipv6: null,
  services: [],
  ...rest,
});

const records = [
  record("a", "web", { names: ["a", "Box", "db"], ipv4: "10.8.0.2", ipv6: "fd00::2" }),
  record("b", "web", {
    names: ["b", "DB", "cache.main"],
    ipv4: "10.8.0.3",
    services: [{ protocol: "tcp", port: 8000, count: 10 }],
  }),
  record("a2", "back", { names: ["a"], ipv4: "10.9.0.2" }),
  record("six", "back", { names: ["six", "b"], ipv6: "fd00:9::6" }),
  record("x", "elsewhere", { names: ["x"], ipv4: "10.1.0.1" }),
];

function known(dotless: ResolverView["dotless"] = "forward"): Known {
  const zones = new Zones();
  for (const each of records) zones.set(each.endpointId, each);
  const networks = [
    { id: "web", name: "Web" },
    { id: "back", name: "back.end" },
  ];
  return { networks: zones.seenBy({ sandboxId: "s", networks, servers: null, internal: false, dotless }), dotless };
}

/** "A 10.8.0.2, A 10.8.0.3", with what is additional behind "+". */
function said(name: string, type: string, of = known()): string {
  const decided = answer(of, { name, type });
  if (decided.kind !== "answer") return decided.kind;
  const text = ({ type, data }: (typeof decided.answers)[number]) =>
    `${type} ${typeof data === "string" ? data : `${data.port} ${data.target}`}`;
  const more = decided.additionals.map((resource) => `${resource.name} ${text(resource)}`);
  return [decided.answers.map(text).join(", "), ...(more.length > 0 ? [more.join(", ")] : [])].join(" + ");
}

test.each([
  ["a", "A", "A 10.8.0.2"],
  ["a", "AAAA", "AAAA fd00::2"],
  ["a", "ANY", "A 10.8.0.2, AAAA fd00::2"],
  ["box.web", "A", "A 10.8.0.2"],
  ["a.back.end", "A", "A 10.9.0.2"],
  ["db", "A", "A 10.8.0.2, A 10.8.0.3"],
  ["db", "AAAA", "AAAA fd00::2"],
  ["cache.main", "A", "A 10.8.0.3"],
  ["cache.main.web", "A", "A 10.8.0.3"],
  // Known in both networks, with an address of the family in the second alone.
  ["b", "AAAA", "AAAA fd00:9::6"],
  ["six", "A", "nodata"],
  ["b.web", "AAAA", "nodata"],
  ["a", "MX", "nodata"],
  ["a", "UNKNOWN_65", "nodata"],
  ["a", "SRV", "nodata"],
  ["_8000._tcp.b", "SRV", "SRV 8000 b.Web + b.Web A 10.8.0.3"],
  ["_8009._tcp.db", "SRV", "SRV 8009 b.Web + b.Web A 10.8.0.3"],
  ["_8010._tcp.b", "SRV", "nodata"],
  ["_8000._udp.b", "SRV", "nodata"],
  ["_8000._tcp.b", "A", "nodata"],
  ["_8000._tcp.example.org", "SRV", "forward"],
  ["_http._tcp.b", "SRV", "forward"],
  ["3.0.8.10.in-addr.arpa", "PTR", "PTR b.Web"],
  ["3.0.8.10.in-addr.arpa", "A", "nodata"],
  ["2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", "PTR", "PTR a.Web"],
  ["1.0.1.10.in-addr.arpa", "PTR", "forward"],
  ["x", "A", "forward"],
  ["a.elsewhere", "A", "forward"],
  ["web", "A", "forward"],
  ["c.web", "A", "forward"],
  ["", "NS", "forward"],
  [".web", "A", "forward"],
])("%s %s: %s", (name, type, want) => {
  expect(said(name, type)).toBe(want);
});

test("names without a dot stay here where a person wants that, but for what are no addresses", () => {
  expect(["c", "com", "c.d"].map((name) => said(name, "A", known("keep")))).toEqual(["nodata", "nodata", "forward"]);
  expect(said("com", "NS", known("keep"))).toBe("forward");
  expect(said("a", "A", known("keep"))).toBe("A 10.8.0.2");
});

describe("zones", () => {
  test("forget the names and addresses that an endpoint had before, and nobody else's", () => {
    const zones = new Zones();
    const view: ResolverView = {
      sandboxId: "s",
      networks: [{ id: "web", name: "web" }],
      servers: null,
      internal: false,
      dotless: "forward",
    };
    const seen = (): Known => ({ networks: zones.seenBy(view), dotless: "forward" });
    for (const each of records) zones.set(each.endpointId, each);
    zones.set("b", record("b", "web", { names: ["b", "new"], ipv4: "10.8.0.9" }));
    const names = ["db", "new", "cache.main"];
    expect(names.map((name) => said(name, "A", seen()))).toEqual(["A 10.8.0.2", "A 10.8.0.9", "forward"]);
    expect(said("3.0.8.10.in-addr.arpa", "PTR", seen())).toBe("forward");
    for (const { endpointId } of records) zones.set(endpointId, null);
    expect(["a", "b", "new"].map((name) => said(name, "A", seen()))).toEqual(["forward", "forward", "forward"]);
  });

  test("keep an address that another endpoint has got by now", () => {
    const zones = new Zones();
    const network = { id: "web", name: "web" };
    const [old, now] = [record("old", "web", { ipv4: "10.8.0.2" }), record("now", "web", { ipv4: "10.8.0.2" })];
    zones.set("old", old);
    zones.set("now", now);
    zones.set("old", null);
    const view: ResolverView = {
      sandboxId: "s",
      networks: [network],
      servers: null,
      internal: false,
      dotless: "forward",
    };
    const seen: Known = { networks: zones.seenBy(view), dotless: "forward" };
    expect(said("2.0.8.10.in-addr.arpa", "PTR", seen)).toBe("PTR now.web");
  });
});
