import { readFileSync } from "node:fs";
import { emptyFacts, type HostFacts } from "#cnm/facts.ts";
import { isOurGroup, protocol } from "./names.ts";
import { decodeLink, dumpLinks } from "./netlink/link.ts";
import { decodeRoute, dumpRoutes } from "./netlink/route.ts";
import { Session } from "./session.ts";

/** On the kernel worker's thread. */
export function facts(directory: string): HostFacts {
  const session = new Session(directory);
  try {
    const socket = session.socket("");
    const foreign = socket
      .dump(dumpLinks())
      .map(decodeLink)
      .filter(({ group }) => !isOurGroup(group));
    const names = new Map(foreign.map(({ index, name }) => [index, name]));
    const onLinkRoutes = socket
      .dump(dumpRoutes())
      .map(decodeRoute)
      .filter((route) => route.plain && route.via === null && route.protocol !== protocol)
      .filter(({ dst }) => meansOneNetwork(dst))
      .flatMap(({ dst, index }) => {
        const dev = names.get(index);
        return dev === undefined ? [] : [{ subnet: dst, dev }];
      });
    return { ...emptyFacts, onLinkRoutes, nameservers: nameservers("/etc/resolv.conf") };
  } finally {
    session.close();
  }
}

/** Not so the default route, and the link-local and multicast prefixes of IPv6: they are another network on every link. */
export function meansOneNetwork(dst: string): boolean {
  return dst !== "default" && !/^fe80:|^ff..:/.test(dst);
}

/** Empty where there is no such file. */
function nameservers(path: string): string[] {
  try {
    return parseNameservers(readFileSync(path, "utf8"));
  } catch {
    return [];
  }
}

/** The `nameserver` lines of resolv.conf(5), without the zone of a link-local address. Pure. */
export function parseNameservers(text: string): string[] {
  return [...text.matchAll(/^nameserver[ \t]+([^\s%#;]+)/gm)].flatMap((match) => match[1] ?? []);
}
