import { z } from "zod";
import type { CommandDraft, CommandInput } from "#cnm/commands.ts";
import { invalid } from "#cnm/errors.ts";
import { Reference } from "#cnm/ids.ts";
import { parseCommand } from "#cnm/parse-command.ts";

type Type = CommandInput["type"];
type Draft<T extends Type> = Omit<Extract<CommandDraft, { type: T }>, "type">;
type Parsed<T extends Type> = Extract<CommandInput, { type: T }>;

/** A parser with the types of a schema, whose errors are CnmErrors that name every problem. */
interface TypedParser<In, Out> {
  _input: In;
  _output: Out;
  parse(raw: unknown): Out;
}

function typed<In, Out>(parse: (raw: unknown) => Out): TypedParser<In, Out> {
  // tRPC reads `_input` and `_output` as types only; no such values exist.
  return { parse } as TypedParser<In, Out>;
}

/** Input of a procedure that is one CNM verb: the command's fields; its type goes without saying and cannot be another. */
export function commandInput<T extends Type>(type: T): TypedParser<Draft<T>, Parsed<T>> {
  return typed((raw) => {
    const fields: { type?: unknown } = asObject(raw);
    if (fields.type !== undefined && fields.type !== type)
      throw invalid([{ path: "type", message: `is ${type} here` }]);
    return parseCommand({ ...fields, type }) as Parsed<T>;
  });
}

/** A full bridge goes with all its 1,023 endpoints in one change: each leaves and is deleted. */
const mostCommands = 5000;

/** Input of `topology.plan` and `topology.change`: several commands. */
export const commandsInput = typed<
  { commands: CommandDraft[]; baseRevision?: number; requestId?: string },
  { commands: CommandInput[]; baseRevision?: number; requestId?: string }
>((raw) => {
  const { commands, ...options } = parseInput(Batch, raw);
  return { ...options, commands: commands.map(parseCommand) };
});

const Batch = z.strictObject({
  commands: z
    .array(z.unknown())
    .min(1, "must hold at least one command")
    .max(mostCommands, `must hold at most ${mostCommands} commands`),
  baseRevision: z.number().int().min(0).optional(),
  requestId: z.string().min(8).max(64).optional(),
});

/** Wraps a zod schema so that its problems come out as one INVALID_PARAMETER. */
export function input<S extends z.ZodType>(schema: S): TypedParser<z.input<S>, z.output<S>> {
  return typed((raw) => parseInput(schema, raw));
}

export const referenceInput = input(z.strictObject({ ref: Reference }));

function parseInput<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw invalid(result.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })));
}

function asObject(raw: unknown): object {
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return raw;
  throw invalid([{ path: "", message: "the input must be an object" }]);
}
