import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import ipaddr from "ipaddr.js";
import { ipBytes, ipText } from "./netlink/ip.ts";
import type { PortProtocol } from "./objects.ts";

/** Who uses which port, as /proc/net tells it (proc_pid_net(5)) of the namespace of the thread. */
export interface BoundSocket {
  protocol: "tcp" | "udp";
  /** Canonical; that of a mapped IPv4 address is the IPv4 one. "::" may stand for all IPv4 addresses as well. */
  address: string;
  port: number;
  listening: boolean;
  /** 0 for what no program has any more. */
  inode: number;
}

const TCP_LISTEN = 0x0a;
const tables = ["tcp", "tcp6", "udp", "udp6"] as const;

/** Nothing of a table that this kernel has not. TCP sockets that are bound, but neither listen nor are connected, are in none. */
export function boundSockets(): BoundSocket[] {
  return tables.flatMap((table) => {
    const text = readIfThere(`/proc/thread-self/net/${table}`);
    return parseSockets(text, table.startsWith("tcp") ? "tcp" : "udp");
  });
}

/** "nginx (pid 123)": the program that has the port at the address, or at one that overlaps; null if it is not to be found. */
export function userOf(wanted: { protocol: PortProtocol; address: string; port: number }): string | null {
  const inTheWay = boundSockets().filter(
    ({ protocol, address, port, inode }) =>
      inode > 0 && protocol === wanted.protocol && port === wanted.port && overlaps(address, wanted.address),
  );
  const pids = processesOf(new Set(inTheWay.map(({ inode }) => inode)));
  const listenersFirst = [...inTheWay].sort((a, b) => Number(b.listening) - Number(a.listening));
  const pid = listenersFirst.flatMap(({ inode }) => pids.get(inode) ?? [])[0];
  return pid === undefined ? null : `${programOf(pid)} (pid ${pid})`;
}

/** The name of its file: what a program calls its threads may be another ("MainThread" for Node's). */
function programOf(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
  } catch {
    return readIfThere(`/proc/${pid}/comm`).trim();
  }
}

/** One of /proc/net/{tcp,tcp6,udp,udp6}. Pure. */
export function parseSockets(text: string, protocol: "tcp" | "udp"): BoundSocket[] {
  const rows = text.split("\n").slice(1);
  return rows.flatMap((row) => {
    const [, local = "", , state = "", , , , , , inode = ""] = row.trim().split(/\s+/);
    const [address, port] = local.split(":");
    if (!address || !port) return [];
    const listening = protocol === "tcp" && Number.parseInt(state, 16) === TCP_LISTEN;
    return { protocol, address: addressOf(address), port: Number.parseInt(port, 16), listening, inode: Number(inode) };
  });
}

/** Words of four bytes, each as a number in host order: "0100007F" is 127.0.0.1. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, "hex").swap32();
  return ipaddr.process(ipText(bytes)).toString();
}

/** "::" of a program may take all of IPv4, "::" of ours (IPv6 only) does not. */
function overlaps(theirs: string, ours: string): boolean {
  if (theirs === ours || theirs === "::") return true;
  if (ipBytes(theirs).length !== ipBytes(ours).length) return false;
  return theirs === "0.0.0.0" || ours === "0.0.0.0" || ours === "::";
}

/** Socket inode → the first process that has it open, of those this one may look at. */
function processesOf(inodes: ReadonlySet<number>): Map<number, number> {
  const found = new Map<number, number>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (found.size === inodes.size) break;
    for (const inode of socketsOf(pid)) if (inodes.has(inode) && !found.has(inode)) found.set(inode, Number(pid));
  }
  return found;
}

function socketsOf(pid: string): number[] {
  const directory = `/proc/${pid}/fd`;
  return listIfThere(directory).flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(linkIfThere(`${directory}/${fd}`))?.[1];
    return inode === undefined ? [] : Number(inode);
  });
}

/** A process may end at any moment, and what is there may not be ours to see: both are as good as nothing. */
function orNothing<T>(read: () => T, nothing: T): T {
  try {
    return read();
  } catch {
    return nothing;
  }
}

const readIfThere = (path: string): string => orNothing(() => readFileSync(path, "utf8"), "");
const listIfThere = (path: string): string[] => orNothing(() => readdirSync(path), []);
const linkIfThere = (path: string): string => orNothing(() => readlinkSync(path), "");
