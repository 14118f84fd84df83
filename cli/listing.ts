import { shortId } from "#cnm/ids.ts";
import type { Cli } from "./command.ts";
import { table } from "./output.ts";

export interface ListFlags {
  quiet?: boolean;
}

/** How objects of a kind are shown: the first column is their id. */
export interface View<T> {
  header: string[];
  row(object: T): string[];
}

/** Prints objects sorted by name: as a table, with `quiet` only their ids, or as a JSON array. */
export function list<T extends { id: string; name: string }>(
  cli: Cli,
  objects: readonly T[],
  { header, row, quiet }: View<T> & ListFlags,
): void {
  const sorted = [...objects].sort((a, b) => a.name.localeCompare(b.name, "en"));
  const rows = sorted.map((object) => [shortId(object.id), ...row(object)]);
  cli.show(sorted, () => (quiet ? rows.map(([id]) => id).join("\n") : table(header, rows)));
}
