import type { Command } from "commander";
import type { CommandDraft } from "#cnm/commands.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import { CnmError } from "#cnm/errors.ts";
import { findEndpoint, findNetwork, findSandbox } from "#cnm/lookup.ts";
import { formatPublication } from "#cnm/ports.ts";
import { publishedPorts } from "#cnm/published.ts";
import { type ChangeFlags, change } from "./change.ts";
import { type Cli, perform, withDryRun, withExamples } from "./command.ts";
import { table } from "./output.ts";
import { left } from "./port-removal.ts";
import { portHeader, portJson, portRow } from "./port-table.ts";

interface PortListFlags {
  network?: string;
  sandbox?: string;
}

interface PortRemovalFlags extends ChangeFlags {
  all?: boolean;
}

export function addPortCommands(program: Command): void {
  const port = program.command("port").description("ports of the host that lead to endpoints");
  perform(
    port
      .command("ls")
      .description("list published ports, and who reaches them")
      .option("--network <network>", "only those of this network")
      .option("--sandbox <sandbox>", "only those that lead to this sandbox"),
    listPorts,
  );
  perform(addDeclaration(port), add);
  perform(removalDeclaration(port), remove);
}

function addDeclaration(port: Command): Command {
  const command = port
    .command("add <endpoint> <specs...>")
    .description("publish more ports of an endpoint, while it is in use");
  return withExamples(
    withDryRun(command),
    "port add web/web-1 8080:80",
    "port add web/web-1 127.0.0.1:53:53/udp 8000-8009:8000-8009",
  );
}

function removalDeclaration(port: Command): Command {
  const command = port
    .command("rm <endpoint> [specs...]")
    .description("publish ports no longer; what a spec does not say fits any: 80 is every publication of port 80")
    .option("--all", "all that the endpoint publishes");
  return withExamples(withDryRun(command), "port rm web/web-1 8080:80", "port rm web/web-1 --all");
}

async function listPorts(cli: Cli, [flags]: [PortListFlags]): Promise<void> {
  const { topology } = await cli.api.topology.get.query();
  const networkId = flags.network === undefined ? null : findNetwork(topology, flags.network).id;
  const sandboxId = flags.sandbox === undefined ? null : findSandbox(topology, flags.sandbox).id;
  const rows = publishedPorts(topology)
    .filter(({ network }) => networkId === null || network.id === networkId)
    .filter(({ sandbox }) => sandboxId === null || sandbox?.id === sandboxId);
  cli.show(rows.map(portJson), () => table(portHeader, rows.map(portRow)));
}

async function add(cli: Cli, [ref, specs, flags]: [string, string[], ChangeFlags]): Promise<void> {
  await republish(cli, ref, { flags, choose: ({ ports }) => [...ports.map(formatPublication), ...specs] });
}

async function remove(cli: Cli, [ref, specs, flags]: [string, string[], PortRemovalFlags]): Promise<void> {
  const { all = false } = flags;
  if (all === specs.length > 0)
    throw new CnmError("INVALID_PARAMETER", all ? "--all leaves no port to name" : "no port is given", {
      lift: "name ports as port ls shows them, or give --all",
    });
  await republish(cli, ref, { flags, choose: ({ ports }) => (all ? [] : left(ports, specs).map(formatPublication)) });
}

interface Republishing {
  flags: ChangeFlags;
  /** All that the endpoint is to publish from now on. */
  choose(endpoint: Endpoint): string[];
}

/** Reads, then writes unless somebody else has changed the endpoint in between. */
async function republish(cli: Cli, ref: string, { flags, choose }: Republishing): Promise<void> {
  const { topology, revision } = await cli.api.topology.get.query();
  const endpoint = findEndpoint(topology, ref);
  const command: CommandDraft = { type: "endpoint.update", endpoint: endpoint.id, publish: choose(endpoint) };
  await change(cli, [command], { ...flags, baseRevision: revision, argument: "publish" });
}
