// @ts-check
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect, createServer } from "node:net";
import { Refusal } from "./refusal.mjs";

/** The inodes of the sockets that listen on a TCP port, from the text of /proc/net/tcp or tcp6 (proc_net(5)). @param {string} table @param {number} port */
export function tcpListeners(table, port) {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === "0A")
    .map((fields) => fields[9] ?? "");
}

/** What a folder of /proc shows; nothing if the process has ended or is somebody else's. @template T @param {() => T} read @returns {T | null} */
function ifVisible(read) {
  try {
    return read();
  } catch {
    return null;
  }
}

/** The ids of all processes that are visible here. */
export const processes = () => readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name));

/** Who holds one of the sockets, as `name (pid N)`; null if that cannot be seen from here. @param {string[]} inodes */
function holderOf(inodes) {
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`));
  const holds = (/** @type {string} */ pid) =>
    (ifVisible(() => readdirSync(`/proc/${pid}/fd`)) ?? []).some((fd) =>
      wanted.has(ifVisible(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? ""),
    );
  const pid = wanted.size > 0 && processes().find(holds);
  return pid ? `${ifVisible(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim())} (pid ${pid})` : null;
}

/** Where a process works; null if that cannot be seen. @param {string} pid */
export const workingFolder = (pid) => ifVisible(() => readlinkSync(`/proc/${pid}/cwd`));

/**
 * Why the console cannot have a port; null if it can.
 * @param {string | null} code of the attempt to bind it @param {{ port: number, holder: string | null }} of
 */
export function portRefusal(code, { port, holder }) {
  if (code === null) return null;
  if (code === "EADDRINUSE")
    return `port ${port} of 127.0.0.1 is in use by ${holder ?? "another process"}: stop it, or choose another port with --port`;
  if (code === "EACCES")
    return `port ${port} is kept for root, and the web process runs without root: choose one from 1024 on with --port`;
  return `port ${port} of 127.0.0.1 cannot be used (${code}): is the loopback interface up (ip link set lo up)?`;
}

/** Refuses, in one sentence, a port that the console could not have. @param {number} port */
export async function checkPort(port) {
  const kept = Number(ifVisible(() => readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8")) ?? 1024);
  const code = port < kept ? "EACCES" : await tryToBind(port);
  if (code === null) return;
  const inodes = ["tcp", "tcp6"].flatMap((name) =>
    tcpListeners(ifVisible(() => readFileSync(`/proc/net/${name}`, "utf8")) ?? "", port),
  );
  throw new Refusal(portRefusal(code, { port, holder: holderOf(inodes) }) ?? "");
}

/** @param {number} port @returns {Promise<string | null>} */
function tryToBind(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(/** @type {NodeJS.ErrnoException} */ (error).code ?? error.message));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** Refuses if a daemon answers on an administrator's socket. @param {string} socketPath */
export async function checkNoDaemon(socketPath) {
  if (!(await accepts({ path: socketPath }))) return;
  throw new Refusal(
    `Patchbay is running already (its daemon answers on ${socketPath}): stop it first with Ctrl-C where it was started`,
  );
}

/** Whether somebody accepts connections. @param {import("node:net").NetConnectOpts} where @returns {Promise<boolean>} */
export function accepts(where) {
  return new Promise((resolve) => {
    const socket = connect(where, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
