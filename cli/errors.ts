import { TRPCClientError } from "@trpc/client";
import { CommanderError } from "commander";
import type { CommandDraft } from "#cnm/commands.ts";
import { CnmError, type ErrorDetails, type Problem } from "#cnm/errors.ts";
import { quote } from "#cnm/text.ts";
import type { AppRouter } from "#server/router/index.ts";
import { jsonText, visible } from "./output.ts";

/** 0 is done; a command run in a sandbox gives its own. */
export const exitCodes = { refused: 1, usage: 2, unreachable: 3 } as const;

/** What every failure comes to before it is shown. */
export interface Failure {
  exitCode: number;
  code: string;
  message: string;
  details: ErrorDetails & { problems?: ShownProblem[] };
}

/** A problem with the words that the person wrote, where the path alone would not tell them: "--publish 8080:x". */
export interface ShownProblem extends Problem {
  written?: string;
}

/** The daemon does not answer on its socket. */
export class Unreachable extends Error {
  constructor(socketPath: string, errno: string) {
    super(unreachable(socketPath, errno));
    this.name = "Unreachable";
  }
}

/** The failure that a thrown thing is; anything unknown is a bug and keeps its own words. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, "").replace(/\n/g, " ");
    return {
      exitCode: exitCodes.usage,
      code: "USAGE",
      message,
      details: { lift: "the same with --help tells how it is written" },
    };
  }
  if (error instanceof CnmError)
    return { exitCode: exitCodes.refused, code: error.code, message: error.message, details: error.details };
  if (error instanceof TRPCClientError) return clientFailure(error);
  const message = error instanceof Error ? error.message : String(error);
  const exitCode = error instanceof Unreachable ? exitCodes.unreachable : exitCodes.refused;
  return { exitCode, code: error instanceof Unreachable ? "UNREACHABLE" : "INTERNAL", message, details: {} };
}

/** How a failure is written to stderr: one error with all its problems and what lifts it. */
export function failureText({ code, message, details }: Failure, json: boolean): string {
  if (json) return jsonText({ error: { code, message, details } });
  const problems = (details.problems ?? []).map(problemText);
  const lines = problems.length > 1 ? [`${problems.length} things are wrong:`, ...problems.map(indent)] : problems;
  const text = lines.length > 0 ? lines : [visible(message)];
  return [
    `patchbay: ${text.join("\n")}`,
    ...(details.lift ? [indent(`to lift it: ${visible(details.lift)}`)] : []),
  ].join("\n");
}

/** What the daemon itself has said, if it has. */
function answerOf(error: TRPCClientError<AppRouter>) {
  return error.data?.cnm ?? null;
}

function clientFailure(error: TRPCClientError<AppRouter>): Failure {
  if (error.cause instanceof Unreachable) return failureOf(error.cause);
  const cnm = answerOf(error);
  if (cnm) return { exitCode: exitCodes.refused, ...cnm };
  const message = `the daemon gave an answer that is none of ours: ${error.message}`;
  return { exitCode: exitCodes.refused, code: "INTERNAL", message, details: {} };
}

function problemText({ path, message, written }: ShownProblem): string {
  return visible(path ? `${written ?? flagOf(path)}: ${message}` : message);
}

interface Explanation {
  commands: readonly CommandDraft[];
  /** The field whose entries are arguments of the command line and need no flag to name them. */
  argument?: string;
}

/** The error, its problems with the texts of the commands that they are about; whatever has no problems as it is. */
export function explained(error: unknown, explanation: Explanation): unknown {
  const cnm = cnmOf(error);
  if (!cnm?.details.problems) return error;
  const problems = cnm.details.problems.map((problem): ShownProblem => {
    const written = writtenAt(problem.path, explanation);
    return written === undefined ? problem : { ...problem, written };
  });
  return new CnmError(cnm.code, cnm.message, { ...cnm.details, problems });
}

function cnmOf(error: unknown): Pick<CnmError, "code" | "message" | "details"> | null {
  if (error instanceof CnmError) return error;
  return error instanceof TRPCClientError ? answerOf(error) : null;
}

/** "publish.1" is the second text of the command that has such a list. */
function writtenAt(path: string, { commands, argument }: Explanation): string | undefined {
  const [, field = "", index] = /^(\w+(?:\.\w+)?)\.(\d+)$/.exec(path) ?? [];
  const lists = commands.map((command) => field.split(".").reduce<unknown>(fieldOf, command));
  const text: unknown = lists.find(Array.isArray)?.[Number(index)];
  if (typeof text !== "string") return undefined;
  const plain = /^[\w.:/[\]-]{1,60}$/.test(text) ? text : quote(text);
  return field === argument ? plain : `${flagOf(field)} ${plain}`;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}

/** A field of a command as the person wrote it on the command line. */
export function flagOf(path: string): string {
  const pool = /^pools\.\d+\.(\w+)(?:\.(.*))?$/.exec(path);
  const [, field = "", rest] = pool ?? /^(dns\.\w+|[^.]*)\.?(.*)$/.exec(path) ?? [];
  return [flags.get(field) ?? field, rest].filter(Boolean).join(" ");
}

const flags = new Map([
  ["name", "NAME"],
  ["driver", "--driver"],
  ["pools", "--subnet"],
  ["subnet", "--subnet"],
  ["gateway", "--gateway"],
  ["ipRange", "--ip-range"],
  ["auxAddresses", "--aux-address"],
  ["options", "--opt"],
  ["labels", "--label"],
  ["enableIpv4", "--no-ipv4"],
  ["enableIpv6", "--ipv6"],
  ["ipv4", "--ip"],
  ["ipv6", "--ip6"],
  ["mac", "--mac-address"],
  ["aliases", "--network-alias"],
  ["publish", "--publish"],
  ["publishAll", "--publish-all"],
  ["expose", "--expose"],
  ["links", "--link"],
  ["interfaceName", "--interface-name"],
  ["driverOptions", "--driver-opt"],
  ["gatewayPriority", "--gw-priority"],
  ["routes", "--route"],
  ["sysctls", "--sysctl"],
  ["ingress", "--ingress"],
  ["egress", "--egress"],
  ["internal", "--internal"],
  ["hostname", "--hostname"],
  ["domainname", "--domainname"],
  ["extraHosts", "--add-host"],
  ["dns.servers", "--dns"],
  ["dns.search", "--dns-search"],
  ["dns.options", "--dns-option"],
  ["pid", "--pid"],
  ["netns", "--netns"],
  ["container", "--container"],
  ["network", "NETWORK"],
  ["sandbox", "SANDBOX"],
  ["endpoint", "ENDPOINT"],
  ["username", "NAME"],
]);

function indent(text: string): string {
  return `  ${text}`;
}

function unreachable(socketPath: string, errno: string): string {
  const start = `start it with "sudo ./patchbay up", or with "npm run up -- --isolated" to try it without touching this host`;
  switch (errno) {
    case "ENOENT":
      return `no Patchbay daemon at ${socketPath}: ${start}`;
    case "ECONNREFUSED":
      return `the Patchbay daemon at ${socketPath} is not running any more: ${start}`;
    case "EACCES":
    case "EPERM":
      return `only root may use ${socketPath}: run it with sudo`;
    case "ECONNRESET":
    case "EPIPE":
      return `the daemon at ${socketPath} hung up: it answers only whoever runs it, and it may be stopping; if it is gone, ${start}`;
    default:
      return `the Patchbay daemon at ${socketPath} cannot be reached (${errno}): ${start}`;
  }
}
