import { type AdoptableNamespace, type Discovery, detailOf, missingWords, titleOf } from "#cnm/adoptable.ts";
import type { Cli } from "./command.ts";
import { table, visible } from "./output.ts";

/** What of others on this host can become a sandbox, with the flag of `sandbox adopt` that takes it. */
export async function showAdoptable(cli: Cli): Promise<void> {
  const discovery = await cli.api.sandbox.adoptable.query();
  cli.show(discovery, () => adoptableText(discovery));
}

export function adoptableText(discovery: Discovery): string {
  const { namespaces } = discovery;
  const nothing = namespaces.some(({ verdict }) => verdict.ok)
    ? []
    : ["nothing to adopt: every process that can be looked at is in the host's namespace or a sandbox's"];
  const rows = namespaces.map((found) => [
    found.verdict.ok ? flagOf(found.source) : "-",
    titleOf(found),
    detailOf(found),
    found.verdict.ok ? "yes" : `no: ${found.verdict.message}`,
  ]);
  const remarks = [...nothing, ...missingWords(discovery).map(visible)];
  return [table(["ADOPT BY", "WHAT", "IN IT", "CAN BE ADOPTED"], rows), ...remarks].join("\n");
}

/** For a POSIX shell. */
function flagOf(source: AdoptableNamespace["source"]): string {
  if ("pid" in source) return `--pid ${source.pid}`;
  if ("container" in source) return `--container ${source.container}`;
  const { netns } = source;
  return `--netns ${/^[\w@%+=:,./-]+$/.test(netns) ? netns : `'${netns.replaceAll("'", "'\\''")}'`}`;
}
