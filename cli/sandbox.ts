import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { CnmError, type Problem } from "#cnm/errors.ts";
import { findSandbox } from "#cnm/lookup.ts";
import { endpointsIn } from "#cnm/members.ts";
import { sourceWords } from "#cnm/origin.ts";
import type { SandboxMode } from "#cnm/sandbox.ts";
import { insteadOfFiles, type SandboxFile } from "#cnm/sandbox-files.ts";
import { quote } from "#cnm/text.ts";
import { type ChangeFlags, change, createdId } from "./change.ts";
import { type Cli, perform, withDryRun, withExamples, withLabels } from "./command.ts";
import { showAdoptable } from "./adoptable.ts";
import { showDns } from "./dns.ts";
import { wayIn } from "./enter.ts";
import { execute } from "./execute.ts";
import { type ListFlags, list } from "./listing.ts";
import { checked, keyValues } from "./options.ts";
import { jsonText, table, visible, visibleLines } from "./output.ts";
import { type RemovalFlags, remove } from "./removal.ts";
import { hasSandboxFlags, type SandboxFlags, sandboxFields, withSandboxFlags } from "./sandbox-flags.ts";

interface CreateFlags extends ChangeFlags, SandboxFlags {
  network: string;
  label?: string[];
}

interface AdoptFlags extends ChangeFlags {
  pid?: number;
  netns?: string;
  container?: string;
  label?: string[];
}

export function addSandboxCommands(program: Command): void {
  const sandbox = program
    .command("sandbox")
    .description("create, adopt, change, delete and look at sandboxes; run programs in them");
  perform(createDeclaration(sandbox), create);
  perform(adoptDeclaration(sandbox), adopt);
  perform(
    sandbox.command("adoptable").description("namespaces of this host that can be adopted, and why the others cannot"),
    showAdoptable,
  );
  perform(updateDeclaration(sandbox), update);
  perform(sandbox.command("ls").description("list sandboxes").option("-q, --quiet", "only ids"), listSandboxes);
  perform(sandbox.command("inspect <sandboxes...>").description("everything about sandboxes, as JSON"), inspect);
  perform(sandbox.command("dns <sandbox>").description("names it knows, servers it asks, its last queries"), showDns);
  perform(
    sandbox
      .command("files <sandbox>")
      .description("its hosts, hostname and resolv.conf, and what a person has changed in them"),
    showFiles,
  );
  perform(
    withDryRun(sandbox.command("rm <sandboxes...>"))
      .description("delete sandboxes, all or none")
      .option("-f, --force", "along with their endpoints"),
    (cli, given: [string[], RemovalFlags]) => remove(cli, "sandbox", given),
  );
  perform(sandbox.command("routes <sandbox>").description("the routes of a sandbox, as the kernel has them"), routes);
  perform(execDeclaration(sandbox), exec);
}

function createDeclaration(sandbox: Command): Command {
  const command = sandbox
    .command("create <name>")
    .description("create a sandbox: a network namespace that stays until it is deleted")
    .option("--net, --network <mode>", "none, host, or container:NAME for the namespace of another sandbox", "none");
  return withExamples(
    withDryRun(withLabels(withSandboxFlags(command))),
    "sandbox create web-1",
    "sandbox create web-1 --hostname web-1.example.com --add-host printer:10.1.2.3 --dns 10.0.0.53",
  );
}

function updateDeclaration(sandbox: Command): Command {
  const command = sandbox
    .command("update <sandbox>")
    .description("say anew how a sandbox is called and whom it asks for names; what is not given stays");
  return withExamples(
    withDryRun(withSandboxFlags(command))
      .option("--no-add-host", "no lines of its own in /etc/hosts")
      .option("--no-dns", "the host's name servers")
      .option("--no-dns-search", "the host's search domains")
      .option("--no-dns-option", "the host's options"),
    "sandbox update web-1 --add-host printer:10.1.2.3 --add-host gateway:host-gateway",
    "sandbox update web-1 --dns 10.0.0.53 --dns-search . --no-add-host",
  );
}

function adoptDeclaration(sandbox: Command): Command {
  const command = withDryRun(withLabels(sandbox.command("adopt <name>")))
    .description("make a sandbox of a namespace that is there: nothing in it is changed, and deletion leaves it")
    .option("--pid <n>", "the namespace of this process", wholePid)
    .option("--netns <path>", "the namespace at this path, such as /run/netns/web")
    .option("--container <name>", "the namespace of this container of Docker or Podman");
  return withExamples(
    command,
    "sandbox adoptable",
    "sandbox adopt web --pid 1234",
    "sandbox adopt db --container postgres",
  );
}

function wholePid(text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be the number of a process.");
}

function execDeclaration(sandbox: Command): Command {
  const command = sandbox
    .command("exec <sandbox> <command...>")
    .description("run a program in a sandbox, with this terminal and the program's exit code (128 + n after signal n)")
    // What follows the sandbox belongs to the program, whatever it looks like.
    .passThroughOptions();
  return withExamples(
    command,
    "sandbox exec web-1 -- ip addr",
    "sandbox exec web-1 -- ping -c1 10.8.0.2",
    "sandbox exec web-1 -- bash",
  );
}

async function create(cli: Cli, [name, { network, label, dryRun, ...flags }]: [string, CreateFlags]): Promise<void> {
  const problems: Problem[] = [];
  const place = placeOf(network, problems);
  const labels = keyValues("--label", label, problems);
  const draft = checked({ type: "sandbox.create", name, ...place, labels, ...sandboxFields(flags) }, problems);
  await change(cli, [draft], { dryRun, done: createdId });
}

/** docker-run(1)'s --network, of which the names of networks are for `connect`. */
function placeOf(text: string, problems: Problem[]): { mode: SandboxMode; sharedWith?: string } {
  const [word, sharedWith] = text.split(/:(.*)/s);
  if (word === "container" && sharedWith) return { mode: "shared", sharedWith };
  if (text === "host" || text === "none") return { mode: text === "host" ? "host" : "private" };
  const message = `${quote(text)} is not host, none or container:NAME; put a sandbox into a network by connect`;
  problems.push({ path: "--network", message });
  return { mode: "private" };
}

async function update(cli: Cli, [sandbox, { dryRun, ...flags }]: [string, SandboxFlags & ChangeFlags]): Promise<void> {
  if (!hasSandboxFlags(flags))
    throw new CnmError("INVALID_PARAMETER", "nothing is given that is to change", {
      lift: "give --hostname, --domainname, --add-host, --dns, --dns-search or --dns-option",
    });
  await change(cli, [checked({ type: "sandbox.update", sandbox, ...sandboxFields(flags) })], { dryRun });
}

async function showFiles(cli: Cli, [ref]: [string]): Promise<void> {
  const [files, { topology }] = await Promise.all([cli.api.sandbox.files.query({ ref }), cli.api.topology.get.query()]);
  const sandbox = findSandbox(topology, ref);
  const owner = topology.sandboxes[sandbox.sharedWith ?? sandbox.id] ?? sandbox;
  cli.show(files, () => files.map(fileText).join("\n\n") || insteadOfFiles(owner));
}

function fileText({ path, content, rendered, edited }: SandboxFile): string {
  if (content === null) return `${visible(path)} is not there; it would be:\n${indented(rendered)}`;
  if (!edited) return `${visible(path)}:\n${indented(content)}`;
  return [
    `${visible(path)} was edited, and is left alone until it is deleted:`,
    indented(content),
    "without that it would be:",
    indented(rendered),
  ].join("\n");
}

const indented = (text: string): string => visibleLines(text.trimEnd()).replace(/^(?=.)/gm, "  ");

async function adopt(cli: Cli, [name, { label, dryRun, ...source }]: [string, AdoptFlags]): Promise<void> {
  const problems: Problem[] = [];
  const labels = keyValues("--label", label, problems);
  const { pid, container, netns } = source;
  const draft = { type: "sandbox.adopt" as const, name, pid, container, netns: netns && resolve(netns), labels };
  await change(cli, [checked(draft, problems)], { dryRun, done: createdId });
}

async function listSandboxes(cli: Cli, [{ quiet }]: [ListFlags]): Promise<void> {
  const { topology } = await cli.api.topology.get.query();
  list(cli, Object.values(topology.sandboxes), {
    quiet,
    header: ["SANDBOX ID", "NAME", "MODE", "MANAGED", "NETWORKS", "ADOPTED FROM"],
    row: ({ id, name, mode, sharedWith, origin, managed }) => {
      const networks = endpointsIn(topology, sharedWith ?? id).map(
        ({ networkId }) => topology.networks[networkId]?.name,
      );
      const place = sharedWith ? `container:${topology.sandboxes[sharedWith]?.name}` : mode;
      const from = origin ? sourceWords(origin.source) : "";
      return [name, place, managed ? "yes" : "no", networks.sort().join(", "), from];
    },
  });
}

async function inspect(cli: Cli, [refs]: [string[]]): Promise<void> {
  cli.print(jsonText(await Promise.all(refs.map((ref) => cli.api.sandbox.inspect.query({ ref })))));
}

async function routes(cli: Cli, [ref]: [string]): Promise<void> {
  const found = await cli.api.sandbox.routes.query({ ref });
  const rows = found.map(({ destination, via, device, metric, origin }) => {
    return [destination, via ?? "-", device, String(metric), origin];
  });
  cli.show(found, () => table(["DESTINATION", "VIA", "DEVICE", "METRIC", "MADE BY"], rows));
}

async function exec(cli: Cli, [ref, [first = "", ...rest]]: [string, string[]]): Promise<void> {
  const [program = "", ...args] = first === "--" ? rest : [first, ...rest];
  const { argv } = await cli.api.sandbox.exec.mutate({ ref, program });
  process.exitCode = await execute([...wayIn(argv), program, ...args]);
}
