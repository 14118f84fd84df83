import { z } from "zod";
import { quote } from "./text.ts";

/** As tall as a pid can be (PID_MAX_LIMIT of proc_sys_kernel(5)). */
export const Pid = z.int("must be a whole number").min(1).max(4194304);

const process = {
  pid: Pid,
  /** In clock ticks since the host has started (proc_pid_stat(5)): tells processes apart that had the same pid. */
  startTime: z.string(),
  /** What runs in it ("nginx"); any text that a program likes. */
  program: z.string(),
};

/** Where a namespace was found that somebody else has made. */
export const NamespaceSource = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("pid"), ...process }),
  z.strictObject({ kind: z.literal("path"), path: z.string() }),
  z.strictObject({
    kind: z.literal("container"),
    engine: z.enum(["docker", "podman"]),
    name: z.string(),
    id: z.string(),
    ...process,
  }),
]);
export type NamespaceSource = z.infer<typeof NamespaceSource>;

/** What tells a network namespace from all others that the host has or had. */
export const NamespaceIdentity = z.strictObject({
  /** SO_NETNS_COOKIE of linux/socket.h, decimal: given once between two starts of the host, unlike inode numbers. */
  cookie: z.string(),
  /** /proc/sys/kernel/random/boot_id (random(4)). */
  bootId: z.string(),
});
export type NamespaceIdentity = z.infer<typeof NamespaceIdentity>;

/** The namespace of an adopted sandbox, and what it had when it was adopted: all that is theirs to keep. */
export const Origin = z.strictObject({
  source: NamespaceSource,
  ...NamespaceIdentity.shape,
  foreign: z.strictObject({
    interfaces: z.array(z.string()),
    /** Destinations of the main table as canonical CIDRs; the default routes are 0.0.0.0/0 and ::/0. */
    routes: z.array(z.string()),
  }),
});
export type Origin = z.infer<typeof Origin>;

export const defaultRoutes = { 4: "0.0.0.0/0", 6: "::/0" } as const;

/** The process that a source is the namespace of, if it is one. */
export function processOf(source: NamespaceSource): { pid: number; startTime: string } | null {
  return source.kind === "path" ? null : { pid: source.pid, startTime: source.startTime };
}

/** "process 1234 (nginx)", "container web of docker", "/run/netns/x". */
export function sourceWords(source: NamespaceSource): string {
  switch (source.kind) {
    case "pid":
      return `process ${source.pid} (${readable(source.program)})`;
    case "path":
      return readable(source.path);
    case "container":
      return `container ${readable(source.name)} of ${source.engine}`;
  }
}

/** Whether the destination, a canonical CIDR, has a route of theirs. */
export const isForeign = ({ foreign }: Origin, destination: string): boolean => foreign.routes.includes(destination);

/** A stranger's text as it is if it is plain, else quoted. */
export const readable = (text: string): string => (/^[\w@%+=:,./-]{1,200}$/.test(text) ? text : quote(text));
