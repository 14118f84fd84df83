import { expect, test } from "vitest";
import { formatPublication } from "./ports.ts";
import { publishedPorts } from "./published.ts";
import { after, endpointDraft, joinDraft, networkDraft } from "./testing.ts";

/** "network/endpoint sandbox publication reach". */
const rows = (...drafts: Parameters<typeof after>[0]) =>
  publishedPorts(after(drafts)).map(({ publication, endpoint, network, sandbox, active, reach }) => {
    expect(active).toBe(sandbox !== null);
    return `${network.name}/${endpoint.name} ${sandbox?.name ?? "-"} ${formatPublication(publication)}: ${reach}`;
  });

const publish = [
  "9000:9000",
  "53:53/udp",
  "127.8.0.1:80:80",
  "[2001:db8::9]:81:81",
  "192.0.2.1:82:82",
  "0.0.0.0:83:83",
  "[::]:84:84",
];

test("published ports come in the order of host ports, with who reaches them", () => {
  expect(
    rows(
      networkDraft("web", { enableIpv6: true }),
      endpointDraft("web", "a", { publish }),
      joinDraft("a", "box", true),
    ),
  ).toMatchInlineSnapshot(`
    [
      "web/a box 53:53/udp: everywhere",
      "web/a box 127.8.0.1:80:80/tcp: this host only",
      "web/a box [2001:db8::9]:81:81/tcp: address 2001:db8::9",
      "web/a box 192.0.2.1:82:82/tcp: address 192.0.2.1",
      "web/a box 0.0.0.0:83:83/tcp: everywhere",
      "web/a box [::]:84:84/tcp: everywhere",
      "web/a box 9000:9000/tcp: everywhere",
    ]
  `);
});

test("nothing answers for an endpoint that is not joined", () => {
  expect(rows(networkDraft("web"), endpointDraft("web", "a", { publish: ["8080:80"] }))).toEqual([
    "web/a - 8080:80/tcp: nowhere: not joined",
  ]);
});

test.each([
  [{ internal: true }, "nowhere: the network is internal"],
  [{ options: { gateway_mode_ipv4: "routed" } }, "on its own address"],
  [{ enableIpv6: true, options: { gateway_mode_ipv6: "routed" } }, "everywhere by IPv4, on its own address by IPv6"],
  [{ enableIpv6: true, options: { gateway_mode_ipv4: "nat-unprotected" } }, "everywhere"],
  [{ enableIpv4: false, enableIpv6: true, options: { gateway_mode_ipv4: "routed" } }, "everywhere"],
  [{ options: { host_binding_ipv4: "127.0.0.1" } }, "this host only"],
])("a network with %j: %s", (network, want) => {
  const drafts = [networkDraft("web", network), endpointDraft("web", "a", { publish: ["80:80"] })];
  expect(rows(...drafts, joinDraft("a", "box", true))).toEqual([expect.stringMatching(`/tcp: ${want}$`)]);
});
