import type { CommandDraft } from "#cnm/commands.ts";
import { CnmError, invalid, type Problem } from "#cnm/errors.ts";
import { parseCommand } from "#cnm/parse-command.ts";
import { quote } from "#cnm/text.ts";
import { explained } from "./errors.ts";

/** For commander: an option that can be given several times; what was said before its "--no-…" is forgotten. */
export function several(value: string, before: string[] | false = []): string[] {
  return [...(before || []), value];
}

/** What a repeatable option comes to: nothing after its "--no-…", undefined if it is not given at all. */
export function listOf(flag: string[] | false | undefined): string[] | undefined {
  return flag === false ? [] : flag;
}

/** "key=value" texts; what has no "=", no key, or is given twice becomes a problem. */
export function keyValues(
  flag: string,
  texts: readonly string[] = [],
  problems: Problem[] = [],
): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf("=");
    const key = text.slice(0, at);
    if (at < 1) problems.push({ path: flag, message: `${quote(text)} must be written as name=value` });
    else if (pairs.has(key)) problems.push({ path: flag, message: `${quote(key)} is given twice` });
    else pairs.set(key, text.slice(at + 1));
  }
  return Object.fromEntries(pairs);
}

/**
 * The draft, if nothing is wrong with it. Throws every problem at once: those found while reading the command line, and those
 * the daemon would find in what could be read.
 */
export function checked<D extends CommandDraft>(draft: D, problems: readonly Problem[] = []): D {
  const all = [...problems, ...problemsOf(draft)];
  if (all.length > 0) throw explained(invalid(all), { commands: [draft] });
  return draft;
}

function problemsOf(draft: CommandDraft): Problem[] {
  try {
    parseCommand(draft);
    return [];
  } catch (error) {
    if (error instanceof CnmError && error.details.problems) return error.details.problems;
    throw error;
  }
}
