import type { CommandDraft } from "#cnm/commands.ts";
import { CnmError, type Verdict } from "#cnm/errors.ts";
import { type Foresight, foresee } from "#components/topology/foresee.ts";

/** What an object is told, as a person reads and writes it. Pure. */

/** One thing that is told, in the texts that a command takes. */
export interface Setting {
  key: string;
  label: string;
  texts: readonly string[];
  /** Any number of texts, one a line; else one at most. */
  many: boolean;
  /** What holds while nothing is given: "the host's". */
  otherwise: string;
  /** What could be given; empty where the setting before says it. */
  help: string;
  /** Whether this object can be given any. */
  verdict: Verdict;
}

/** The texts of settings that are to change, by their keys. */
export type Given = Record<string, string[]>;

/** Settings that are read together and changed by one plan. */
export interface Settings {
  settings: readonly Setting[];
  /** What sets those that are given, and leaves the others as they are. */
  commands(given: Given): CommandDraft[];
}

/** A text that may be empty as the texts of a setting, and back. */
export const words = (text: string): string[] => (text === "" ? [] : [text]);
export const one = (texts: readonly string[] | undefined) => texts && (texts[0] ?? "");

/** The texts of the settings as a form holds them, by key. */
export type Draft = Readonly<Record<string, string>>;

export function draftOf(settings: readonly Setting[]): Draft {
  return Object.fromEntries(settings.map(({ key, texts }) => [key, texts.join("\n")]));
}

/** What a person has changed in a form since it was opened; what others have changed meanwhile is not touched. */
export function givenIn(opened: Draft, draft: Draft): Given {
  const changed = Object.entries(draft).filter(([key, text]) => linesOf(text).join("\n") !== opened[key]);
  return Object.fromEntries(changed.map(([key, text]) => [key, linesOf(text)]));
}

function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}

/** What the daemon would say of each setting that is to change, by key; found by the daemon's own functions. */
export function problemsOf({ commands }: Settings, given: Given, { topology, unsupported }: Foresight): Draft {
  const problems: Record<string, string> = {};
  let now = topology;
  for (const [key, texts] of Object.entries(given)) {
    try {
      now = foresee({ topology: now, unsupported }, commands({ [key]: texts }));
    } catch (error) {
      if (!(error instanceof CnmError)) throw error;
      problems[key] = firstProblem(error, texts);
    }
  }
  return problems;
}

/** With the line that it is about, where there are several. */
function firstProblem({ details, message }: CnmError, texts: readonly string[]): string {
  const [first] = details.problems ?? [];
  const index = /\.(\d+)$/.exec(first?.path ?? "")?.[1];
  const line = index !== undefined && texts.length > 1 ? `line ${Number(index) + 1}: ` : "";
  return `${line}${first?.message ?? message}`;
}
