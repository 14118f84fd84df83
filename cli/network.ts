import { type Command, Option } from "commander";
import type { CommandDraft } from "#cnm/commands.ts";
import { CnmError, enforce, type Problem } from "#cnm/errors.ts";
import { findExactSandbox, findNetwork, findSandbox } from "#cnm/lookup.ts";
import { endpointsIn, endpointsOf } from "#cnm/members.ts";
import { canBeMember } from "#cnm/rules.ts";
import { type ChangeFlags, change, createdId } from "./change.ts";
import { type Cli, perform, withDryRun, withExamples, withLabels } from "./command.ts";
import { type EndpointFlags, endpointDraft, withEndpointFlags } from "./endpoint.ts";
import { type ListFlags, list } from "./listing.ts";
import { optionsHelp } from "./network-options.ts";
import { checked, keyValues, several } from "./options.ts";
import { jsonText } from "./output.ts";
import { type PoolFlags, pairPools } from "./pools.ts";
import { type RemovalFlags, remove } from "./removal.ts";
import { hasSandboxFlags, type SandboxFlags, sandboxFields, withSandboxFlags } from "./sandbox-flags.ts";

interface CreateFlags extends PoolFlags, ChangeFlags {
  driver: string;
  ipv4: boolean;
  ipv6?: boolean;
  internal?: boolean;
  opt?: string[];
  label?: string[];
}

interface UpdateFlags extends ChangeFlags {
  opt?: string[];
  /** True without a value. */
  internal?: true | "true" | "false";
}

interface ConnectFlags extends EndpointFlags, SandboxFlags, ChangeFlags {
  create?: boolean;
}

export function addNetworkCommands(program: Command): void {
  const network = program.command("network").description("create, delete and look at networks; connect sandboxes");
  perform(createDeclaration(network), create);
  perform(updateDeclaration(network), update);
  perform(network.command("ls").description("list networks").option("-q, --quiet", "only ids"), listNetworks);
  perform(network.command("inspect <networks...>").description("everything about networks, as JSON"), inspect);
  perform(
    withDryRun(network.command("rm <networks...>"))
      .description("delete networks, all or none")
      .option("-f, --force", "along with their endpoints, and the managed sandboxes that have no other"),
    (cli, given: [string[], RemovalFlags]) => remove(cli, "network", given),
  );
  perform(connectDeclaration(network), connect);
  perform(
    withDryRun(network.command("disconnect <network> <sandbox>")).description(
      "let a sandbox leave a network, and delete its endpoint there",
    ),
    disconnect,
  );
}

function createDeclaration(network: Command): Command {
  const command = network
    .command("create <name>")
    .description("create a network; what is not said is chosen: the driver bridge, a free subnet, its first address")
    .option("-d, --driver <driver>", "what makes it work in the kernel", "bridge")
    .option("--subnet <cidr>", "subnet, at most one per family (repeatable)", several)
    .option("--gateway <ip>", "the network's own address in a subnet (repeatable)", several)
    .option("--ip-range <cidr>", "the part of a subnet that addresses are chosen from (repeatable)", several)
    .option("--aux-address <name=ip>", "an address that others have and nobody else gets (repeatable)", several)
    .option("--internal", "nothing in and nothing out: no default route, no published ports")
    .option("--ipv6", "choose an IPv6 subnet as well")
    .option("--no-ipv4", "no IPv4 subnet")
    .option("-o, --opt <key=value>", "option of the driver, such as mtu=1400 (repeatable)", several);
  return withExamples(
    withDryRun(withLabels(command)),
    "network create web",
    "network create web --subnet 10.8.0.0/24 --gateway 10.8.0.254 --ip-range 10.8.0.128/25",
    "network create dual --subnet 10.9.0.0/24 --subnet fd00:9::/64 -o mtu=1400 --label team=blue",
    "network create back --internal --dry-run",
  ).addHelpText("after", optionsHelp);
}

function updateDeclaration(network: Command): Command {
  const command = network
    .command("update <network>")
    .description("change options of a network, while it is in use; what is not given stays")
    .addOption(new Option("--internal [boolean]", "nothing in and nothing out").choices(["true", "false"]))
    .option("-o, --opt <key=value>", "option of the driver, such as icc=false (repeatable)", several);
  return withExamples(
    withDryRun(command),
    "network update web -o icc=false",
    "network update back --internal=false -o com.docker.network.bridge.enable_ip_masquerade=false",
  ).addHelpText("after", optionsHelp);
}

function connectDeclaration(network: Command): Command {
  const command = network
    .command("connect <network> <sandbox>")
    .description("create an endpoint in a network and join it to a sandbox, as one change")
    .option("--create", "make the sandbox if there is none; it goes with its last endpoint");
  return withExamples(
    withDryRun(withSandboxFlags(withEndpointFlags(command))),
    "network connect web web-1 -p 8080:80",
    "network connect web db --create --ip 10.8.0.20 --network-alias database",
    "network connect web db --create --hostname db.example.com --dns 10.0.0.53",
  );
}

async function create(cli: Cli, [name, flags]: [string, CreateFlags]): Promise<void> {
  const problems: Problem[] = [];
  const draft: CommandDraft = {
    type: "network.create",
    name,
    driver: flags.driver,
    pools: pairPools(flags, problems),
    enableIpv4: flags.ipv4,
    enableIpv6: flags.ipv6,
    internal: flags.internal,
    options: keyValues("--opt", flags.opt, problems),
    labels: keyValues("--label", flags.label, problems),
  };
  await change(cli, [checked(draft, problems)], { dryRun: flags.dryRun, done: createdId });
}

async function update(cli: Cli, [network, flags]: [string, UpdateFlags]): Promise<void> {
  const { opt, dryRun } = flags;
  if (opt === undefined && flags.internal === undefined)
    throw new CnmError("INVALID_PARAMETER", "nothing is given that is to change", { lift: "give --opt or --internal" });
  const problems: Problem[] = [];
  const options = keyValues("--opt", opt, problems);
  const internal = flags.internal && flags.internal !== "false";
  await change(cli, [checked({ type: "network.update", network, options, internal }, problems)], { dryRun });
}

async function listNetworks(cli: Cli, [{ quiet }]: [ListFlags]): Promise<void> {
  const { topology } = await cli.api.topology.get.query();
  const size = (id: string) => endpointsOf(topology, id).length;
  list(cli, Object.values(topology.networks), {
    quiet,
    header: ["NETWORK ID", "NAME", "DRIVER", "SCOPE", "SUBNETS", "ENDPOINTS"],
    row: ({ id, name, driver, scope, pools, internal }) => {
      const subnets = pools.map(({ subnet }) => subnet).join(", ");
      return [name, driver, internal ? `${scope}, internal` : scope, subnets, String(size(id))];
    },
  });
}

async function inspect(cli: Cli, [refs]: [string[]]): Promise<void> {
  cli.print(jsonText(await Promise.all(refs.map((ref) => cli.api.network.inspect.query({ ref })))));
}

async function connect(cli: Cli, [networkRef, sandboxRef, flags]: [string, string, ConnectFlags]): Promise<void> {
  // Wrong flags are told before anything is looked up.
  endpointDraft({ network: networkRef, name: flags.create ? sandboxRef : undefined, flags });
  sandboxDrafts({ sandbox: sandboxRef, isNew: true, flags });
  const { topology } = await cli.api.topology.get.query();
  const network = findNetwork(topology, networkRef);
  const sandbox = flags.create ? findExactSandbox(topology, sandboxRef) : findSandbox(topology, sandboxRef);
  // A second endpoint would be refused for its name, which is only half of the truth.
  if (sandbox) enforce(canBeMember(topology, network, sandbox));
  const name = sandbox?.name ?? sandboxRef;
  const join = { type: "endpoint.join" as const, endpoint: `${network.id}/${name}`, createSandbox: flags.create };
  const draft = endpointDraft({ network: network.id, name, flags });
  const names = sandboxDrafts({ sandbox: sandboxRef, isNew: !sandbox, flags });
  await change(cli, [draft, { ...join, sandbox: sandbox?.id ?? sandboxRef }, ...names], flags);
}

/** What a sandbox that the join makes is told; one that is there is not changed in passing. */
function sandboxDrafts(what: { sandbox: string; isNew: boolean; flags: SandboxFlags }): CommandDraft[] {
  const { sandbox, isNew, flags } = what;
  if (!hasSandboxFlags(flags)) return [];
  if (isNew) return [checked({ type: "sandbox.update", sandbox, ...sandboxFields(flags) })];
  throw new CnmError("CONFLICT", `sandbox ${sandbox} is there already, and how it is called is no matter of joining`, {
    lift: `change it with sandbox update ${sandbox}`,
  });
}

async function disconnect(cli: Cli, [networkRef, sandboxRef, flags]: [string, string, ChangeFlags]): Promise<void> {
  const { topology, revision } = await cli.api.topology.get.query();
  const network = findNetwork(topology, networkRef);
  const sandbox = findSandbox(topology, sandboxRef);
  const endpoint = endpointsIn(topology, sandbox.id).find(({ networkId }) => networkId === network.id);
  if (!endpoint) throw new CnmError("CONFLICT", `sandbox ${sandbox.name} is not connected to network ${network.name}`);
  const commands: CommandDraft[] = [
    { type: "endpoint.leave", endpoint: endpoint.id, sandbox: sandbox.id },
    { type: "endpoint.delete", endpoint: endpoint.id },
  ];
  await change(cli, commands, { ...flags, baseRevision: revision });
}
