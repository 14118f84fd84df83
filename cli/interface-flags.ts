import type { Command } from "commander";
import type { Problem } from "#cnm/errors.ts";
import { several } from "./options.ts";

/** What `withInterfaceFlags` declares; false after "--no-…". */
export interface InterfaceFlags {
  gwPriority?: string;
  route?: string[] | false;
  sysctl?: string[] | false;
}

/** What an endpoint's interface is told besides addresses and ports; Docker's words where it has some. */
export function withInterfaceFlags(command: Command): Command {
  return command
    .option("--gw-priority <number>", "of a sandbox's endpoints, the one with the highest has the default routes")
    .option("--route <route>", 'a route through it, such as "10.9.0.0/16 via 10.8.0.9" (repeatable)', several)
    .option("--sysctl <setting>", "such as net.ipv4.conf.IFNAME.forwarding=1 (repeatable)", several);
}

/** The fields of a command that the flags come to; what is not given is left out. */
export function interfaceFields({ gwPriority, route, sysctl }: InterfaceFlags, problems: Problem[]) {
  return { gatewayPriority: wholeNumber(gwPriority, problems), routes: listOf(route), sysctls: listOf(sysctl) };
}

function wholeNumber(text: string | undefined, problems: Problem[]): number | undefined {
  if (text === undefined || /^-?\d{1,10}$/.test(text)) return text === undefined ? undefined : Number(text);
  problems.push({ path: "--gw-priority", message: "must be a whole number" });
  return undefined;
}

const listOf = (flag: string[] | false | undefined) => (flag === false ? [] : flag);
