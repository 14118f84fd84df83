import type { Command } from "commander";
import type { Problem } from "#cnm/errors.ts";
import { listOf, several } from "./options.ts";

/** What `withInterfaceFlags` declares; false after "--no-…". */
export interface InterfaceFlags {
  gwPriority?: string;
  route?: string[] | false;
  sysctl?: string[] | false;
  ingress?: string | false;
  egress?: string | false;
}

/** What an endpoint's interface is told besides addresses and ports; Docker's words where it has some. */
export function withInterfaceFlags(command: Command): Command {
  return command
    .option("--gw-priority <number>", "of a sandbox's endpoints, the one with the highest has the default routes")
    .option("--route <route>", 'a route through it, such as "10.9.0.0/16 via 10.8.0.9" (repeatable)', several)
    .option("--ingress <rate>", 'the most that the sandbox receives, such as 10mbit or "1gbit burst 64kb"')
    .option("--egress <rate>", "the most that the sandbox sends")
    .option("--sysctl <setting>", "such as net.ipv4.conf.IFNAME.forwarding=1 (repeatable)", several);
}

/** The fields of a command that the flags come to; what is not given is left out. */
export function interfaceFields({ gwPriority, route, sysctl, ingress, egress }: InterfaceFlags, problems: Problem[]) {
  return {
    gatewayPriority: wholeNumber(gwPriority, problems),
    routes: listOf(route),
    sysctls: listOf(sysctl),
    ingress: limitOf(ingress),
    egress: limitOf(egress),
  };
}

function wholeNumber(text: string | undefined, problems: Problem[]): number | undefined {
  if (text === undefined || /^-?\d{1,10}$/.test(text)) return text === undefined ? undefined : Number(text);
  problems.push({ path: "--gw-priority", message: "must be a whole number" });
  return undefined;
}

const limitOf = (flag: string | false | undefined) => (flag === false ? "" : flag);
