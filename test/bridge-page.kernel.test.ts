import { expect } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { explainRule, type FirewallRule } from "#cnm/firewall.ts";
import type { Topology } from "#cnm/topology.ts";
import { withOwners } from "#server/controller/firewall-owners.ts";
import { parseCounters } from "#server/kernel/firewall/counters.ts";
import { skeleton, tableName } from "#server/kernel/guard/skeleton.ts";
import { type Host, test } from "./netns.ts";
import { probe, wire } from "./outside.ts";
import { checkPage, markdownTable, readPage } from "./pages.ts";
import { readable } from "./readable.ts";
import { joined, network, play } from "./scene.ts";

const page = "docs/drivers/bridge.md";

/** One network of every kind, in the order in which the page introduces them. */
const scenario: CommandDraft[][] = [
  [
    network("web", 1),
    ...joined("web", "shop", {
      mac: "02:42:0a:01:00:02",
      publish: ["8080:80", "7000-7009:8000-8009/udp", "127.0.0.1:8443:443"],
    }),
  ],
  [
    { type: "network.create", name: "quiet", pools: [{ subnet: "10.2.0.0/24" }], options: { icc: "false" } },
    ...joined("quiet", "db", { mac: "02:42:0a:02:00:02", expose: ["5432"] }),
    ...joined("quiet", "app", { mac: "02:42:0a:02:00:03", links: ["db:db"] }),
  ],
  [network("lab", 3, { internal: true })],
  [
    network("farm", 4, { options: { gateway_mode_ipv4: "routed", gateway_mode_ipv6: "routed" } }),
    ...joined("farm", "mill", { mac: "02:42:0a:04:00:02", publish: ["80"] }),
  ],
];

/** Tables and chains as a packet meets them. */
const layout = {
  raw: ["PREROUTING", "PATCHBAY-PREROUTING", "PATCHBAY-INTERNAL"],
  nat: ["PREROUTING", "OUTPUT", "PATCHBAY-DNAT", "POSTROUTING", "PATCHBAY-POSTROUTING"],
  filter: ["FORWARD", "PATCHBAY-FORWARD", "PATCHBAY-USER", "PATCHBAY-IN-", "PATCHBAY-OPEN-", "PATCHBAY-EGRESS"],
};

test("the page of the bridge driver shows the rules as the kernel has them", async ({ host }) => {
  await play(host, { commands: scenario[0] ?? [] }, async ({ patchbay }) => {
    for (const commands of scenario.slice(1)) await patchbay.apply(...commands);
    const { topology } = patchbay.controller;
    checkPage(page, {
      ipv4: chapters(host, topology, 4),
      ipv6: chapters(host, topology, 6),
      "guard table": `\`\`\`\n${skeleton.slice(skeleton.lastIndexOf("table bridge")).trim()}\n\`\`\``,
      "guard elements": guardElements(host, topology),
    });
  });
});

/** A chapter for each chain, with a line for each rule. */
function chapters(host: Host, topology: Topology, family: 4 | 6): string {
  const saved = host.shell(`${family === 4 ? "iptables" : "ip6tables"}-save -c`);
  const { rules } = withOwners(topology, { rules: parseCounters(family, saved), guard: [] });
  const chains = inOrder(chainsIn(saved), topology);
  const rulesOf = ({ table, chain }: Chain) => rules.filter((rule) => rule.table === table && rule.chain === chain);
  expect(chains.flatMap(rulesOf)).toHaveLength(rules.length);
  return chains
    .map((each) => {
      const rows = rulesOf(each).map((rule) => [
        `\`${withoutComment(rule)}\``,
        ownerOf(rule, topology),
        purpose(rule, topology),
      ]);
      const text = rows.length === 0 ? "Empty." : markdownTable(["rule", "of", "what for"], rows);
      return readable(`#### IPv${family} \`${each.table}\` \`${each.chain}\`\n\n${text}`, topology);
    })
    .join("\n\n");
}

test("the rules that the page suggests for PATCHBAY-USER keep others from a published port", async ({ host }) => {
  const [, examples = ""] = /^```sh\n(.*?)^```/ms.exec(readPage(page)) ?? [];
  await play(host, { commands: scenario[0] ?? [] }, async ({ outside, serve }) => {
    await serve(["shop"], { tcp: [80], udp: [] });
    const ask = () => probe(outside.name, [{ kind: "tcp", address: wire.host[4], port: 8080 }]);
    const letIn = [`shop ${wire.outside[4]}`];
    expect(await ask()).toEqual(letIn);
    for (const example of examples.trim().split("\n")) {
      host.shell(example);
      expect(await ask(), example).toEqual([null]);
      host.shell("iptables -F PATCHBAY-USER");
      expect(await ask()).toEqual(letIn);
    }
  });
});

interface Chain {
  table: string;
  chain: string;
}

/** As iptables-save(8) declares them: ":FORWARD ACCEPT [0:0]" after "*filter". */
function chainsIn(saved: string): Chain[] {
  return saved.split(/^\*/m).flatMap((text) => {
    const [table = ""] = text.split("\n", 1);
    return [...text.matchAll(/^:(\S+)/gm)].map(([, chain = ""]) => ({ table, chain }));
  });
}

/** Those of the layout; iptables sorts them by name, and so by ids that chance has made. */
function inOrder(chains: readonly Chain[], topology: Topology): Chain[] {
  return Object.entries(layout).flatMap(([table, names]) =>
    names.flatMap((name) =>
      chains
        .filter(
          (each) => each.table === table && (each.chain === name || (/-$/.test(name) && each.chain.startsWith(name))),
        )
        .sort((a, b) => (readable(a.chain, topology) < readable(b.chain, topology) ? -1 : 1)),
    ),
  );
}

const withoutComment = ({ rule }: FirewallRule): string =>
  rule.replace(/ ?-m comment --comment (?:"[^"]*"|\S+)/, "").trim();

function ownerOf({ owner: { kind, id } }: FirewallRule, { networks, endpoints }: Topology): string {
  const endpoint = kind === "endpoint" ? endpoints[id ?? ""] : undefined;
  const name = networks[endpoint?.networkId ?? id ?? ""]?.name;
  return endpoint ? `${name}/${endpoint.name}` : (name ?? "host");
}

/** Never the rule itself: what we cannot explain we do not do. */
function purpose(rule: FirewallRule, topology: Topology): string {
  const words = explainRule(rule, topology);
  expect(words).not.toBe(rule.rule);
  return words;
}

/** What nft(8) has in the sets, without the link-local addresses' twins in `targets`. */
function guardElements(host: Host, topology: Topology): string {
  const rows = ["guarded", "macs", "ipv4", "ipv6", "quiet"].map((set) => {
    const { nftables } = JSON.parse(host.shell(`nft -j list set bridge ${tableName} ${set}`));
    const found = nftables.flatMap((object: { set?: { elem?: unknown[] } }) => object.set?.elem ?? []).map(elementText);
    const lines = found.map((text: string) => `\`${readable(text, topology)}\``).sort();
    return [`\`${set}\``, lines.join("<br>")];
  });
  return markdownTable(["set", "elements"], rows);
}

type Element = string | { concat: string[] } | { elem: { val: Element } };

function elementText(element: Element): string {
  if (typeof element === "string") return element;
  return "concat" in element ? element.concat.join(" . ") : elementText(element.elem.val);
}
