import { readFileSync } from "node:fs";
import type { ConntrackFill } from "#cnm/firewall.ts";

/** How full the table of connections of the thread's namespace is; null where none is kept (nf_conntrack is not there). */
export function conntrackFill(): ConntrackFill | null {
  try {
    const [count, max] = ["count", "max"].map((name) =>
      Number(readFileSync(`/proc/sys/net/netfilter/nf_conntrack_${name}`, "utf8")),
    );
    return count === undefined || max === undefined ? null : { count, max };
  } catch {
    return null;
  }
}
