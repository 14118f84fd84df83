import type { Verdict } from "./errors.ts";
import { readable } from "./origin.ts";
import { listing } from "./text.ts";

/** A process, and the network namespace that it is in. */
export interface SeenProcess {
  pid: number;
  /** Device and inode number of the namespace (stat(2)): no other has both while this one is there. */
  namespace: string;
  /** What it calls itself (proc_pid_comm(5)): any bytes that a program likes. */
  command: string;
  /** Clock ticks since the host has started; 0 for a process of the host's own namespace. */
  startTime: number;
}

/** What the host shows of its network namespaces without anyone entering them. */
export interface Sighting {
  processes: SeenProcess[];
  /** Files that namespaces are mounted on. */
  names: { path: string; namespace: string }[];
  /** How many processes run of which it could not be told where, as the daemon may not look at them. */
  hidden: number;
}

/** A container that runs, as its engine knows it. */
export interface SeenContainer {
  engine: "docker" | "podman";
  name: string;
  id: string;
  /** Of its first process. */
  pid: number;
}

export interface SeenContainers {
  containers: SeenContainer[];
  /** What is wrong with engines that are there and do not tell; one sentence each. */
  silent: string[];
}

/** One network namespace of the host, and everything by which a person may know it. */
export interface FoundNamespace {
  /** As lsns(8) shows it. */
  inode: string;
  containers: SeenContainer[];
  /** Paths that are not a sandbox's. */
  names: string[];
  /** The process that has run the longest; null for a namespace that only a name keeps. */
  oldest: Pick<SeenProcess, "pid" | "command"> | null;
  processes: number;
  /** What `sandbox.adopt` takes it by. */
  source: { container: string } | { netns: string } | { pid: number };
}

/** What can be done with it. */
export interface AdoptableNamespace extends FoundNamespace {
  /** The file that the process runs, without the path; null where none does. */
  program: string | null;
  /** Names of the interfaces in it; empty where nobody may look. */
  interfaces: string[];
  verdict: Verdict;
}

export interface Discovery {
  /** What can be adopted first. */
  namespaces: AdoptableNamespace[];
  hidden: number;
  silent: string[];
}

/**
 * Joins what was seen into one row for each namespace. One that only has names which are `ours`, those of sandboxes, is left
 * out: nobody else is in it. Pure.
 */
export function namespacesIn(
  { processes, names }: Sighting,
  containers: readonly SeenContainer[],
  ours: ReadonlySet<string>,
): FoundNamespace[] {
  const inhabitants = groupBy(processes, ({ namespace }) => namespace);
  const namespaceOf = new Map(processes.map(({ pid, namespace }) => [pid, namespace]));
  const contained = groupBy(containers, ({ pid }) => namespaceOf.get(pid));
  const foreign = names.filter(({ path }) => !ours.has(path));
  const named = groupBy(foreign, ({ namespace }) => namespace);
  return [...new Set([...inhabitants.keys(), ...named.keys()])].flatMap((namespace) => {
    const inside = inhabitants.get(namespace) ?? [];
    const row = {
      inode: namespace.split(":")[1] ?? "",
      containers: contained.get(namespace) ?? [],
      names: (named.get(namespace) ?? []).map(({ path }) => path).sort(),
      oldest: oldestOf(inside),
      processes: inside.length,
    };
    const source = sourceOf(row, containers);
    return source ? { ...row, source } : [];
  });
}

function oldestOf(processes: readonly SeenProcess[]): FoundNamespace["oldest"] {
  const [first] = processes.toSorted((a, b) => a.startTime - b.startTime || a.pid - b.pid);
  return first ? { pid: first.pid, command: first.command } : null;
}

/** What outlives the other: a container is there again after its process, and a name needs none. */
function sourceOf(
  { containers, names, oldest }: Omit<FoundNamespace, "source">,
  all: readonly SeenContainer[],
): FoundNamespace["source"] | null {
  const [container] = containers;
  if (container) {
    const isAlone = all.filter(({ name }) => name === container.name).length === 1;
    return { container: isAlone ? container.name : container.id };
  }
  const [netns] = names;
  if (netns !== undefined) return { netns };
  return oldest && { pid: oldest.pid };
}

/** Those that can be adopted before the others; in each half containers, names, processes, each by name. Pure. */
export function inOrder(namespaces: readonly AdoptableNamespace[]): AdoptableNamespace[] {
  const rank = ({ verdict, containers, names }: AdoptableNamespace) =>
    (verdict.ok ? 0 : 3) + (containers.length > 0 ? 0 : names.length > 0 ? 1 : 2);
  return namespaces.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      titleOf(a).localeCompare(titleOf(b), "en", { numeric: true }) ||
      Number(a.inode) - Number(b.inode),
  );
}

/** Of the refusal of a namespace that is the host's. */
export const hostsRule = "namespace-is-the-hosts";

/** By what a person knows it: "postgres, container of docker", "/run/netns/blue", "nginx". */
export function titleOf({ containers, names, oldest, program, verdict }: AdoptableNamespace): string {
  if (!verdict.ok && verdict.rule === hostsRule) return "the host's own";
  const known = [
    ...containers.map(({ name, engine }) => `${readable(name)}, container of ${engine}`),
    ...names.map(readable),
  ];
  return known.length > 0 ? listing(known, 3) : programWords(oldest?.command ?? "", program ?? "");
}

/** "process 1234 and 3 more; lo, eth0": who is in it, and its interfaces. */
export function detailOf(found: AdoptableNamespace): string {
  const interfaces = listing(found.interfaces.map(readable), 6);
  return [processWords(found), interfaces].filter(Boolean).join("; ");
}

function processWords({ containers, names, oldest, program, processes }: AdoptableNamespace): string {
  if (!oldest) return "no process";
  const isTitle = containers.length === 0 && names.length === 0;
  const what = isTitle || program === null ? "" : ` (${readable(program)})`;
  const others = processes > 1 ? ` and ${processes - 1} more` : "";
  return `process ${oldest.pid}${what}${others}`;
}

/** What calls itself something else than its file is told by both: "python3.13 (certbot)". */
function programWords(command: string, program: string): string {
  if (program === "" || program.startsWith(command)) return readable(program || command);
  return `${readable(program)} (${readable(command)})`;
}

/** What is not in the list, one sentence each; empty if nothing is missing. */
export function missingWords({ hidden, silent }: Pick<Discovery, "hidden" | "silent">): string[] {
  const shut = `${hidden === 1 ? "1 process is" : `${hidden} processes are`} not the daemon's to look at`;
  return [...(hidden > 0 ? [shut] : []), ...silent];
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
