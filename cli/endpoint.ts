import type { Command } from "commander";
import type { CommandDraft } from "#cnm/commands.ts";
import { CnmError, type Problem } from "#cnm/errors.ts";
import { findNetwork, findSandbox } from "#cnm/lookup.ts";
import { type ChangeFlags, change, createdId } from "./change.ts";
import { type Cli, perform, withDryRun, withExamples, withLabels } from "./command.ts";
import { type InterfaceFlags, interfaceFields, withInterfaceFlags } from "./interface-flags.ts";
import { type ListFlags, list } from "./listing.ts";
import { checked, keyValues, listOf, several } from "./options.ts";
import { jsonText } from "./output.ts";
import { type PortFlags, portFields, withPortFlags } from "./port-flags.ts";
import { type RemovalFlags, remove } from "./removal.ts";

/** What an endpoint can be told when it is created. */
export interface EndpointFlags extends PortFlags, InterfaceFlags {
  ip?: string;
  ip6?: string;
  macAddress?: string;
  networkAlias?: string[];
  interfaceName?: string;
  driverOpt?: string[];
  label?: string[];
}

interface EndpointListFlags extends ListFlags {
  network?: string;
  sandbox?: string;
}

interface JoinFlags extends ChangeFlags {
  create?: boolean;
  interfaceName?: string;
}

export function addEndpointCommands(program: Command): void {
  const endpoint = program
    .command("endpoint")
    .description('memberships of networks; an endpoint is written as its id, its name or "network/name"');
  perform(createDeclaration(endpoint), create);
  perform(updateDeclaration(endpoint), update);
  perform(
    withDryRun(endpoint.command("join <endpoint> <sandbox>"))
      .description("put the endpoint's interface into a sandbox")
      .option("--create", "make the sandbox if there is none; it goes with its last endpoint")
      .option("--interface-name <name>", `${interfaceNameHelp}; in place of the endpoint's own`),
    join,
  );
  perform(
    withDryRun(endpoint.command("leave <endpoint> [sandbox]")).description(
      "take the interface out of its sandbox; the endpoint keeps its addresses",
    ),
    leave,
  );
  perform(
    withDryRun(endpoint.command("rm <endpoints...>"))
      .description("delete endpoints, all or none")
      .option("-f, --force", "even if they are joined: they leave first"),
    (cli, given: [string[], RemovalFlags]) => remove(cli, "endpoint", given),
  );
  perform(
    endpoint
      .command("ls")
      .description("list endpoints")
      .option("--network <network>", "only those in this network")
      .option("--sandbox <sandbox>", "only those joined to this sandbox")
      .option("-q, --quiet", "only ids"),
    listEndpoints,
  );
  perform(endpoint.command("inspect <endpoints...>").description("everything about endpoints, as JSON"), inspect);
}

/** The flags that `endpointDraft` reads. */
export function withEndpointFlags(command: Command): Command {
  return withLabels(
    withInterfaceFlags(withPortFlags(command))
      .option("--ip <address>", "IPv4 address; the lowest free one if not given")
      .option("--ip6 <address>", "IPv6 address; the lowest free one if not given")
      .option("--mac, --mac-address <address>", "MAC address; made from the IPv4 address if not given")
      .option("--alias, --network-alias <name>", "another name of it in this network (repeatable)", several)
      .option("--interface-name <name>", interfaceNameHelp)
      .option(
        "--driver-opt <key=value>",
        "Docker's com.docker.network.endpoint.ifname or .sysctls (repeatable)",
        several,
      ),
  );
}

const interfaceNameHelp = 'what its interface is called in a sandbox, such as uplink; "" for eth and a number';

/** The command that creates the endpoint. Throws every problem of the flags at once. */
export function endpointDraft(what: { network: string; name?: string; flags: EndpointFlags }): CommandDraft {
  const { network, name, flags } = what;
  const problems: Problem[] = [];
  const labels = keyValues("--label", flags.label, problems);
  const { ip: ipv4, ip6: ipv6, macAddress: mac, networkAlias: aliases, interfaceName, driverOpt } = flags;
  const driverOptions = driverOpt && keyValues("--driver-opt", driverOpt, problems);
  const fields = {
    network,
    name,
    ipv4,
    ipv6,
    mac,
    aliases,
    labels,
    interfaceName,
    driverOptions,
    ...portFields(flags),
    ...interfaceFields(flags, problems),
  };
  return checked({ type: "endpoint.create", ...fields }, problems);
}

function createDeclaration(endpoint: Command): Command {
  const command = endpoint
    .command("create <network> [name]")
    .description("create an endpoint: its addresses are reserved from now on");
  return withExamples(
    withDryRun(withEndpointFlags(command)),
    "endpoint create web front --ip 10.8.0.10 -p 8080:80",
    "endpoint join web/front web-1",
    "endpoint leave web/front",
  );
}

function updateDeclaration(endpoint: Command): Command {
  const command = endpoint
    .command("update <endpoint>")
    .description("say anew what an endpoint publishes, links to and is told besides; what is not given stays");
  return withExamples(
    withDryRun(withInterfaceFlags(withPortFlags(command)))
      .option("--alias, --network-alias <name>", "another name of it in this network (repeatable)", several)
      .option("--no-network-alias", "no other names")
      .option("--no-publish", "publish nothing")
      .option("--no-expose", "expose nothing")
      .option("--no-link", "link to nothing")
      .option("--no-route", "no routes but those of its subnets")
      .option("--no-sysctl", "no settings; what is set stays until it joins again")
      .option("--no-ingress", "receive without limit")
      .option("--no-egress", "send without limit"),
    "endpoint update web/front -p 8080:80 -p 8443:443",
    "endpoint update web/front --link db:database --no-publish",
    'endpoint update web/front --gw-priority 10 --route "10.9.0.0/16 via 10.8.0.9"',
    "endpoint update web/front --ingress 100mbit --no-egress",
  );
}

async function create(
  cli: Cli,
  [network, name, flags]: [string, string | undefined, EndpointFlags & ChangeFlags],
): Promise<void> {
  await change(cli, [endpointDraft({ network, name, flags })], { dryRun: flags.dryRun, done: createdId });
}

async function update(
  cli: Cli,
  [endpoint, flags]: [string, PortFlags & InterfaceFlags & ChangeFlags & { networkAlias?: string[] | false }],
): Promise<void> {
  const problems: Problem[] = [];
  const fields = { aliases: listOf(flags.networkAlias), ...portFields(flags), ...interfaceFields(flags, problems) };
  if (problems.length === 0 && Object.values(fields).every((field) => field === undefined))
    throw new CnmError("INVALID_PARAMETER", "nothing is given that is to change", {
      lift: "give --publish, --link, --gw-priority or another of the flags; --help lists them",
    });
  const { dryRun } = flags;
  await change(cli, [checked({ type: "endpoint.update", endpoint, ...fields }, problems)], { dryRun });
}

async function join(cli: Cli, [endpoint, sandbox, flags]: [string, string, JoinFlags]): Promise<void> {
  const { create: createSandbox, interfaceName, dryRun } = flags;
  await change(cli, [checked({ type: "endpoint.join", endpoint, sandbox, createSandbox, interfaceName })], { dryRun });
}

async function leave(cli: Cli, [endpoint, sandbox, flags]: [string, string | undefined, ChangeFlags]): Promise<void> {
  await change(cli, [{ type: "endpoint.leave", endpoint, sandbox }], flags);
}

async function listEndpoints(cli: Cli, [flags]: [EndpointListFlags]): Promise<void> {
  const { topology } = await cli.api.topology.get.query();
  const network = flags.network === undefined ? null : findNetwork(topology, flags.network).id;
  const sandbox = flags.sandbox === undefined ? null : findSandbox(topology, flags.sandbox).id;
  const wanted = Object.values(topology.endpoints)
    .filter(({ networkId }) => network === null || networkId === network)
    .filter(({ attachment }) => sandbox === null || attachment?.sandboxId === sandbox);
  list(cli, wanted, {
    quiet: flags.quiet,
    header: ["ENDPOINT ID", "NAME", "NETWORK", "SANDBOX", "INTERFACE", "IPV4", "IPV6", "MAC"],
    row: ({ name, networkId, attachment, ipv4, ipv6, mac }) => [
      name,
      topology.networks[networkId]?.name ?? "",
      attachment ? (topology.sandboxes[attachment.sandboxId]?.name ?? "") : "-",
      attachment?.interfaceName || "-",
      ipv4 ?? "-",
      ipv6 ?? "-",
      mac ?? "-",
    ],
  });
}

async function inspect(cli: Cli, [refs]: [string[]]): Promise<void> {
  cli.print(jsonText(await Promise.all(refs.map((ref) => cli.api.endpoint.inspect.query({ ref })))));
}
