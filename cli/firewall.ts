import type { Command } from "commander";
import {
  type ConntrackFill,
  chainsOf,
  explainRule,
  isNearlyFull,
  type FirewallFamily,
  type FirewallRule,
  type FirewallState,
} from "#cnm/firewall.ts";
import type { Topology } from "#cnm/topology.ts";
import { type Cli, perform } from "./command.ts";
import { table, visible } from "./output.ts";

export function addFirewallCommands(program: Command): void {
  const firewall = program.command("firewall").description("the firewall rules that networks and ports have made");
  perform(
    firewall
      .command("ls", { isDefault: true })
      .description("list every rule with what it has counted and what it is for"),
    listRules,
  );
}

async function listRules(cli: Cli): Promise<void> {
  const [{ topology }, state] = await Promise.all([cli.api.topology.get.query(), cli.api.firewall.list.query()]);
  cli.show(state, () => firewallText(state, topology));
}

/** The rules by family, table and chain, in the order they are passed; then what anti-spoofing has dropped. Pure. */
export function firewallText({ families, conntrack, rules, guard }: FirewallState, topology: Topology): string {
  const dropped = guard.map(({ endpointId, port, packets, bytes }) => {
    const endpoint = topology.endpoints[endpointId];
    const network = endpoint && topology.networks[endpoint.networkId];
    return [`${network?.name ?? ""}/${endpoint?.name ?? ""}`, port, String(packets), String(bytes)];
  });
  return [
    [...families.map(familyLine), ...(conntrack ? [conntrackLine(conntrack)] : [])].join("\n"),
    ...chainsOf(rules).map(
      (chain) => `${visible(`IPv${chain.family} ${chain.table} ${chain.chain}`)}\n${chainTable(chain.rules, topology)}`,
    ),
    ...(rules.length === 0 ? ["no rule has been made"] : []),
    ...(dropped.length > 0 ? [table(["ANTI-SPOOFING", "PORT", "PACKETS", "BYTES"], dropped)] : []),
  ].join("\n\n");
}

function conntrackLine(fill: ConntrackFill): string {
  const full = isNearlyFull(fill) ? ": nearly full, and new ones are dropped when it is (nf_conntrack_max)" : "";
  return `connections tracked: ${fill.count} of ${fill.max}${full}`;
}

function familyLine({ family, flavour, reason }: FirewallFamily): string {
  return visible(`IPv${family}: ${flavour ? `iptables (${flavour})` : `no firewall: ${reason}`}`);
}

function chainTable(rules: readonly FirewallRule[], topology: Topology): string {
  return table(
    ["PACKETS", "BYTES", "RULE", "MEANING"],
    rules.map((rule) => [String(rule.packets), String(rule.bytes), rule.rule, explainRule(rule, topology)]),
  );
}
