import type { Command } from "commander";
import { listOf, several } from "./options.ts";

/** What `withSandboxFlags` declares; false after "--no-…". */
export interface SandboxFlags {
  hostname?: string;
  domainname?: string;
  addHost?: string[] | false;
  dns?: string[] | false;
  dnsSearch?: string[] | false;
  dnsOption?: string[] | false;
}

/** docker-run(1)'s flags about names and name servers. */
export function withSandboxFlags(command: Command): Command {
  return command
    .option("--hostname <name>", 'its own name, such as web or web.example.com; "" for the short id')
    .option("--domainname <domain>", "the domain that its name is in")
    .option("--add-host <name:ip>", "a line of its /etc/hosts; host-gateway as the address is this host", several)
    .option("--dns <ip>", "a name server in place of the host's (repeatable, at most 3)", several)
    .option("--dns-search <domain>", "a search domain in place of the host's; . for none (repeatable)", several)
    .option("--dns-opt, --dns-option <option>", "an option of resolv.conf such as ndots:1 (repeatable)", several);
}

/** The fields of a command that the flags come to; what is not given is left out. */
export function sandboxFields({ hostname, domainname, addHost, dns, dnsSearch, dnsOption }: SandboxFlags) {
  const lists = { servers: listOf(dns), search: listOf(dnsSearch), options: listOf(dnsOption) };
  const anyDns = Object.values(lists).some((list) => list !== undefined);
  return { hostname, domainname, extraHosts: listOf(addHost), dns: anyDns ? lists : undefined };
}

/** Whether any of the flags was given. */
export function hasSandboxFlags(flags: SandboxFlags): boolean {
  return Object.values(sandboxFields(flags)).some((field) => field !== undefined);
}
