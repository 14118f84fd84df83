import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hostResolvConf } from "./host-resolv-conf.ts";

const stub = "# stub\nnameserver 127.0.0.53\noptions edns0\n";
const behind = "nameserver 192.168.1.1\n";

test.each([
  { name: "a file is as it is", own: behind, other: "nameserver 10.0.0.1\n", want: "own" },
  {
    name: "a local server of somebody else's is not systemd's",
    own: "nameserver 127.0.0.1\n",
    other: behind,
    want: "own",
  },
  { name: "behind the stub is who it asks", own: stub, other: behind, want: "other" },
  { name: "a stub that asks nobody stays", own: stub, other: "# none\n", want: "own" },
  { name: "a stub with nothing behind it stays", own: stub, other: null, want: "own" },
])("$name", ({ own, other, want }) => {
  const directory = mkdtempSync(join(tmpdir(), "patchbay-test-"));
  try {
    const paths = { own: join(directory, "own"), other: join(directory, "other") };
    writeFileSync(paths.own, own);
    if (other !== null) writeFileSync(paths.other, other);
    symlinkSync("own", join(directory, "link"));
    const found = hostResolvConf(join(directory, "link"), paths.other);
    if (want === "own") expect(found).toEqual({ path: join(directory, "link"), text: own });
    else expect(found).toEqual({ path: paths.other, text: other });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("where there is none, it is empty", () => {
  expect(hostResolvConf("/nowhere/resolv.conf")).toEqual({ path: "/nowhere/resolv.conf", text: "" });
});
