import { hostsRule } from "#cnm/adoptable.ts";
import type { Refusal } from "#cnm/errors.ts";
import type { NamespaceFacts } from "#cnm/facts.ts";
import { quote } from "#cnm/text.ts";
import { type AskedNamespace, type KnownPlaces, lookAtNamespace } from "./adopt.ts";
import { asSysError, type SysError } from "./sys.ts";

/** What the host knows of a namespace that is to be adopted, or why it cannot be. On the kernel worker's thread. */
export function resolveNamespace(places: KnownPlaces, asked: AskedNamespace): NamespaceFacts | Refusal {
  // The first process is the host's, even where it is not ours to look at.
  if (asked.kind !== "path" && asked.pid === 1) return hostNamespace(asked);
  try {
    const { facts, isHost } = lookAtNamespace(asked, places);
    return isHost ? hostNamespace(asked) : facts;
  } catch (error) {
    return refusalOf(asked, asSysError(error));
  }
}

const no = (refusal: Omit<Refusal, "ok">): Refusal => ({ ok: false, ...refusal });

const hostNamespace = (asked: AskedNamespace): Refusal =>
  no({
    code: "FORBIDDEN",
    rule: hostsRule,
    message: `${wordsOf(asked)} is in the host's own namespace, which is not to be adopted`,
    lift: "create a sandbox in host mode",
  });

function refusalOf(asked: AskedNamespace, error: SysError): Refusal {
  if (error.errno === "ENOPROTOOPT")
    return no({
      code: "UNSUPPORTED",
      rule: "namespaces-need-cookies",
      message: "this kernel cannot tell namespaces apart (SO_NETNS_COOKIE): adoption needs Linux 5.14 or newer",
    });
  if (asked.kind !== "path" && error.errno === "EINVAL")
    return no({
      code: "INVALID_PARAMETER",
      rule: "not-a-process",
      message: error.text,
      lift: "give the pid of the process",
    });
  if (asked.kind !== "path" && error.errno === "ESRCH")
    return no({
      code: "NOT_FOUND",
      rule: "process-not-found",
      message: `${wordsOf(asked)} does not run`,
      lift: "give the pid of a process that runs, as the daemon sees it; `sandbox adoptable` lists them",
    });
  if (asked.kind !== "path" || !wrongPath.has(error.errno))
    return no({
      code: "FORBIDDEN",
      rule: "namespace-shut",
      message: `the namespace of ${wordsOf(asked)} cannot be opened: ${error.text} (${error.errno})`,
    });
  return no({
    code: error.errno === "ENOENT" ? "NOT_FOUND" : "INVALID_PARAMETER",
    rule: "not-a-namespace",
    message: `${wordsOf(asked)} is not the file of a network namespace`,
    lift: "give a file that a namespace is mounted on, such as /run/netns/web, and no link; or the pid of a process",
  });
}

const wrongPath: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EINVAL", "ELOOP", "ENAMETOOLONG"]);

function wordsOf(asked: AskedNamespace): string {
  switch (asked.kind) {
    case "pid":
      return `process ${asked.pid}`;
    case "path":
      return quote(asked.path);
    case "container":
      return `container ${asked.name} (process ${asked.pid})`;
  }
}
