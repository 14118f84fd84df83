import { rmSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import type { SandboxFile } from "#cnm/sandbox-files.ts";
import { test } from "../test/netns.ts";
import { withCommandLine } from "./cli.fixture.ts";

test("a sandbox's names and name servers, from the command line", async ({ host }) => {
  await withCommandLine(host, async ({ run, done }) => {
    const files = async (name: string): Promise<SandboxFile[]> =>
      JSON.parse(await done("sandbox", "files", name, "--json"));
    const file = async (sandbox: string, name: string) => (await files(sandbox)).find((each) => each.name === name);
    await done("network", "create", "web", "--subnet", "10.8.0.0/24");
    const flags = ["--hostname", "box.example.com", "--add-host", "printer:10.1.2.3", "--dns", "10.0.0.53"];
    await done("sandbox", "create", "box", ...flags, "--dns-search", ".", "--dns-opt", "ndots:2");
    expect(await done("sandbox", "files", "box")).toContain("/hosts:\n  127.0.0.1\tlocalhost\n  10.1.2.3\tprinter\n\n");
    expect((await file("box", "resolv.conf"))?.content).toMatch(/\n\nnameserver 10.0.0.53\noptions ndots:2\n\n/);

    const dry = await done("sandbox", "update", "box", "--hostname", "other", "--dry-run");
    expect(dry).toMatch(/^mkdir -p \S+ && cat > \S+\/hostname <<'END'\nother\nEND$/);
    expect(await done("sandbox", "update", "box", "--no-add-host", "--no-dns-search", "--domainname", "lan")).toBe(
      "changed sandbox box, domainname lan, no extra hosts, no DNS search domains",
    );
    expect((await file("box", "hostname"))?.content).toBe("box.example.com\n");
    await done("network", "connect", "web", "box");
    expect((await file("box", "hosts"))?.content).toBe(
      "127.0.0.1\tlocalhost\n10.8.0.2\tbox.example.com.lan box.example.com\n",
    );

    const path = (await file("box", "hosts"))?.path ?? "";
    writeFileSync(path, "mine\n");
    expect(await done("sandbox", "files", "box")).toContain(
      `${path} was edited, and is left alone until it is deleted:\n  mine\nwithout that it would be:\n  127.0.0.1\tlocalhost\n`,
    );
    rmSync(path);
    expect(await done("sandbox", "files", "box")).toContain(`${path} is not there; it would be:\n`);

    await done("network", "connect", "web", "db", "--create", "--hostname", "db.example.com");
    expect((await file("db", "hosts"))?.content).toContain("10.8.0.3\tdb.example.com db\n");
    await done("sandbox", "create", "alone");
    expect((await run(["network", "connect", "web", "alone", "--dns", "10.0.0.53"])).err).toBe(
      `patchbay: sandbox alone is there already, and how it is called is no matter of joining
  to lift it: change it with sandbox update alone
`,
    );
  });
});

test("everything that is wrong with the names is told at once, as it was written", async ({ host }) => {
  await withCommandLine(host, async ({ run }) => {
    const wrong = ["--hostname", "a b", "--dns", "10.0.0.53", "--dns", "ns.example.com", "--dns-search", "x\ny"];
    expect(await run(["sandbox", "create", "box", ...wrong, "--add-host", "db"])).toEqual({
      code: 1,
      out: "",
      err: `patchbay: 4 things are wrong:
  --hostname: "a b" must have only letters, digits, '-' and '_' between its dots
  --add-host db: "db" is not a name and an address such as db:10.0.0.7
  --dns ns.example.com: "ns.example.com" is not an IP address
  --dns-search "x\\ny": "x\\ny" must have only letters, digits, '-' and '_' between its dots
`,
    });
    expect(await run(["sandbox", "update", "box"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("nothing is given that is to change"),
    });
  });
});
