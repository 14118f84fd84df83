import { expect, test } from "vitest";
import { publishedPorts } from "#cnm/published.ts";
import { after, endpointDraft, joinDraft, networkDraft } from "#cnm/testing.ts";
import { table } from "./output.ts";
import { portHeader, portJson, portRow } from "./port-table.ts";

const topology = after([
  networkDraft("web", { enableIpv6: true, pools: [{ subnet: "10.8.0.0/24" }, { subnet: "fd00:8::/64" }] }),
  networkDraft("open", { options: { gateway_mode_ipv4: "routed" }, pools: [{ subnet: "10.9.0.0/24" }] }),
  endpointDraft("web", "a", { publish: ["8080:80", "127.0.0.1:53:53/udp", "[2001:db8::9]:7000-7009:70-79"] }),
  endpointDraft("open", "b", { publish: ["8080:80/sctp"] }),
  endpointDraft("web", "idle", { publish: ["192.0.2.7:82:82"] }),
  joinDraft("a", "box", true),
  joinDraft("b", "box"),
]);

test("who publishes what, where it leads and who reaches it", () => {
  expect(table(portHeader, publishedPorts(topology).map(portRow))).toMatchInlineSnapshot(`
    "HOST PORT(S)              PROTO   ENDPOINT   SANDBOX   TO                            REACHABLE BY
    127.0.0.1:53              udp     web/a      box       10.8.0.2:53                   this host only
    192.0.2.7:82              tcp     web/idle   -         10.8.0.3:82                   nowhere: not joined
    [2001:db8::9]:7000-7009   tcp     web/a      box       [fd00:8::2]:70-79             address 2001:db8::9
    -                         sctp    open/b     box       10.9.0.2:80                   on its own address
    *:8080                    tcp     web/a      box       10.8.0.2:80, [fd00:8::2]:80   everywhere"
  `);
});

test("scripts get the fields of a publication, and objects with their ids", () => {
  const row = publishedPorts(topology)
    .map(portJson)
    .find(({ hostPort }) => hostPort === 82);
  expect(row).toEqual({
    protocol: "tcp",
    hostAddress: "192.0.2.7",
    hostPort: 82,
    port: 82,
    count: 1,
    endpoint: { id: expect.stringMatching(/^0004/), name: "idle" },
    network: { id: expect.stringMatching(/^0000/), name: "web" },
    sandbox: null,
    active: false,
    reach: "nowhere: not joined",
  });
});
