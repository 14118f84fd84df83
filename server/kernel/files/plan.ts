import { type FileObject, keyOf, type Namespace } from "../objects.ts";
import type { Step } from "../steps.ts";

/** What a sandbox's files lack, and those of sandboxes that have gone. Pure; what a person has edited stays as it is. */
export function filesPlan(want: readonly FileObject[], have: readonly FileObject[]): Step[] {
  const wanted = new Set(want.map(keyOf));
  const there = new Map(have.map((file) => [keyOf(file), file]));
  const wrong = want.filter((file) => !isRight(file, there.get(keyOf(file))));
  const orphans = have.filter((file) => !wanted.has(keyOf(file)));
  const namesIn = (ns: Namespace) => orphans.filter((file) => file.ns === ns).map(({ name }) => name);
  return [
    ...wrong.map(({ ns, name, content }): Step => ({ op: "file.write", ns, name, content })),
    ...[...new Set(orphans.map(({ ns }) => ns))].map((ns): Step => ({ op: "file.remove", ns, names: namesIn(ns) })),
  ];
}

function isRight({ content }: FileObject, have: FileObject | undefined): boolean {
  if (!have || have.state === "unrecorded") return false;
  return have.state === "edited" || have.content === content;
}
