import { type Command, InvalidArgumentError, Option } from "commander";
import { type HistoryEntry, type HistorySummary, type Outcome, outcomes, type StepRecord } from "#cnm/history.ts";
import type { Change } from "#cnm/topology.ts";
import { type Cli, perform, withExamples } from "./command.ts";
import { duration, facts, table, visible, visibleLines } from "./output.ts";
import { localTime, parseMoment } from "./times.ts";

interface ListFlags {
  actor?: string;
  verb?: string;
  object?: string;
  outcome?: Outcome;
  after?: string;
  before?: string;
  limit: number;
  cursor?: number;
}

export function addHistoryCommands(program: Command): void {
  const history = program.command("history").description("what was done, by whom, and the exact kernel operations");
  perform(listDeclaration(history), listHistory);
  perform(
    history.command("show").argument("<n>", "number of the row", whole).description("everything about one row"),
    show,
  );
  perform(history.command("verify").description("check that no row was changed or taken away"), verify);
}

function listDeclaration(history: Command): Command {
  const command = history
    .command("ls", { isDefault: true })
    .description("list history, newest first")
    .option("--actor <name>", "only what this user did")
    .option("--verb <verb>", "only this verb, such as endpoint.join")
    .option("--object <object>", "only what touched the object of this name or id")
    .addOption(new Option("--outcome <outcome>", "only rows that ended so").choices(outcomes))
    .option("--after <time>", "only rows since then: a time, or how long ago (10m, 2h, 7d)")
    .option("--before <time>", "only rows until then")
    .option("--limit <n>", "at most so many rows", whole, 50)
    .option("--cursor <n>", "only rows before number n: the next page", whole);
  return withExamples(command, "history", "history --object web --after 1h", "history ls --outcome failed --json");
}

async function listHistory(cli: Cli, [flags]: [ListFlags]): Promise<void> {
  const { limit, cursor, after, before, actor, verb, object, outcome } = flags;
  const moments = {
    after: after === undefined ? undefined : parseMoment("--after", after),
    before: before === undefined ? undefined : parseMoment("--before", before),
  };
  const page = await cli.api.history.list.query({
    filter: { actor, verb, object, outcome, ...moments },
    limit,
    cursor,
  });
  cli.show(page, () => table(["N", "TIME", "ACTOR", "VERB", "OUTCOME", "SUMMARY"], page.entries.map(summaryRow)));
}

async function show(cli: Cli, [seq]: [number]): Promise<void> {
  const entry = await cli.api.history.show.query({ seq });
  cli.show(entry, () => entryText(entry));
}

async function verify(cli: Cli): Promise<void> {
  const found = await cli.api.history.verify.query();
  cli.show(found, () =>
    found.ok
      ? `history is whole: ${found.rows} rows`
      : visible(`history is broken at row ${found.firstBad}: ${found.reason}`),
  );
  if (!found.ok) process.exitCode = 1;
}

function summaryRow({ seq, at, actor, verb, outcome, summary }: HistorySummary): string[] {
  return [String(seq), localTime(at), actor.name, verb, outcome, summary];
}

/** One row in full: what it was, the commands that ran with their durations, and each object before and after. */
export function entryText(entry: HistoryEntry): string {
  const head = facts([
    ["row", String(entry.seq)],
    ["time", entry.at],
    ["actor", `${entry.actor.name} (${entry.actor.role}) from ${entry.source}`],
    ["verb", entry.verb],
    ["summary", entry.summary],
    ["outcome", entry.outcome],
    ["took", entry.durationMs === null ? null : duration(entry.durationMs * 1000)],
    ["error", entry.error],
    ["hash", entry.hash],
  ]);
  return [
    head,
    ...section("kernel operations", entry.steps.map(stepText)),
    ...section("to undo it", entry.undoSteps.map(stepText)),
    ...section("changes", entry.changes.map(changeText)),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`)];
}

function stepText({ command, outcome, durationUs, error }: StepRecord): string {
  const words = error ? `, ${error.errno}: ${error.text}` : "";
  return visibleLines(`${command}   # ${outcome}, ${duration(durationUs)}${words}`);
}

function changeText({ kind, id, before, after }: Change): string {
  const name = (after ?? before)?.name ?? id;
  if (!before) return visible(`+ ${kind} ${name} ${JSON.stringify(after)}`);
  if (!after) return visible(`- ${kind} ${name} ${JSON.stringify(before)}`);
  const now: Record<string, unknown> = after;
  const differing = Object.entries(before).filter(([key, old]) => JSON.stringify(old) !== JSON.stringify(now[key]));
  const fields = differing.map(([key, old]) => `${key}: ${JSON.stringify(old)} → ${JSON.stringify(now[key])}`);
  return visible(`~ ${kind} ${name} ${fields.join(", ")}`);
}

function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1.");
}
