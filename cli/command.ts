import type { Command } from "commander";
import { type Api, connect, findSocket } from "./client.ts";
import { several } from "./options.ts";
import { jsonText } from "./output.ts";

/** What a command works with. */
export interface Cli {
  api: Api;
  socketPath: string;
  json: boolean;
  print(text: string): void;
  /** The value as JSON if that is wanted, else its text. */
  show(value: unknown, text: () => string): void;
}

interface CommonFlags {
  json?: boolean;
  socket?: string;
}

/**
 * Completes a command: the flags that all of them have, and what it does. `run` gets the arguments in the order of the
 * declaration, then the flags; commander passes them untyped, so the declaration above is what its types promise.
 */
export function perform<Given extends unknown[]>(
  command: Command,
  run: (cli: Cli, given: Given) => Promise<void>,
): Command {
  return command
    .option("--json", "write JSON, errors too")
    .option("--socket <path>", "the daemon's administrator socket (or PATCHBAY_SOCKET)")
    .action((...given: unknown[]) => run(open(command.opts<CommonFlags>()), given.slice(0, -1) as Given));
}

/** The flag of every command that changes something. */
export function withDryRun(command: Command): Command {
  return command.option("--dry-run", "only show the kernel operations that would run");
}

export function withLabels(command: Command): Command {
  return command.option("--label <key=value>", "a label, free for your own use (repeatable)", several);
}

/** Adds worked examples to a command's help; `./patchbay` stands before each. */
export function withExamples(command: Command, ...examples: string[]): Command {
  const lines = examples.map((example) => `  ./patchbay ${example}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

function open({ json = false, socket }: CommonFlags): Cli {
  const socketPath = findSocket(socket ?? process.env.PATCHBAY_SOCKET);
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  const show = (value: unknown, text: () => string) => print(json ? jsonText(value) : text());
  return { api: connect(socketPath), socketPath, json, print, show };
}
