import type { CommandDraft } from "#cnm/commands.ts";
import type { HistorySummary } from "#cnm/history.ts";
import type { Change } from "#cnm/topology.ts";
import type { Cli } from "./command.ts";
import { explained } from "./errors.ts";
import { visible, visibleLines } from "./output.ts";

export interface ChangeFlags {
  dryRun?: boolean;
}

export interface Applied {
  entry: HistorySummary;
  changes: Change[];
}

/** What a change was decided on; refused if something it touches has changed since. */
export interface ChangeOptions extends ChangeFlags {
  baseRevision?: number;
  /** The field of the commands whose entries are arguments and no flags, for what is wrong with them. */
  argument?: string;
  /** What is printed when it is done; the sentence of history if not given. */
  done?(applied: Applied): string;
}

/** Runs the commands as one atomic change, or with `dryRun` shows the exact kernel operations and does nothing. */
export async function change(cli: Cli, commands: CommandDraft[], options: ChangeOptions): Promise<void> {
  try {
    await send(cli, commands, options);
  } catch (error) {
    throw explained(error, { commands, argument: options.argument });
  }
}

async function send(cli: Cli, commands: CommandDraft[], options: ChangeOptions): Promise<void> {
  if (options.dryRun) {
    const planned = await cli.api.topology.plan.query({ commands });
    return cli.show(planned, () => planned.steps.map(visibleLines).join("\n") || "# nothing to do in the kernel");
  }
  const applied = await cli.api.topology.change.mutate({ commands, baseRevision: options.baseRevision });
  cli.show(applied, () => options.done?.(applied) ?? visible(applied.entry.summary));
}

/** The id of the object that a change has created. */
export function createdId({ changes }: Applied): string {
  return changes.find(({ before }) => before === null)?.id ?? "";
}
