import { expect, test } from "vitest";
import type { CommandDraft } from "./commands.ts";
import { CommandInput } from "./commands.ts";
import { emptyFacts, type Facts, type NamespaceFacts } from "./facts.ts";
import { gatewayOf } from "./gateway.ts";
import { sourceWords } from "./origin.ts";
import { checkCommand, parseCommand } from "./parse-command.ts";
import { reduce } from "./reduce.ts";
import { command, endpointDraft, freshTopology, joinDraft, networkDraft, refusalOf, testId } from "./testing.ts";

const found: NamespaceFacts = {
  ok: true,
  origin: {
    source: { kind: "pid", pid: 7, startTime: "1", program: "nginx" },
    cookie: "4711",
    bootId: "boot",
    foreign: { interfaces: ["lo", "eth0", "eth2"], routes: ["0.0.0.0/0", "10.66.0.0/16"] },
  },
  names: [],
  ours: false,
};
const facts = (change: Partial<NamespaceFacts> = {}): Facts => ({
  ...emptyFacts,
  namespaces: {
    "process 7": { ...found, ...change },
    "process 8": { ok: false, code: "NOT_FOUND", rule: "process-not-found", message: "process 8 does not run" },
  },
});
const adopt = (name: string, pid: number): CommandDraft => ({ type: "sandbox.adopt", name, pid });
const net = networkDraft("net", { pools: [{ subnet: "10.8.0.0/24" }, { subnet: "fd00:8::/64" }] });
const run = (drafts: readonly CommandDraft[], change: Partial<NamespaceFacts> = {}) =>
  drafts.reduce((topology, draft, n) => reduce(topology, command(draft, n), facts(change)), freshTopology);
const refusal = (drafts: readonly CommandDraft[], change: Partial<NamespaceFacts> = {}) =>
  refusalOf(() => run(drafts, change));

test("a namespace becomes a sandbox that keeps what it has", () => {
  expect(run([adopt("web", 7)]).sandboxes[testId(0)]).toMatchObject({
    mode: "adopted",
    managed: false,
    origin: found.origin,
  });
});

test("interfaces are numbered past theirs, and their default route stays", () => {
  const join = [endpointDraft("net", "web"), joinDraft("net/web", "web")];
  const topology = run([net, adopt("web", 7), ...join]);
  expect(topology.endpoints[testId(2)]?.attachment?.interfaceName).toBe("eth1");
  expect(gatewayOf(topology, testId(1))).toEqual({ ipv4: null, ipv6: testId(2) });
});

test("no interface of ours is called as one of theirs", () => {
  const join = [endpointDraft("net", "web", { interfaceName: "eth2" }), joinDraft("net/web", "web")];
  expect(refusal([net, adopt("web", 7), ...join])).toBe(
    "CONFLICT sandbox web has an interface eth2 already, which it came with when it was adopted",
  );
});

test("no route of ours to where one of theirs leads", () => {
  const theirs = "sandbox web came with a route to 10.66.0.0/16 when it was adopted, which stays";
  const routed = endpointDraft("net", "web", { routes: ["10.66.0.0/16 via 10.8.0.1"] });
  expect(refusal([net, adopt("web", 7), routed, joinDraft("net/web", "web")])).toBe(`CONFLICT ${theirs}`);
  const same = networkDraft("same", { pools: [{ subnet: "10.66.0.0/16" }] });
  expect(refusal([same, adopt("web", 7), endpointDraft("same", "web"), joinDraft("same/web", "web")])).toBe(
    `CONFLICT ${theirs}`,
  );
});

test("what cannot be adopted", () => {
  const what = "CONFLICT the namespace of process 7 (nginx)";
  expect(refusal([adopt("web", 8)])).toBe("NOT_FOUND process 8 does not run");
  expect(refusal([adopt("web", 7), adopt("web", 7)])).toBe("CONFLICT there is already a sandbox called web");
  expect(refusal([adopt("web", 7), adopt("twice", 7)])).toBe(`${what} is that of sandbox web`);
  const box: CommandDraft = { type: "sandbox.create", name: "box" };
  expect(refusal([box, adopt("web", 7)], { names: [`pb-${testId(0).slice(0, 12)}`], ours: true })).toBe(
    `${what} is that of sandbox box`,
  );
  expect(refusal([adopt("web", 7)], { names: ["pb-0123456789ab"] })).toBe(
    `${what} is pb-0123456789ab of another Patchbay`,
  );
  expect(refusal([adopt("web", 7)], { ours: true })).toBe(`${what} has things of another Patchbay in it`);
});

test("the same number after another start of the host is another namespace", () => {
  const topology = run([adopt("web", 7)]);
  const again = { ...found, origin: { ...found.origin, bootId: "next" } };
  const next = reduce(topology, command(adopt("again", 7), 9), { ...emptyFacts, namespaces: { "process 7": again } });
  expect(Object.keys(next.sandboxes)).toHaveLength(2);
});

test.each<[object, string[]]>([
  [{ pid: 7 }, []],
  [{}, ["one of pid, netns and container must be given, not none"]],
  [{ pid: 7, container: "web" }, ["one of pid, netns and container must be given, not 2"]],
  [{ netns: "run/netns/x" }, ['"run/netns/x" must be an absolute path such as /run/netns/web']],
  [{ netns: "/x\0y" }, ["has a character that no path has"]],
])("the source %j", (source, want) => {
  const input = CommandInput.parse({ type: "sandbox.adopt", name: "web", ...source });
  expect(checkCommand(input).map(({ message }) => message)).toEqual(want);
});

test.each<[object]>([
  [{ pid: 0 }],
  [{ pid: -1 }],
  [{ pid: 1.5 }],
  [{ pid: 4194305 }],
  [{ pid: 2 ** 53 }],
  [{ pid: Number.NaN }],
  [{ pid: "1e3" }],
  [{ pid: "12" }],
  [{ container: "" }],
  [{ container: ".." }],
  [{ container: "../../etc" }],
  [{ container: "a/b" }],
  [{ container: "a%2fb" }],
  [{ container: "a?all=1" }],
  [{ container: "-x" }],
  [{ container: "x".repeat(129) }],
  [{ netns: `/${"x".repeat(5000)}` }],
  [{ netns: 7 }],
])("the source %j is none", (source) => {
  expect(refusalOf(() => parseCommand({ type: "sandbox.adopt", name: "web", ...source }))).toMatch(
    /^INVALID_PARAMETER /,
  );
});

test("what a program calls itself is shown escaped", () => {
  const source = { kind: "pid" as const, pid: 7, startTime: "1", program: "\u001b[31m evil" };
  expect(sourceWords(source)).toBe('process 7 ("\\u001b[31m evil")');
});
