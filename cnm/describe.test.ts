import { expect, test } from "vitest";
import type { CommandDraft } from "./commands.ts";
import { describe, displayName } from "./describe.ts";
import { emptyFacts } from "./facts.ts";
import { reduce } from "./reduce.ts";
import { after, command, endpointDraft, joinDraft, networkDraft, sandboxDraft, testId } from "./testing.ts";

const backend = networkDraft("backend", { pools: [{ subnet: "10.0.0.0/24" }, { subnet: "fd00::/64" }] });
const web = networkDraft("web");
const made = [web, endpointDraft("web", "e"), joinDraft("e", "db", true)];
const leave: CommandDraft = { type: "endpoint.leave", endpoint: "e" };

test.each([
  { in: [backend], want: "created network backend, bridge, 10.0.0.0/24 via 10.0.0.1, fd00::/64 via fd00::1" },
  {
    in: [networkDraft("web", { internal: true })],
    want: "created network web, bridge, internal, 172.17.0.0/16 via 172.17.0.1",
  },
  { in: [web, { type: "network.delete", network: "WEB" } as const], want: "deleted network web" },
  { in: [sandboxDraft("box")], want: "created sandbox box" },
  { in: [sandboxDraft("box", { mode: "host" })], want: "created sandbox box, in host mode" },
  { in: [sandboxDraft("box"), { type: "sandbox.delete", sandbox: "0000" } as const], want: "deleted sandbox box" },
  { in: [backend, endpointDraft("backend", "e")], want: "created endpoint backend/e, 10.0.0.2/24, fd00::2/64" },
  {
    in: [web, endpointDraft("web", "e"), { type: "endpoint.delete", endpoint: "e" } as const],
    want: "deleted endpoint web/e",
  },
  { in: made, want: "joined db to web as eth0, 172.17.0.2/16" },
  { in: [endpointDraft("none", "e"), joinDraft("e", "db", true)], want: "joined db to none" },
  { in: [...made, leave], want: "unplugged db from web, and deleted it with its last endpoint" },
  { in: [sandboxDraft("db"), ...made, leave], want: "unplugged db from web" },
])("$want", ({ in: drafts, want }) => {
  const before = after(drafts.slice(0, -1));
  const last = command(drafts.at(-1)!);
  expect(describe(last, before, reduce(before, last, emptyFacts))).toBe(want);
});

test("what is not there is shown by its short id", () => {
  const topology = after(made);
  expect(displayName(topology, "network", testId(0))).toBe("web");
  expect(displayName(topology, "sandbox", testId(2))).toBe("db");
  expect(displayName(topology, "endpoint", testId(1))).toBe("web/e");
  expect(displayName(topology, "endpoint", testId(9))).toBe("000900090009");
});
