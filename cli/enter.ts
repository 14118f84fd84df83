import { readlinkSync } from "node:fs";

/**
 * The way into a sandbox that the daemon tells, as this process can go it: setns(2) refuses the user namespace that the
 * caller is in already (EINVAL), and only the caller knows which one that is.
 */
export function wayIn(argv: readonly string[], usersOf = userNamespaceOf): string[] {
  const target = argv[argv.indexOf("--target") + 1] ?? "";
  const own = usersOf("self");
  if (own === null || own !== usersOf(target)) return [...argv];
  const end = argv.indexOf("--");
  return argv.filter((flag, i) => i > end || (flag !== "--user" && flag !== "--preserve-credentials"));
}

/** Tells user namespaces apart; null for a process that is gone or not ours to look at. */
function userNamespaceOf(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/user`);
  } catch {
    return null;
  }
}
