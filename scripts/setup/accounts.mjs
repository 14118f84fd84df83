// @ts-check
import { spawnSync } from "node:child_process";

/** @typedef {{ name: string, uid: number, gid: number, home: string }} Account */

/** A line of passwd(5). @param {string} line @returns {Account | null} */
export function parseAccount(line) {
  const [name = "", , uid, gid, , home = "/"] = line.trim().split(":");
  return name && uid && gid ? { name, uid: Number(uid), gid: Number(gid), home } : null;
}

/** The account of a name or uid, from wherever this host keeps its accounts. @param {string | number} key */
export function accountOf(key) {
  return parseAccount(spawnSync("getent", ["passwd", String(key)], { encoding: "utf8" }).stdout ?? "");
}
