import { CommanderError } from "commander";
import { exitCodes, failureOf, failureText } from "./errors.ts";
import { createProgram } from "./program.ts";

// A reader that has seen enough (head, less) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Writes what went wrong to stderr and returns the exit code. Help and version come as errors too, and are written already. */
function report(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError && error.code === "commander.help") return exitCodes.usage;
  const failure = failureOf(error);
  process.stderr.write(`${failureText(failure, process.argv.includes("--json"))}\n`);
  return failure.exitCode;
}
