import { arch } from "node:os";
import koffi from "koffi";

/**
 * Preloaded into a daemon: for it and all it starts, the kernel is one that was built without CONFIG_NETFILTER_NETLINK, as netlink
 * sockets of that protocol cannot be had (seccomp(2), linux/filter.h). There is no way back.
 */
const libc = koffi.load(null);
const prctl = libc.func("int prctl(int option, ulong mode, void *program, ulong a, ulong b)");
const [PR_SET_SECCOMP, SECCOMP_MODE_FILTER] = [22, 2];
const [AF_NETLINK, NETLINK_NETFILTER] = [16, 12];
const EPROTONOSUPPORT = 93;
const [SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO] = [0x7fff0000, 0x00050000];
const socketCall = arch() === "arm64" ? 198 : 41;
/** Offsets in struct seccomp_data. */
const [number, domain, protocol] = [0, 16, 32];

const load = (offset: number) => [0x20, 0, 0, offset];
/** Goes on if it is the value, else over so many to the end. */
const only = (value: number, over: number) => [0x15, 0, over, value];
const end = (value: number) => [0x06, 0, 0, value];
const filter = [
  ...[load(number), only(socketCall, 5)],
  ...[load(domain), only(AF_NETLINK, 3)],
  ...[load(protocol), only(NETLINK_NETFILTER, 1)],
  end(SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
  end(SECCOMP_RET_ALLOW),
];

const instructions: unknown = koffi.alloc("uint8_t", filter.length * 8);
const bytes = Buffer.from(koffi.view(instructions, filter.length * 8));
for (const [i, [code = 0, jumpTrue = 0, jumpFalse = 0, value = 0]] of filter.entries()) {
  bytes.writeUInt16LE(code, i * 8);
  bytes.writeUInt8(jumpTrue, i * 8 + 2);
  bytes.writeUInt8(jumpFalse, i * 8 + 3);
  bytes.writeUInt32LE(value, i * 8 + 4);
}
const program = Buffer.alloc(16);
program.writeUInt16LE(filter.length, 0);
program.writeBigUInt64LE(koffi.address(instructions), 8);
if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) !== 0)
  throw new Error("this kernel has no seccomp filters");
