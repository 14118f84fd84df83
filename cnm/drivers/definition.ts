import type { z } from "zod";
import type { Problem } from "../errors.ts";
import type { Labels } from "../ids.ts";
import { count, listing, quote } from "../text.ts";

/** How one option of a driver is written as a label. */
export interface OptionLabel {
  /** Docker's name of it. */
  label: string;
  /** What a person types; also the option's key. */
  short: string;
  kind: "integer" | "boolean" | "text";
  /** One line for people. */
  help: string;
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
  readonly interfacePrefix: string;
  /** How many endpoints of one network can be joined at the same time. */
  readonly maxEndpoints: number;
  readonly options: Options;
  readonly labels: readonly OptionLabel[];
  /** What cannot be together with subnets of these families, although each alone is right. */
  conflicts?(options: z.infer<Options>, families: readonly (4 | 6)[]): Problem[];
}

export type ParsedOptions<Options extends z.ZodObject> =
  | { ok: true; options: z.infer<Options> }
  | { ok: false; problems: Problem[] };

/** A driver's options out of a person's labels, or everything that is wrong with them; paths begin with "options.". */
export function parseOptions<Options extends z.ZodObject>(
  driver: DriverDefinition<string, Options>,
  labels: Labels,
): ParsedOptions<Options> {
  const problems: Problem[] = [];
  const raw: Record<string, unknown> = {};
  const writtenAs: Record<string, string> = {};
  for (const [key, text] of Object.entries(labels)) {
    const known = driver.labels.find(({ label, short }) => key === label || key === short);
    const value = known && readValue(known, text);
    const problem = !known ? unknownOption(driver) : known.short in raw ? "is given twice" : value?.problem;
    if (problem) problems.push({ path: `options.${key}`, message: problem });
    if (!known) continue;
    raw[known.short] = value?.value;
    writtenAs[known.short] = key;
  }
  if (problems.length > 0) return { ok: false, problems };
  const parsed = driver.options.safeParse(raw);
  if (parsed.success) return { ok: true, options: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues.map(({ path, message }) => {
      const key = String(path[0]);
      return { path: `options.${writtenAs[key] ?? key}`, message };
    }),
  };
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
  const known = labels.map(({ label, short }) => `${short} (${label})`);
  return known.length === 0
    ? `unknown option; networks of driver ${name} have none`
    : `unknown option; driver ${name} knows ${count(known.length, "option")}: ${listing(known)}`;
}
