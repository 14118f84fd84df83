import { readFileSync } from "node:fs";

/** Why this process is not in namespaces made for tests, or null: a tmpfs of its own at /run, and no device but lo. */
export function notPrivate(): string | null {
  const mount = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .findLast((line) => line.split(" ")[4] === "/run");
  if (!mount?.includes(" - tmpfs ") || mount.includes(" shared:")) return "/run is not a private tmpfs";
  const devices = readFileSync("/proc/self/net/dev", "utf8").split("\n").slice(2, -1);
  return devices.every((line) => /^\s*lo:/.test(line)) ? null : "the network namespace has devices besides lo";
}
