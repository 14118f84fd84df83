import type { z } from "zod";
import type { Family } from "../cidr.ts";
import type { Problem, Refusal } from "../errors.ts";
import type { Facts } from "../facts.ts";
import type { Labels } from "../ids.ts";
import { listing, quote } from "../text.ts";

/** How one option of a driver is written as a label. */
export interface OptionLabel {
  /** Docker's name of it. */
  label: string;
  /** What a person types. */
  short: string;
  /** The option's key. */
  key: string;
  kind: "integer" | "boolean" | "text";
  /** One line for people. */
  help: string;
  /** Given when the network is created, or never. */
  fixed?: true;
}

/** What the network is besides its options. */
export interface OptionContext {
  families: readonly Family[];
  internal: boolean;
}

/** Everything about a driver that the browser needs as well; what it wants of the kernel is in `server/drivers/`. */
export interface DriverDefinition<Name extends string = string, Options extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  /** For people. */
  readonly title: string;
  readonly scope: "local" | "global";
  readonly connectivityScope: "local" | "global";
  /** Whether a person can create networks of it, or there is only the predefined one. */
  readonly creatable: boolean;
  /** Whether its networks have subnets, and their endpoints addresses. */
  readonly hasPools: boolean;
  /** Whether an endpoint is an interface in the sandbox. */
  readonly hasInterface: boolean;
  /** "eth" makes eth0, eth1 …; empty without an interface. */
  interfacePrefix(options: z.infer<Options>): string;
  /** How many endpoints of one network can be joined at the same time. */
  readonly maxEndpoints: number;
  /**
   * The endpoints of a network are the two ends of one link: neither has an interface without the other. Subnets are pairs of
   * addresses unless given, without a gateway, and a sandbox in host mode may be at one end.
   */
  readonly paired?: true;
  readonly options: Options;
  readonly labels: readonly OptionLabel[];
  /** What cannot be together, although each alone is right. */
  conflicts?(options: z.infer<Options>, network: OptionContext): Problem[];
  /** Whether a network needs a gateway address of the family where a person gives none; always, if the driver does not say. */
  reservesGateway?(options: z.infer<Options>, family: Family): boolean;
  /**
   * What the options of a new network come to on this host; `given` holds the keys that a person has set. `addresses`, with
   * prefix length, are the network's already, because its device has them.
   */
  settle?(
    options: z.infer<Options>,
    given: ReadonlySet<string>,
    facts: Facts,
  ): { ok: true; options: z.infer<Options>; addresses: readonly string[] } | Refusal;
}

export type ParsedOptions<Options extends z.ZodObject> =
  | { ok: true; options: z.infer<Options> }
  | { ok: false; problems: Problem[] };

/**
 * A driver's options out of a person's labels, or everything that is wrong with them; paths begin with "options.". With
 * `current`, those of a network that exists: what is not given stays, and what is fixed cannot be given.
 */
export function parseOptions<Options extends z.ZodObject>(
  driver: DriverDefinition<string, Options>,
  labels: Labels,
  current?: z.infer<Options>,
): ParsedOptions<Options> {
  const problems: Problem[] = [];
  const raw: Record<string, unknown> = {};
  const writtenAs: Record<string, string> = {};
  for (const [name, text] of Object.entries(labels)) {
    const known = driver.labels.find(({ label, short }) => name === label || name === short);
    const value = known && readValue(known, text);
    const problem = known ? (value?.problem ?? misplaced(known, raw, current)) : unknownOption(driver);
    if (problem) problems.push({ path: `options.${name}`, message: problem });
    if (!known) continue;
    raw[known.key] = value?.value;
    writtenAs[known.key] = name;
  }
  const parsed = driver.options.safeParse({ ...current, ...raw });
  if (parsed.success && problems.length === 0) return { ok: true, options: parsed.data };
  const issues = parsed.error?.issues ?? [];
  const unfit = issues.map(({ path, message }) => {
    const key = String(path[0]);
    return { path: `options.${writtenAs[key] ?? key}`, message };
  });
  return { ok: false, problems: [...problems, ...unfit] };
}

/** The keys that the labels set. */
export function givenKeys({ labels: known }: DriverDefinition, labels: Labels): Set<string> {
  const given = known.filter(({ label, short }) => label in labels || short in labels);
  return new Set(given.map(({ key }) => key));
}

function misplaced({ key, fixed }: OptionLabel, raw: object, current: object | undefined): string | undefined {
  if (key in raw) return "is given twice";
  return fixed && current ? "is given when the network is created and cannot be changed" : undefined;
}

/** Numbers and switches have one spelling: no hexadecimal, no exponent, no blanks. */
function readValue({ kind }: OptionLabel, text: string): { value?: unknown; problem?: string } {
  if (kind === "text") return { value: text };
  if (kind === "boolean")
    return text === "true" || text === "false"
      ? { value: text === "true" }
      : { problem: `must be true or false, not ${quote(text)}` };
  return /^(0|-?[1-9]\d{0,14})$/.test(text)
    ? { value: Number(text) }
    : { problem: `must be a whole number in decimal digits, not ${quote(text)}` };
}

function unknownOption({ name, labels }: DriverDefinition): string {
  const known = listing(
    labels.map(({ short }) => short),
    30,
  );
  return labels.length === 0
    ? `unknown option; networks of driver ${name} have none`
    : `unknown option; driver ${name} knows ${known}, and Docker's labels of them`;
}
