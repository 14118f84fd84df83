import { readFileSync } from "node:fs";
import type { HostResolvConf } from "#cnm/resolv-conf.ts";
import { parseNameservers } from "../facts.ts";

/** What systemd-resolved(8) has the host's own programs ask, and where it says whom it asks itself. */
const stub = { address: "127.0.0.53", behind: "/run/systemd/resolve/resolv.conf" };

/** The host's resolv.conf, or the one behind it if systemd-resolved stands before it. */
export function hostResolvConf(path: string, behind = stub.behind): HostResolvConf {
  const own = { path, text: textOf(path) };
  if (parseNameservers(own.text).join() !== stub.address) return own;
  const other = { path: behind, text: textOf(behind) };
  return parseNameservers(other.text).length > 0 ? other : own;
}

/** Empty where there is no such file, or a link that leads nowhere. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
