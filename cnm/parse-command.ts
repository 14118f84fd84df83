import { type Family, parseAddress } from "./cidr.ts";
import { CommandInput, type CommandOf } from "./commands.ts";
import { parseEndpointLabels } from "./endpoint-labels.ts";
import { invalid, type Problem } from "./errors.ts";
import { parseInterfaceName } from "./interface-name.ts";
import { parseMac } from "./mac.ts";
import { parseNetworkConfig } from "./network-config.ts";
import { bad, type Parsed } from "./parsed.ts";
import { parsePortFields } from "./port-fields.ts";
import { problemsOf } from "./problems.ts";
import { parseBandwidth } from "./reduce-bandwidth.ts";
import { parseSandboxFields } from "./sandbox-fields.ts";
import { quote } from "./text.ts";

/**
 * A command out of what arrived at the edge. Throws INVALID_PARAMETER with everything that is wrong with its shape and, as
 * far as the rest can be read, with what it says.
 */
export function parseCommand(input: unknown): CommandInput {
  const hidden = hiddenKeys(input);
  const parsed = CommandInput.safeParse(input, { reportInput: true });
  const shape = [...hidden, ...(parsed.success ? [] : problemsOf(parsed.error))];
  const readable = parsed.success ? parsed.data : readablePart(input, parsed.error.issues);
  const meaning = readable ? checkCommand(readable).filter((problem) => !follows(problem, shape)) : [];
  if (parsed.success && hidden.length + meaning.length === 0) return parsed.data;
  throw invalid([...shape, ...meaning]);
}

/** What is wrong with a command of the right shape, as far as that can be known without a topology. */
export function checkCommand(command: CommandInput): Problem[] {
  const problems: Problem[] = [];
  if (command.type === "network.create") parseNetworkConfig(command, problems);
  if (command.type === "sandbox.adopt") checkAdoption(command, problems);
  if (command.type === "endpoint.create") {
    checkEndpoint(command, problems);
    checkInterfaceName(parseEndpointLabels(command, problems).interfaceName, problems);
  }
  if (command.type === "endpoint.join") checkInterfaceName(command.interfaceName, problems);
  if (command.type === "endpoint.create" || command.type === "endpoint.update") {
    parsePortFields(command, problems);
    parseBandwidth(command, problems);
  }
  if (command.type === "sandbox.create" || command.type === "sandbox.update") parseSandboxFields(command, problems);
  return problems;
}

type AdoptionTexts = Pick<CommandOf<"sandbox.adopt">, "pid" | "netns" | "container">;
type EndpointTexts = Pick<CommandOf<"endpoint.create">, "ipv4" | "ipv6" | "mac">;

function checkEndpoint({ ipv4, ipv6, mac }: EndpointTexts, problems: Problem[]): void {
  const checks = {
    ipv4: ipv4 === undefined ? null : parseFamily(ipv4, 4),
    ipv6: ipv6 === undefined ? null : parseFamily(ipv6, 6),
    mac: mac === undefined ? null : parseMac(mac),
  };
  for (const [path, parsed] of Object.entries(checks))
    if (parsed && !parsed.ok) problems.push({ path, message: parsed.message });
}

function checkInterfaceName(name: string | undefined, problems: Problem[]): void {
  const parsed = parseInterfaceName(name ?? "");
  if (!parsed.ok) problems.push({ path: "interfaceName", message: parsed.message });
}

function checkAdoption({ pid, netns, container }: AdoptionTexts, problems: Problem[]): void {
  const given = [pid, netns, container].filter((source) => source !== undefined);
  if (given.length !== 1)
    problems.push({
      path: "",
      message: `one of pid, netns and container must be given, not ${given.length || "none"}`,
    });
  if (netns !== undefined && !netns.startsWith("/"))
    problems.push({ path: "netns", message: `${quote(netns)} must be an absolute path such as /run/netns/web` });
  if (netns?.includes("\0")) problems.push({ path: "netns", message: "has a character that no path has" });
}

function parseFamily(text: string, family: Family): Parsed<unknown> {
  const parsed = parseAddress(text);
  if (!parsed.ok || parsed.value.family === family) return parsed;
  return bad(`${quote(text)} is an IPv${parsed.value.family} address`);
}

/** Parsers drop a key called __proto__ without a word, so it is refused before. */
function hiddenKeys(input: unknown, path: readonly string[] = []): Problem[] {
  if (typeof input !== "object" || input === null || path.length > 4) return [];
  return Object.entries(input).flatMap(([key, value]) =>
    key === "__proto__"
      ? [{ path: [...path, key].join("."), message: "is not a name that can be used" }]
      : hiddenKeys(value, [...path, key]),
  );
}

/** The command without its faulty parts, with stand-ins for those it cannot be without; null if too little is left. */
function readablePart(
  input: unknown,
  issues: readonly { path: PropertyKey[]; keys?: string[] }[],
): CommandInput | null {
  const faults = issues.flatMap(({ path, keys }) => (keys ? keys.map((key) => [...path, key]) : [path]));
  const rest = withoutFaults(input, faults);
  if (typeof rest !== "object" || rest === null) return null;
  const needed = ["name", "network", "sandbox", "endpoint"].filter((key) => faults.some(([first]) => first === key));
  const parsed = CommandInput.safeParse({ ...rest, ...Object.fromEntries(needed.map((key) => [key, "x"])) });
  return parsed.success ? parsed.data : null;
}

function withoutFaults(value: unknown, faults: readonly PropertyKey[][]): unknown {
  if (faults.length === 0) return value;
  if (faults.some((path) => path.length === 0)) return undefined;
  const inside = (key: PropertyKey) =>
    faults.filter(([first]) => String(first) === String(key)).map((path) => path.slice(1));
  if (Array.isArray(value))
    return value.map((item, index) => withoutFaults(item, inside(index)) ?? (typeof item === "object" ? {} : "x"));
  if (typeof value !== "object" || value === null) return undefined;
  const kept = Object.entries(value).map(([key, item]) => [key, withoutFaults(item, inside(key))] as const);
  return Object.fromEntries(kept.filter(([, item]) => item !== undefined));
}

/** Whether a problem may only be there because a faulty part was left out. */
function follows(problem: Problem, shape: readonly Problem[]): boolean {
  const faulty = new Set(shape.map(({ path }) => subject(path)));
  const anyPool = [...faulty].some((path) => path.startsWith("pools"));
  const anySource = ["pid", "netns", "container"].some((path) => faulty.has(path));
  if (anySource && problem.path === "") return true;
  return faulty.has(subject(problem.path)) || (anyPool && ["", "pools", "enableIpv4"].includes(problem.path));
}

/** What a path is about: "pools.0", or its first part. */
function subject(path: string): string {
  return /^pools\.\d+|^[^.]*/.exec(path)?.[0] ?? path;
}
