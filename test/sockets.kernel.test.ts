import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { Daemon } from "./daemon.ts";
import { type Host, leftOvers, netnsDir, test } from "./netns.ts";
import { inTemporaryDirectory } from "./patchbay.ts";

test("a second daemon leaves the first one its sockets and its networks", async ({ host }) => {
  await inTemporaryDirectory(async (directory) => {
    const first = await start(host, directory, "first");
    await first.admin("mutation", "network.create", { name: "web" });
    const made = leftOvers(host);
    await expect(start(host, directory, "second")).rejects.toThrow(/another patchbayd answers on .*admin\.sock/);
    expect(leftOvers(host)).toEqual(made);
    await first.admin("mutation", "network.delete", { network: "web" });
    await first.stop();
  });
});

test("sockets of a dead daemon are replaced", async ({ host }) => {
  await inTemporaryDirectory(async (directory) => {
    await (await start(host, directory, "state")).stop("SIGKILL");
    const next = await start(host, directory, "state");
    expect(lstatSync(join(next.runDir, "admin.sock")).mode & 0o777).toBe(0o600);
    expect(lstatSync(join(next.runDir, "web.sock")).mode & 0o777).toBe(0o660);
    expect(await next.admin("query", "network.list")).toHaveLength(2);
    await next.stop();
  });
});

test("what is no socket is left alone, and so is what a symbolic link points to", async ({ host }) => {
  await inTemporaryDirectory(async (directory) => {
    const runDir = join(directory, "run");
    const precious = join(directory, "precious");
    mkdirSync(runDir);
    writeFileSync(precious, "precious");
    for (const name of ["web.sock", "admin.sock"]) {
      symlinkSync(precious, join(runDir, name));
      await expect(start(host, directory, "state")).rejects.toThrow(
        /\.sock is in the way and is not a socket: remove it/,
      );
      rmSync(join(runDir, name));
    }
    expect(readFileSync(precious, "utf8")).toBe("precious");
  });
});

/** Daemons with a state of their own each and the same folder for sockets. */
function start({ path: rootNetns }: Host, directory: string, state: string): Promise<Daemon> {
  return Daemon.start({ rootNetns, netnsDir, stateDir: join(directory, state) }, join(directory, "run"));
}
