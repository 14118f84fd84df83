import type { DnsQuery, SandboxDns } from "#cnm/dns.ts";
import { formatExposure } from "#cnm/ports.ts";
import type { Cli } from "./command.ts";
import { duration, facts, table, visible } from "./output.ts";
import { localTime } from "./times.ts";

/** What the sandbox's resolver knows, whom it asks for the rest, and what it was asked lately. */
export async function showDns(cli: Cli, [ref]: [string]): Promise<void> {
  const dns = await cli.api.sandbox.dns.query({ ref });
  cli.show(dns, () => text(dns));
}

function text({ address, instead, records, upstreams, queries, count }: SandboxDns): string {
  if (address === null) return `no resolver: ${visible(instead ?? "")}`;
  const servers = upstreams.map(({ address: server, from }) => `${server} (asked from the ${from})`);
  return [
    facts([
      ["resolver", `${address}:53, UDP and TCP`],
      ["passes on to", servers.join(", ") || "nobody"],
      ["queries", `${count}`],
    ]),
    "",
    table(
      ["NETWORK", "NAMES", "IPV4", "IPV6", "SERVES"],
      records.map(({ networkName, names, ipv4, ipv6, services }) => [
        networkName,
        names.join(", "),
        ipv4 ?? "",
        ipv6 ?? "",
        services.map(formatExposure).join(", "),
      ]),
    ),
    "",
    table(["TIME", "TYPE", "NAME", "ANSWER", "BY", "TOOK"], queries.map(queryRow)),
  ].join("\n");
}

function queryRow({ at, type, name, rcode, upstream, durationUs }: DnsQuery): string[] {
  return [localTime(at), type, name, rcode, upstream ?? "the resolver", duration(durationUs)];
}
