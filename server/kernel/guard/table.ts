import { spawnSync } from "node:child_process";
import { fingerprintOf, getTable, tableDumps } from "../netlink/nftables.ts";
import { NETLINK_NETFILTER, NetlinkSocket } from "../netlink/socket.ts";
import { asSysError, inNamespace, SysError } from "../sys.ts";
import { skeleton, tableName } from "./skeleton.ts";

const timeoutMs = 10_000;
/** Where distributions install it; the caller's PATH is nobody's business here. */
const path = "/usr/sbin:/sbin:/usr/bin:/bin";

/** Makes the table anew, with empty sets, in the namespace of the thread. Throws SysError in nft's words. */
export function addTable(): void {
  const { error, status, stderr } = spawnSync("nft", ["-f", "-"], {
    input: skeleton,
    env: { PATH: path, LC_ALL: "C" },
    timeout: timeoutMs,
    encoding: "utf8",
  });
  if (error) throw asNftError(asSysError(error));
  if (status !== 0) throw new SysError("nft", "EINVAL", wordsOf(stderr));
}

function asNftError(error: SysError): SysError {
  switch (error.errno) {
    case "ENOENT":
      return new SysError(
        "nft",
        "ENOENT",
        "nft is not installed: apt install nftables, or switch anti-spoofing off and icc on",
      );
    case "ETIMEDOUT":
      return new SysError("nft", "ETIMEDOUT", `nft did not end within ${timeoutMs / 1000} s`);
    default:
      return error;
  }
}

/** nft quotes the line it means below each complaint: the first complaint is enough. */
function wordsOf(stderr: string): string {
  return /Error: (.*)/.exec(stderr)?.[1] ?? `nft failed: ${stderr.trim()}`;
}

/** Whether the table is as `addTable` makes it, its elements aside; null if there is none. Not judged where nft is missing. */
export function isIntact(socket: NetlinkSocket): boolean | null {
  try {
    socket.request(getTable(tableName));
  } catch (error) {
    if (asSysError(error).errno === "ENOENT") return null;
    throw error;
  }
  const wanted = reference();
  return wanted === null || fingerprint(socket) === wanted;
}

let known: string | undefined;

/** The fingerprint of a table that was just made, here and by this nft: found once, in a scratch namespace. Null without nft. */
function reference(): string | null {
  try {
    known ??= scratch();
    return known;
  } catch (error) {
    asSysError(error);
    return null;
  }
}

/** Throws SysError. */
function scratch(): string {
  return inNamespace("new", () => {
    const socket = new NetlinkSocket(NETLINK_NETFILTER);
    try {
      addTable();
      return fingerprint(socket);
    } finally {
      socket.close();
    }
  });
}

const fingerprint = (socket: NetlinkSocket): string => fingerprintOf(socket, tableDumps(tableName));

/** Why the table cannot be made on this host, or null. Found by making it, in a scratch namespace. */
export function guardUnsupported(): string | null {
  try {
    known = scratch();
    return null;
  } catch (error) {
    const { errno, text } = asSysError(error);
    return errno === "ENOENT" ? text : `nftables of the bridge family are not in this kernel: ${text}`;
  }
}
