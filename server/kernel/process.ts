import { constants, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { asSysError, close, O_PATH, open, SysError } from "./sys.ts";

export interface Process {
  pid: number;
  /** Clock ticks since the host has started. */
  startTime: string;
  /** The file that it runs, without the path; the name that it gives itself (prctl(2), PR_SET_NAME) where there is none. */
  program: string;
}

/**
 * The network namespace of a process, for the caller to close. The directory of /proc stays that process' as long as it is
 * open, as a pidfd does: what is found in it is never that of another process that has got the pid meanwhile. ESRCH if there
 * is none; EINVAL, as of pidfd_open(2), for a thread that is not the first of its process.
 */
export function openProcess(pid: number): { fd: number; process: Process } {
  const directory = openDirectory(pid);
  try {
    const place = `/proc/thread-self/fd/${directory}`;
    const { state, startTime, name } = parseStat(readFileSync(`${place}/stat`, "utf8"));
    if (state === "Z" || state === "X") throw noProcess(pid);
    const leader = parseLeader(readFileSync(`${place}/status`, "utf8"));
    if (leader !== pid) throw new SysError("netns", "EINVAL", `${pid} is a thread of process ${leader}`);
    try {
      const program = fileOf(place) || name;
      return { fd: open(`${place}/ns/net`, constants.O_RDONLY), process: { pid, startTime, program } };
    } catch (error) {
      // Of one that ends meanwhile the kernel says EACCES or ENOENT.
      throw isRunning({ pid, startTime }) ? error : noProcess(pid);
    }
  } finally {
    close(directory);
  }
}

/** Whether it is that process, and not one that has got its pid, or has ended and not been waited for. */
export function isRunning({ pid, startTime }: Pick<Process, "pid" | "startTime">): boolean {
  try {
    const found = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return found.startTime === startTime && found.state !== "Z" && found.state !== "X";
  } catch (error) {
    const { errno } = asSysError(error);
    if (errno === "ENOENT" || errno === "ESRCH") return false;
    throw error;
  }
}

/** A line of /proc/PID/stat (proc_pid_stat(5)); the name may have spaces and brackets in it. Pure. */
export function parseStat(line: string): { name: string; state: string; startTime: string } {
  const end = line.lastIndexOf(")");
  const fields = line.slice(end + 2).split(" ");
  return { name: line.slice(line.indexOf("(") + 1, end), state: fields[0] ?? "", startTime: fields[19] ?? "" };
}

/** Whose thread it is, of /proc/PID/status (proc_pid_status(5)), where names are escaped; its own pid for a process. Pure. */
export const parseLeader = (status: string): number => Number(/^Tgid:\t(\d+)$/m.exec(status)?.[1]);

/** Empty for a thread of the kernel. */
function fileOf(place: string): string {
  try {
    return basename(readlinkSync(`${place}/exe`));
  } catch (error) {
    if (asSysError(error).errno === "ENOENT") return "";
    throw error;
  }
}

function openDirectory(pid: number): number {
  try {
    return open(`/proc/${pid}`, O_PATH | constants.O_DIRECTORY);
  } catch (error) {
    throw asSysError(error).errno === "ENOENT" ? noProcess(pid) : error;
  }
}

const noProcess = (pid: number): SysError => new SysError("netns", "ESRCH", `there is no process ${pid}`);
