import { expect, test } from "vitest";
import { after, endpointDraft, networkDraft, testId } from "#cnm/testing.ts";
import { firewallText } from "./firewall.ts";

const topology = after([networkDraft("web"), endpointDraft("web", "a")]);
const bridge = `pb-${testId(0).slice(0, 12)}`;
const rule = { family: 4 as const, packets: 12, bytes: 720, owner: { kind: "host" as const, id: null } };

test("rules are told by chain, with what they have counted and mean", () => {
  const text = firewallText(
    {
      conntrack: { count: 59_000, max: 65_536 },
      families: [
        { family: 4, flavour: "nft", reason: null },
        { family: 6, flavour: null, reason: "ip6tables is not installed" },
      ],
      rules: [
        { ...rule, table: "filter", chain: "PATCHBAY-EGRESS", rule: `-i ${bridge} -j ACCEPT` },
        { ...rule, table: "filter", chain: "PATCHBAY-FORWARD", rule: "-j PATCHBAY-USER", packets: 0, bytes: 0 },
      ],
      guard: [{ port: "pbv0001000100", endpointId: testId(1), packets: 3, bytes: 252 }],
    },
    topology,
  );
  expect(text).toMatchInlineSnapshot(`
    "IPv4: iptables (nft)
    IPv6: no firewall: ip6tables is not installed
    connections tracked: 59000 of 65536: nearly full, and new ones are dropped when it is (nf_conntrack_max)

    IPv4 filter PATCHBAY-EGRESS
    PACKETS   BYTES   RULE                           MEANING
    12        720     -i pb-000000000000 -j ACCEPT   what web sends out is let through

    IPv4 filter PATCHBAY-FORWARD
    PACKETS   BYTES   RULE               MEANING
    0         0       -j PATCHBAY-USER   your own rules come before all others

    ANTI-SPOOFING   PORT            PACKETS   BYTES
    web/a           pbv0001000100   3         252"
  `);
});

test("an empty firewall says why", () => {
  const families = [{ family: 4 as const, flavour: null, reason: "switched off by --no-iptables" }];
  expect(firewallText({ families, conntrack: null, rules: [], guard: [] }, topology)).toBe(
    "IPv4: no firewall: switched off by --no-iptables\n\nno rule has been made",
  );
});
