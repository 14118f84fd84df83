import { basename } from "node:path";
import type { KernelOptions } from "#server/kernel/calls.ts";

/** Where the files of a test host's namespaces are, and what was written there: below the private /run, apart from other hosts'. */
export function filesOf(rootNetns: string | null): Pick<KernelOptions, "etcDir" | "writtenDir"> {
  const place = `/run/files/${basename(rootNetns ?? "own")}`;
  return { etcDir: `${place}/etc`, writtenDir: `${place}/written` };
}
