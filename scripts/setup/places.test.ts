import { describe, expect, test } from "vitest";
import { daemonNodeOptions } from "./daemon-options.mjs";
import { daemonLaunch, fitsSockets, passable, placesOf, shortRunDir, webLaunch } from "./places.mjs";

const host = placesOf({ isolated: false, state: null }, "/home/me/patchbay");
const isolated = placesOf({ isolated: true, state: null }, "/home/me/patchbay");
const env = { LANG: "C.UTF-8", HOME: "/root", AWS_SECRET_ACCESS_KEY: "secret", NODE_OPTIONS: "--require=/tmp/x" };
const run = {
  node: "/n/node",
  port: 4700,
  isolated: false,
  places: host,
  uid: 0,
  env,
  daemon: { PATCHBAY_MTU: "1400" },
};
const web = { uid: 999, gid: 998 };

test("the host's places are fixed, those of an isolated run are in the checkout or where one says", () => {
  expect(host).toEqual({
    base: null,
    stateDir: "/var/lib/patchbay",
    runDir: "/run/patchbay",
    netnsDir: "/run/netns",
    etcNetnsDir: "/etc/netns",
  });
  expect(isolated.stateDir).toBe("/home/me/patchbay/.patchbay/isolated/state");
  expect(isolated.runDir).toBe("/home/me/patchbay/.patchbay/isolated/run");
  expect(placesOf({ isolated: true, state: "/srv/lab" }, "/x").runDir).toBe("/srv/lab/run");
  expect(placesOf({ isolated: false, state: "/srv/lab" }, "/x").stateDir).toBe("/srv/lab");
});

test("sockets fit as long as sun_path holds their paths, counted in bytes", () => {
  const name = "/admin.sock";
  expect(fitsSockets("/".padEnd(107 - name.length, "d"))).toBe(true);
  expect(fitsSockets("/".padEnd(108 - name.length, "d"))).toBe(false);
  expect(fitsSockets(`/${"ü".repeat(50)}`)).toBe(false);
  expect(fitsSockets(shortRunDir(`/${"d".repeat(4000)}`, 4_294_967_294))).toBe(true);
  expect(shortRunDir("/a", 1)).not.toBe(shortRunDir("/b", 1));
});

describe("passable", () => {
  const folder = (mode: number, uid = 0, gid = 0) => ({ mode: 0o40000 | mode, uid, gid });
  test.each([
    { name: "open to all", folders: [folder(0o755), folder(0o711)], user: web, want: true },
    { name: "a home in between", folders: [folder(0o755), folder(0o700, 1000)], user: web, want: false },
    { name: "its own", folders: [folder(0o700, 999)], user: web, want: true },
    { name: "its group's", folders: [folder(0o750, 0, 998)], user: web, want: true },
    { name: "closed to its group alone", folders: [folder(0o705, 0, 998)], user: web, want: false },
    { name: "root", folders: [folder(0o000, 1000)], user: { uid: 0, gid: 0 }, want: true },
  ])("$name: $want", ({ folders, user, want }) => {
    expect(passable(folders, user)).toBe(want);
  });
});

describe("daemonLaunch", () => {
  test("on the host it is the daemon itself, and ends with us", () => {
    const { command, env } = daemonLaunch(run, { checkout: "/c", web });
    expect(command).toEqual(["setpriv", "--pdeathsig", "TERM", "/n/node", ...daemonNodeOptions, "/c/server/main.ts"]);
    expect(env).toEqual({
      LANG: "C.UTF-8",
      NODE_ENV: "production",
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      PATCHBAY_STATE_DIR: "/var/lib/patchbay",
      PATCHBAY_RUN_DIR: "/run/patchbay",
      PATCHBAY_NETNS_DIR: "/run/netns",
      PATCHBAY_ETC_NETNS_DIR: "/etc/netns",
      PATCHBAY_ORIGIN: "http://127.0.0.1:4700",
      PATCHBAY_WEB_UID: "999",
      PATCHBAY_WEB_GID: "998",
      PATCHBAY_LOG: "warn",
      PATCHBAY_MTU: "1400",
    });
  });

  test("isolated without root it is alone in a user namespace, where the web process counts as 0", () => {
    const alone = { ...run, isolated: true, places: isolated, uid: 1000 };
    const { command, env } = daemonLaunch(alone, { checkout: "/c", web: { uid: 1000, gid: 1000 } });
    expect(command.slice(0, 4)).toEqual(["unshare", "--user", "--map-root-user", "--net"]);
    expect(command.slice(-4)).toEqual(["/n/node", ...daemonNodeOptions, "/c/server/main.ts"]);
    expect(env).toMatchObject({ PATCHBAY_WEB_UID: "0", PATCHBAY_WEB_GID: "0" });
  });

  test("isolated as root there is no user namespace, and the web process keeps its id", () => {
    const { command, env } = daemonLaunch({ ...run, isolated: true, places: isolated }, { checkout: "/c", web });
    expect(command.slice(0, 3)).toEqual(["unshare", "--net", "--mount"]);
    expect(env).toMatchObject({ PATCHBAY_WEB_UID: "999" });
  });
});

test("the web process gives up what root has, and sees nothing of our environment", () => {
  const { command, cwd, env } = webLaunch(run, { release: "/r", web });
  expect(command.join(" ")).toBe(
    "setpriv --reuid=999 --regid=998 --clear-groups --bounding-set=-all --no-new-privs --pdeathsig TERM /n/node server.js",
  );
  expect(cwd).toBe("/r");
  expect(Object.keys(env).sort()).toEqual(
    ["HOSTNAME", "LANG", "NEXT_TELEMETRY_DISABLED", "NODE_ENV", "PATCHBAY_WEB_SOCKET", "PATH", "PORT"].sort(),
  );
});
