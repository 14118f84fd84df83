import type { z } from "zod";
import type { Problem } from "./errors.ts";
import { listing, quote } from "./text.ts";

type Issue = z.core.$ZodIssue;

/** What a schema found wrong, one sentence per thing. Wants issues with their input (`reportInput: true`). */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap(problemsOfIssue);
}

function problemsOfIssue(issue: Issue): Problem[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: "is not known here" }));
  return [{ path: pathText(issue.path), message: sentence(issue) }];
}

function sentence(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : `must be ${word(issue.expected)}, not ${kindOf(issue.input)}`;
    case "invalid_value":
      return `must be ${issue.values.map(String).join(" or ")}`;
    case "invalid_union":
      return "options" in issue && issue.options
        ? `must be one of ${listing(issue.options.map(String))}`
        : issue.message;
    case "invalid_key":
      return `the name ${quote(String(issue.path.at(-1)))} ${issue.issues.map(sentence).join(" and ")}`;
    case "too_big":
      if (isNumber(issue)) return `must be at most ${issue.maximum}`;
      return issue.origin === "array"
        ? `must have at most ${issue.maximum} entries`
        : `must be at most ${issue.maximum} characters`;
    case "too_small":
      return isNumber(issue) ? `must be at least ${issue.minimum}` : "must not be empty";
    default:
      return issue.message;
  }
}

const isNumber = ({ origin }: { origin: string }): boolean => origin === "number" || origin === "int";

function word(expected: string): string {
  const words: Record<string, string> = {
    string: "a text",
    boolean: "true or false",
    array: "a list",
    number: "a number",
  };
  return words[expected] ?? "an object";
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : word(typeof value);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map(String).join(".");
}
