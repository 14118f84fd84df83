import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { asSysError, open, peerCredentials, SysError, sysError } from "./sys.ts";

test("who is at the other end of a Unix socket", async () => {
  const directory = mkdtempSync(join(tmpdir(), "peer-"));
  const server = createServer().listen(join(directory, "socket"));
  try {
    await once(server, "listening");
    const client = connect(join(directory, "socket"));
    const [peer]: Socket[] = await once(server, "connection");
    expect(peerCredentials(descriptorOf(peer!))).toEqual({
      pid: process.pid,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
    });
    client.destroy();
    peer!.destroy();
  } finally {
    server.close();
    rmSync(directory, { recursive: true });
  }
});

/** Node has no public word for it. */
const descriptorOf = (socket: Socket): number => Reflect.get(Reflect.get(socket, "_handle"), "fd");

test("a failed call has the errno's name and libc's words", () => {
  expect(() => open("/nowhere/at/all", 0)).toThrow(
    new SysError("open /nowhere/at/all", "ENOENT", "No such file or directory"),
  );
});

test("the kernel's own words go before libc's", () => {
  expect(sysError("netlink", 22, "mtu less than device minimum").message).toBe(
    "netlink: EINVAL: mtu less than device minimum",
  );
  expect(sysError("netlink", 54)).toMatchObject({ errno: "EXFULL", text: "Exchange full" });
});

test("an error of Node's own is one too, a bug is not", () => {
  const error = Object.assign(new Error(), { errno: -19, syscall: "write" });
  expect(asSysError(error)).toMatchObject({ errno: "ENODEV", text: "No such device" });
  expect(() => asSysError(new TypeError("bug"))).toThrow("bug");
});
