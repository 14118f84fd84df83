import { type AdoptableNamespace, detailOf, titleOf } from "#cnm/adoptable.ts";
import { Name } from "#cnm/ids.ts";
import { canCreateSandbox } from "#cnm/rules.ts";
import type { Topology } from "#cnm/topology.ts";
import { type SandboxValues, sourceTexts } from "./sandbox-values.ts";

/** Whether all words of the search are somewhere in what is shown. */
export function matches(found: AdoptableNamespace, search: string): boolean {
  const reason = found.verdict.ok ? "" : found.verdict.message;
  const text = `${titleOf(found)} ${detailOf(found)} ${reason}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The fields of the form that stand for it; the name only if it can be a sandbox's. */
export function valuesOf(found: AdoptableNamespace, topology: Topology): Partial<SandboxValues> {
  const { containers, names, oldest, program, source } = found;
  const path = names[0]?.split("/").at(-1);
  const name = containers[0]?.name ?? path ?? program ?? oldest?.command ?? "";
  const named = Name.safeParse(name).success && canCreateSandbox(topology, name).ok ? { name } : {};
  return { ...named, ...sourceTexts(source) };
}
