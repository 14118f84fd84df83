import { getSystemErrorMap } from "node:util";
import koffi from "koffi";

/**
 * The whole system call surface that Node does not have: with datagrams.ts the only file that imports the FFI. Everything here is synchronous.
 * Linux with glibc or musl, little-endian (x86-64, arm64), as koffi's prebuilt binaries are.
 */
const libc = koffi.load(null);
const closeCall = libc.func("int close(int fd)");

type Pointer = Buffer | null;
const raw = {
  setns: libc.func("int setns(int fd, int nstype)") as (fd: number, type: number) => number,
  unshare: libc.func("int unshare(int flags)") as (flags: number) => number,
  mount: libc.func("int mount(str source, str target, str type, unsigned long flags, void *data)") as (
    ...args: [source: string, target: string, type: string, flags: number, data: Pointer]
  ) => number,
  umount2: libc.func("int umount2(str target, int flags)") as (target: string, flags: number) => number,
  open: libc.func("int open(str path, int flags, int mode)") as (path: string, flags: number, mode: number) => number,
  close: closeCall as (fd: number) => number,
  fstatfs: libc.func("int fstatfs(int fd, void *buf)") as (fd: number, buffer: Buffer) => number,
  socket: libc.func("int socket(int domain, int type, int protocol)") as (
    ...args: [domain: number, type: number, protocol: number]
  ) => number,
  connect: libc.func("int connect(int fd, void *address, uint length)") as (
    ...args: [fd: number, address: Buffer, length: number]
  ) => number,
  bind: libc.func("int bind(int fd, void *address, uint length)") as (
    ...args: [fd: number, address: Buffer, length: number]
  ) => number,
  listen: libc.func("int listen(int fd, int backlog)") as (fd: number, backlog: number) => number,
  getsockname: libc.func("int getsockname(int fd, void *address, void *length)") as (
    ...args: [fd: number, address: Buffer, length: Buffer]
  ) => number,
  /** Without its third argument, which the requests that are made here have not. */
  ioctl: libc.func("int ioctl(int fd, unsigned long request)") as (fd: number, request: number) => number,
  setsockopt: libc.func("int setsockopt(int fd, int level, int name, void *value, uint length)") as (
    ...args: [fd: number, level: number, name: number, value: Buffer, length: number]
  ) => number,
  getsockopt: libc.func("int getsockopt(int fd, int level, int name, void *value, void *length)") as (
    ...args: [fd: number, level: number, name: number, value: Buffer, length: Buffer]
  ) => number,
  send: libc.func("long send(int fd, void *buffer, size_t length, int flags)") as (
    ...args: [fd: number, buffer: Buffer, length: number, flags: number]
  ) => number,
  recv: libc.func("long recv(int fd, void *buffer, size_t length, int flags)") as (
    ...args: [fd: number, buffer: Buffer, length: number, flags: number]
  ) => number,
  strerror: libc.func("str strerror(int errno)") as (errno: number) => string,
};

/** A system call that failed: `errno` is the name ("EEXIST"), `text` the kernel's own words where it gave any, else libc's. */
export class SysError extends Error {
  readonly errno: string;
  readonly text: string;

  constructor(call: string, errno: string, text: string) {
    super(`${call}: ${errno}: ${text}`);
    this.name = "SysError";
    this.errno = errno;
    this.text = text;
  }
}

/** A full bridge; Node has no name for it. */
const EXFULL = 54;
const errnoNames = new Map([...getSystemErrorMap()].map(([errno, [name]]) => [-errno, name])).set(EXFULL, "EXFULL");

/** The error of a number the kernel returned. `text` replaces libc's words ("File exists"). */
export function sysError(call: string, errno: number, text = raw.strerror(errno)): SysError {
  return new SysError(call, errnoNames.get(errno) ?? `errno ${errno}`, text);
}

/** Any thrown value as a SysError: Node's own fs errors carry the same errno. What is neither is a bug and is thrown on. */
export function asSysError(error: unknown): SysError {
  if (error instanceof SysError) return error;
  const { errno, syscall } = error as NodeJS.ErrnoException;
  if (typeof errno !== "number") throw error;
  return sysError(syscall ?? "system call", -errno);
}

function check(call: string, result: number): number {
  if (result < 0) throw sysError(call, koffi.errno());
  return Number(result);
}

const CLONE_NEWNET = 0x40000000;
export const MS_BIND = 0x1000;
export const MS_REC = 0x4000;
export const MS_SHARED = 0x100000;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOL_NETLINK = 270;
const O_CLOEXEC = 0o2000000;
/** open(2), which Node does not name: a place in the tree and no more. */
export const O_PATH = 0o10000000;
const SOCK_CLOEXEC = O_CLOEXEC;
const MSG_DONTWAIT = 0x40;
const MSG_TRUNC = 0x20;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
const SO_PEERCRED = 17;
export const SO_RCVBUFFORCE = 33;
export const SOCK_NONBLOCK = 0o4000;
/** The namespace of a socket, linux/sockios.h. */
const SIOCGSKNS = 0x894c;

export const setns = (fd: number): number => check("setns", raw.setns(fd, CLONE_NEWNET));
export const unshareNet = (): number => check("unshare", raw.unshare(CLONE_NEWNET));
export const mount = (source: string, target: string, flags: number): number =>
  check(`mount ${target}`, raw.mount(source, target, "none", flags, null));
export const umount = (target: string): number =>
  check(`umount ${target}`, raw.umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW));
export const close = (fd: number): number => check("close", raw.close(fd));
/** Closes on a thread of libuv's pool, for descriptors whose closing waits. */
export const closeLater = (fd: number): void => closeCall.async(fd, () => {});
export const send = (fd: number, message: Buffer): number =>
  check("send", raw.send(fd, message, message.length, MSG_DONTWAIT));

/** Opens close-on-exec. The caller closes. */
export function open(path: string, flags: number, mode = 0): number {
  return check(`open ${path}`, raw.open(path, flags | O_CLOEXEC, mode));
}

/** The file system's magic number (statfs(2)). */
export function fileSystemOf(fd: number): number {
  const buffer = Buffer.alloc(256);
  check("fstatfs", raw.fstatfs(fd, buffer));
  return buffer.readUInt32LE(0);
}

/** Opens close-on-exec. The caller closes. */
export function socket(domain: number, type: number, protocol: number): number {
  return check("socket", raw.socket(domain, type | SOCK_CLOEXEC, protocol));
}

export function connect(fd: number, address: Buffer): void {
  check("connect", raw.connect(fd, address, address.length));
}

/** `address` is a sockaddr of the socket's family. */
export function bind(fd: number, address: Buffer): void {
  check("bind", raw.bind(fd, address, address.length));
}

export const listen = (fd: number, backlog: number): number => check("listen", raw.listen(fd, backlog));

/** The port that an IPv4 or IPv6 socket is bound to. */
export function boundPort(fd: number): number {
  const address = Buffer.alloc(28);
  const length = Buffer.alloc(4);
  length.writeInt32LE(address.length);
  check("getsockname", raw.getsockname(fd, address, length));
  return address.readUInt16BE(2);
}

/** A descriptor of the network namespace that the socket is in. The caller closes. */
export const namespaceOfSocket = (fd: number): number => check("ioctl SIOCGSKNS", raw.ioctl(fd, SIOCGSKNS));

/** Sets an option whose value is an int. */
export function setOption(fd: number, level: number, option: { name: number; value: number }): void {
  const value = Buffer.alloc(4);
  value.writeInt32LE(option.value);
  check("setsockopt", raw.setsockopt(fd, level, option.name, value, value.length));
}

/** Asks for an option whose value fills the buffer, which may also hold the question. */
export function getOption(fd: number, level: number, option: { name: number; value: Buffer }): void {
  const length = Buffer.alloc(4);
  length.writeInt32LE(option.value.length);
  check("getsockopt", raw.getsockopt(fd, level, option.name, option.value, length));
}

/** Receives one datagram without waiting and returns its length; a datagram longer than the buffer is an error, never a cut. */
export function receive(fd: number, buffer: Buffer): number {
  const length = check("recv", raw.recv(fd, buffer, buffer.length, MSG_DONTWAIT | MSG_TRUNC));
  if (length > buffer.length) throw new SysError("recv", "EMSGSIZE", `a message of ${length} bytes`);
  return length;
}

/** Who is at the other end of a connected Unix socket, as the kernel knows it (SO_PEERCRED, unix(7)). */
export function peerCredentials(fd: number): { pid: number; uid: number; gid: number } {
  const value = Buffer.alloc(12);
  const length = Buffer.alloc(4);
  length.writeInt32LE(value.length);
  check("getsockopt", raw.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, value, length));
  return { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
}

/** SO_NETNS_COOKIE of asm-generic/socket.h, since Linux 5.14. */
const SO_NETNS_COOKIE = 71;

/** The number that no other network namespace has or had since the host has started. EINVAL if it is none. */
export function cookieOf(fd: number): string {
  return inNamespace(fd, () => {
    const probe = socket(AF_NETLINK, SOCK_RAW, 0);
    try {
      const value = Buffer.alloc(8);
      getOption(probe, SOL_SOCKET, { name: SO_NETNS_COOKIE, value });
      return value.readBigUInt64LE(0).toString();
    } finally {
      close(probe);
    }
  });
}

let home: number | null = null;

/** The network namespace this thread belongs to, opened once. */
export function homeNamespace(): number {
  home ??= open("/proc/thread-self/ns/net", 0);
  return home;
}

/** Moves this thread to the namespace at `path` for good. Before anything else on the thread, and only in a worker. */
export function settleIn(path: string): void {
  const fd = open(path, 0);
  setns(fd);
  home = fd;
}

/**
 * Runs `work` with this thread in another network namespace: the one of `fd`, or with "new" one that is made for it. Whatever
 * happens, the thread is home again afterwards; if it cannot go home the process dies, since every later call would go astray.
 * `work` must be synchronous, and start no thread: threads stay where their creator was.
 */
export function inNamespace<T>(fd: number | "new", work: () => T): T {
  const back = homeNamespace();
  if (fd === "new") unshareNet();
  else setns(fd);
  try {
    const result = work();
    if (result instanceof Promise) throw new TypeError("work in another namespace must be synchronous");
    return result;
  } finally {
    if (raw.setns(back, CLONE_NEWNET) < 0) process.abort();
  }
}
