import type { AdoptableNamespace } from "#cnm/adoptable.ts";
import type { CommandDraft } from "#cnm/commands.ts";
import type { Id } from "#cnm/ids.ts";
import type { SandboxMode } from "#cnm/sandbox.ts";

/** Where a namespace is adopted from, by the field of the command. */
export const adoptable = ["pid", "netns", "container"] as const;
type Adoptable = (typeof adoptable)[number];

export interface SandboxValues extends Record<Adoptable, string> {
  name: string;
  mode: SandboxMode | Adoptable;
  sharedWith: Id | null;
}

export type SandboxDraft = Extract<CommandDraft, { type: "sandbox.create" | "sandbox.adopt" }>;

export const initialSandbox: Omit<SandboxValues, "name"> = {
  mode: "private",
  sharedWith: null,
  pid: "",
  netns: "",
  container: "",
};

/** What is said of a namespace of others that is to be adopted. */
export const adoptableWords: Record<Adoptable, { choice: string; label: string; example: string }> = {
  pid: { choice: "adopted: a process's", label: "Process id", example: "1234" },
  netns: { choice: "adopted: the one at a path", label: "Path of the namespace", example: "/run/netns/web" },
  container: { choice: "adopted: a container's", label: "Container of Docker or Podman", example: "postgres" },
};

export const isAdoptable = (mode: SandboxValues["mode"]): mode is Adoptable =>
  (adoptable as readonly string[]).includes(mode);

/** The fields that say the source; the mode is the field's. */
export function sourceTexts(source: AdoptableNamespace["source"]): Partial<SandboxValues> {
  if ("pid" in source) return { mode: "pid", pid: `${source.pid}` };
  return "netns" in source ? { mode: "netns", ...source } : { mode: "container", ...source };
}

/** The command that a filled form stands for. */
export function sandboxDraft({ name, mode, sharedWith, ...sources }: SandboxValues): SandboxDraft {
  if (!isAdoptable(mode))
    return { type: "sandbox.create", name, mode, ...(mode === "shared" && sharedWith ? { sharedWith } : {}) };
  const text = sources[mode].trim();
  return { type: "sandbox.adopt", name, [mode]: mode === "pid" ? Number(text) : text };
}

/** What is wrong with the field of a source, as far as the browser can tell. */
export function sourceProblem(field: Adoptable, { mode, [field]: text }: SandboxValues): string | null {
  if (mode !== field) return null;
  if (field === "pid") return /^\s*[1-9][0-9]{0,6}\s*$/.test(text) ? null : "Give the number of a process";
  return text.trim() === "" ? `Give the ${field === "netns" ? "path" : "container's name"}` : null;
}
