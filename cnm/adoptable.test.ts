import { expect, test } from "vitest";
import {
  type AdoptableNamespace,
  detailOf,
  hostsRule,
  inOrder,
  missingWords,
  namespacesIn,
  type SeenContainer,
  type SeenProcess,
  titleOf,
} from "./adoptable.ts";

const seen = (pid: number, namespace: string, startTime = pid): SeenProcess => ({
  pid,
  namespace,
  command: `p${pid}`,
  startTime,
});
const container = (name: string, pid: number, engine: SeenContainer["engine"] = "docker"): SeenContainer => ({
  engine,
  name,
  id: `${engine}${pid}`,
  pid,
});
const none = { processes: [], names: [], hidden: 0 };

test("what is of one namespace is one row, which the longest-running process stands for", () => {
  const processes = [seen(900, "4:10", 5), seen(20, "4:10", 7), seen(30, "4:10", 5), seen(40, "4:11")];
  const names = [
    { path: "/run/netns/b", namespace: "4:11" },
    { path: "/run/netns/a", namespace: "4:11" },
    { path: "/run/netns/empty", namespace: "4:12" },
  ];
  expect(namespacesIn({ ...none, processes, names }, [container("db", 20)], new Set())).toEqual([
    {
      inode: "10",
      containers: [container("db", 20)],
      names: [],
      oldest: { pid: 30, command: "p30" },
      processes: 3,
      source: { container: "db" },
    },
    {
      inode: "11",
      containers: [],
      names: ["/run/netns/a", "/run/netns/b"],
      oldest: { pid: 40, command: "p40" },
      processes: 1,
      source: { netns: "/run/netns/a" },
    },
    {
      inode: "12",
      containers: [],
      names: ["/run/netns/empty"],
      oldest: null,
      processes: 0,
      source: { netns: "/run/netns/empty" },
    },
  ]);
});

test("a sandbox that nobody else is in is left out, one with processes of others is not", () => {
  const names = ["1", "2"].map((n) => ({ path: `/run/netns/pb-${n}`, namespace: `4:${n}` }));
  const ours = new Set(names.map(({ path }) => path));
  const found = namespacesIn({ ...none, names, processes: [seen(7, "4:2")] }, [], ours);
  expect(found).toMatchObject([{ inode: "2", names: [], source: { pid: 7 } }]);
});

test("two engines may call different containers the same, and a container may have ended", () => {
  const processes = [seen(1, "4:1"), seen(2, "4:2")];
  const containers = [container("web", 1), container("web", 2, "podman"), container("gone", 99)];
  expect(namespacesIn({ ...none, processes }, containers, new Set()).map(({ source }) => source)).toEqual([
    { container: "docker1" },
    { container: "podman2" },
  ]);
});

const row = (change: Partial<AdoptableNamespace> = {}): AdoptableNamespace => ({
  inode: "10",
  containers: [],
  names: [],
  oldest: { pid: 20, command: "nginx" },
  processes: 1,
  source: { pid: 20 },
  program: "nginx",
  interfaces: ["lo", "eth0"],
  verdict: { ok: true },
  ...change,
});
const refused = { ok: false, code: "CONFLICT", rule: "namespace-taken", message: "it is taken" } as const;

test.each<[Partial<AdoptableNamespace>, string, string]>([
  [{}, "nginx", "process 20; lo, eth0"],
  [{ processes: 4, program: "nginx-1.27" }, "nginx-1.27", "process 20 and 3 more; lo, eth0"],
  [{ oldest: { pid: 20, command: "certbot" }, program: "python3" }, "python3 (certbot)", "process 20; lo, eth0"],
  [{ program: null, interfaces: [] }, "nginx", "process 20"],
  [{ containers: [container("db", 20)] }, "db, container of docker", "process 20 (nginx); lo, eth0"],
  [{ names: ["/run/netns/blue"], oldest: null, processes: 0 }, "/run/netns/blue", "no process; lo, eth0"],
  [
    { oldest: { pid: 20, command: "\u001b[2J\n<img>" }, program: "a\u202eb" },
    '"a\\u{202e}b" ("\\u001b[2J\\n<img>")',
    "process 20; lo, eth0",
  ],
  [{ verdict: { ...refused, rule: hostsRule } }, "the host's own", "process 20; lo, eth0"],
  [{ names: ["/run/netns/a\nb"] }, '"/run/netns/a\\nb"', "process 20 (nginx); lo, eth0"],
])("in words: %j", (change, title, detail) => {
  expect([titleOf(row(change)), detailOf(row(change))]).toEqual([title, detail]);
});

test("what can be adopted comes first, and what has a name before what has none", () => {
  const rows = [
    row({ program: "host", verdict: refused }),
    row({ program: "node10" }),
    row({ program: "node9" }),
    row({ names: ["/run/netns/z"] }),
    row({ containers: [container("db", 1)] }),
    row({ containers: [container("a", 1)], verdict: refused }),
  ].map((each) => ({ ...each, oldest: { pid: 20, command: each.program ?? "" } }));
  expect(inOrder(rows).map(titleOf)).toEqual([
    "db, container of docker",
    "/run/netns/z",
    "node9",
    "node10",
    "a, container of docker",
    "host",
  ]);
});

test("what is missing is said", () => {
  expect(missingWords({ hidden: 0, silent: [] })).toEqual([]);
  expect(missingWords({ hidden: 1, silent: ["docker does not answer"] })).toEqual([
    "1 process is not the daemon's to look at",
    "docker does not answer",
  ]);
  expect(missingWords({ hidden: 3, silent: [] })).toEqual(["3 processes are not the daemon's to look at"]);
});
