import type { Command } from "commander";
import type { CommandDraft } from "#cnm/commands.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import { CnmError, type Problem } from "#cnm/errors.ts";
import { findSandbox } from "#cnm/lookup.ts";
import { endpointsOf } from "#cnm/members.ts";
import type { Topology } from "#cnm/topology.ts";
import { type ChangeFlags, change } from "./change.ts";
import { type Cli, perform, withDryRun, withExamples, withLabels } from "./command.ts";
import { type ListFlags, list } from "./listing.ts";
import { checked, keyValues, several } from "./options.ts";
import { pairPools } from "./pools.ts";

interface CreateFlags extends ChangeFlags {
  name?: string;
  subnet?: string[];
  ip?: string;
  ipv6?: boolean;
  opt?: string[];
  label?: string[];
}

export function addLinkCommands(program: Command): void {
  const link = program.command("link").description("point-to-point links: two sandboxes, or a sandbox and the host");
  perform(createDeclaration(link), create);
  perform(link.command("ls").description("list links and their ends").option("-q, --quiet", "only ids"), listLinks);
}

function createDeclaration(link: Command): Command {
  const command = link
    .command("create <sandbox> <sandbox-or-host>")
    .description(
      'make a network of driver ptp and join both sandboxes to it, as one change; "host" is the host itself. "network rm -f" deletes it',
    )
    .option("--name <name>", "name of the network; both sandboxes' names with a hyphen unless given")
    .option("--subnet <cidr>", "where the addresses are from, at most one per family (repeatable)", several)
    .option("--ip <address>", "IPv4 address of the first end; the lowest one if not given")
    .option("--ipv6", "choose IPv6 addresses as well")
    .option("-o, --opt <key=value>", "option of the driver: mtu (repeatable)", several);
  return withExamples(
    withDryRun(withLabels(command)),
    "link create web-1 db",
    "link create db host --subnet 10.1.1.0/30 --ip 10.1.1.1 --name out-of-band",
  );
}

/** An end to be: what has to be made first, and what it is joined to. */
interface End {
  preparation: CommandDraft[];
  name: string;
  sandbox: string;
}

async function create(cli: Cli, [first, second, flags]: [string, string, CreateFlags]): Promise<void> {
  const problems: Problem[] = [];
  const pools = pairPools(flags, problems);
  const options = keyValues("--opt", flags.opt, problems);
  const labels = keyValues("--label", flags.label, problems);
  const network = (name: string): CommandDraft => ({
    type: "network.create",
    name,
    driver: "ptp",
    pools,
    enableIpv4: pools.length === 0 || pools.some(({ subnet }) => !subnet?.includes(":")),
    enableIpv6: flags.ipv6,
    options,
    labels,
  });
  // Wrong flags are told before anything is looked up.
  checked(network(flags.name ?? "x"), problems);
  const { topology } = await cli.api.topology.get.query();
  const [a, b] = [endOf(topology, first), endOf(topology, second)];
  if (a.sandbox === b.sandbox)
    throw new CnmError("INVALID_PARAMETER", `${a.name} is at both ends`, { lift: "name two different sandboxes" });
  const name = flags.name ?? `${a.name}-${b.name}`;
  const join = ({ name: endpoint, sandbox }: End, ipv4?: string): CommandDraft[] => [
    { type: "endpoint.create", network: name, name: endpoint, ipv4 },
    { type: "endpoint.join", endpoint: `${name}/${endpoint}`, sandbox },
  ];
  const commands = [...a.preparation, ...b.preparation, network(name), ...join(a, flags.ip), ...join(b)];
  await change(cli, commands, { dryRun: flags.dryRun });
}

/** A sandbox in host mode stands for the host: one that is there, or a new one. */
function endOf(topology: Topology, ref: string): End {
  const known = ref === "host" ? Object.values(topology.sandboxes).find(({ mode }) => mode === "host") : undefined;
  if (ref !== "host" || known) {
    const { id, name } = known ?? findSandbox(topology, ref);
    return { preparation: [], name, sandbox: id };
  }
  return { preparation: [{ type: "sandbox.create", name: ref, mode: "host" }], name: ref, sandbox: ref };
}

async function listLinks(cli: Cli, [{ quiet }]: [ListFlags]): Promise<void> {
  const { topology } = await cli.api.topology.get.query();
  const links = Object.values(topology.networks).filter(({ driver }) => driver === "ptp");
  list(cli, links, {
    quiet,
    header: ["NETWORK ID", "NAME", "ENDS", "", "STATE"],
    row: ({ id, name }) => {
      const ends = endpointsOf(topology, id);
      const joined = ends.filter(({ attachment }) => attachment);
      const [a = "-", b = "-"] = ends.map((end) => endText(topology, end)).sort();
      return [name, a, b, joined.length === 2 ? "up" : "waits for its other end"];
    },
  });
}

/** "db eth1 10.1.1.2/32". */
function endText(topology: Topology, { name, attachment, ipv4, ipv6 }: Endpoint): string {
  const where = attachment
    ? [topology.sandboxes[attachment.sandboxId]?.name, attachment.interfaceName]
    : [name, "(not joined)"];
  return [...where, ipv4, ipv6].filter(Boolean).join(" ");
}
