import { describe, expect, test } from "vitest";
import type { CommandDraft } from "./commands.ts";
import { describe as sentenceOf } from "./describe.ts";
import { CnmError } from "./errors.ts";
import { emptyFacts } from "./facts.ts";
import { parseCommand } from "./parse-command.ts";
import { reduce } from "./reduce.ts";
import { command, refusalOf, sandboxDraft, testId, after as topologyOf } from "./testing.ts";

function problems(draft: object): string[] {
  try {
    parseCommand({ type: "sandbox.create", name: "box", ...draft });
    return [];
  } catch (error) {
    if (!(error instanceof CnmError)) throw error;
    return (error.details.problems ?? []).map(({ path, message }) => `${path}: ${message}`);
  }
}

const long = "x".repeat(64);

const hostile = [
  { hostname: "a\nnameserver 6.6.6.6" },
  { hostname: "a b" },
  { hostname: "a#b" },
  { hostname: "-a" },
  { hostname: "a..b" },
  { hostname: long },
  { hostname: Array(64).fill("abc").join(".") },
  { domainname: "bücher.de" },
  { domainname: "a\u0000b" },
  { dns: { search: [".", "example.com"] } },
  { dns: { search: ["a\tb", "a;b", ""] } },
  { dns: { servers: ["10.0.0.300", "ns.example.com", "fe80::1%eth0", "1.1.1.1"] } },
  { dns: { options: ["ndots:1 rotate", "NDOTS:1", "ndots:", "a\nb"] } },
  { extraHosts: ["db", "db:", ":1.2.3.4", "d b:1.2.3.4", "db:1.2.3.4 x", "db:host-gatway"] },
  { extraHosts: "db:1.2.3.4", dns: { server: [] } },
];

test("what would break a file is refused with what would be right", () => {
  expect(hostile.flatMap(problems)).toMatchInlineSnapshot(`
    [
      "hostname: "a\\nnameserver 6.6.6.6" must have only letters, digits, '-' and '_' between its dots",
      "hostname: "a b" must have only letters, digits, '-' and '_' between its dots",
      "hostname: "a#b" must have only letters, digits, '-' and '_' between its dots",
      "hostname: "-a" has a part that begins or ends with '-'; it begins and ends with a letter or a digit",
      "hostname: "a..b" has an empty part; a name is written such as db or db.example.com",
      "hostname: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" has a part of 64 characters; between two dots there are at most 63",
      "hostname: "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.…" has 255 characters; a name has at most 253",
      "domainname: "bücher.de" has letters beyond ASCII; write it in Punycode, such as xn--bcher-kva",
      "domainname: "a\\u0000b" must have only letters, digits, '-' and '_' between its dots",
      "dns.search: "." means no search domain at all and stands alone",
      "dns.search.0: "a\\tb" must have only letters, digits, '-' and '_' between its dots",
      "dns.search.1: "a;b" must have only letters, digits, '-' and '_' between its dots",
      "dns.search.2: "" has an empty part; a name is written such as db or db.example.com",
      "dns.servers: 4 servers are given; resolv.conf(5) has at most 3",
      "dns.servers.0: "10.0.0.300" has a number above 255",
      "dns.servers.1: "ns.example.com" is not an IP address",
      "dns.servers.2: "fe80::1%eth0" has a zone id; write fe80::1",
      "dns.options.0: "ndots:1 rotate" is not an option of resolv.conf such as rotate or ndots:1",
      "dns.options.1: "NDOTS:1" is not an option of resolv.conf such as rotate or ndots:1",
      "dns.options.2: "ndots:" is not an option of resolv.conf such as rotate or ndots:1",
      "dns.options.3: "a\\nb" is not an option of resolv.conf such as rotate or ndots:1",
      "extraHosts.0: "db" is not a name and an address such as db:10.0.0.7",
      "extraHosts.1: must be an IP address, and is empty; an address or host-gateway follows the name",
      "extraHosts.2: ":1.2.3.4" is not a name and an address such as db:10.0.0.7",
      "extraHosts.3: "d b" must have only letters, digits, '-' and '_' between its dots",
      "extraHosts.4: "1.2.3.4 x" is not an IP address; an address or host-gateway follows the name",
      "extraHosts.5: "host-gatway" is not an IP address; an address or host-gateway follows the name",
      "extraHosts: must be a list, not a text",
      "dns.server: is not known here",
    ]
  `);
});

test("every problem is told at once, beside those of other fields", () => {
  const wrong = { mode: "vm", hostname: "a b", dns: { servers: ["x"], search: ["y z"] } };
  expect(problems(wrong).map((line) => line.split(":")[0])).toEqual([
    "mode",
    "hostname",
    "dns.servers.0",
    "dns.search.0",
  ]);
});

describe("what is right", () => {
  test("is kept as one spelling", () => {
    const topology = topologyOf([
      sandboxDraft("box", {
        hostname: "web-1.example.com",
        domainname: "",
        extraHosts: ["db:10.0.0.7", "db6=FD00:0::7", "b6:[fd00::8]", "host.docker.internal:host-gateway"],
        dns: { servers: ["FD00::53"], search: ["example.com.", "_tcp.lan"], options: ["rotate", "ndots:2"] },
      }),
    ]);
    expect(topology.sandboxes[testId(0)]?.options).toEqual({
      hostname: "web-1.example.com",
      domainname: "",
      extraHosts: [
        { name: "db", address: "10.0.0.7" },
        { name: "db6", address: "fd00::7" },
        { name: "b6", address: "fd00::8" },
        { name: "host.docker.internal", address: "host-gateway" },
      ],
      dns: { servers: ["fd00::53"], search: ["example.com", "_tcp.lan"], options: ["rotate", "ndots:2"] },
    });
  });

  test("of an update, each list replaces the whole one and the rest stays", () => {
    const created = sandboxDraft("box", {
      hostname: "a",
      extraHosts: ["db:10.0.0.7"],
      dns: { servers: ["1.1.1.1"], search: ["lan"] },
    });
    const update: CommandDraft = {
      type: "sandbox.update",
      sandbox: "box",
      hostname: "",
      dns: { servers: ["9.9.9.9", "8.8.8.8"], search: [] },
    };
    const before = topologyOf([created]);
    const updated = reduce(before, command(update), emptyFacts);
    expect(updated.sandboxes[testId(0)]?.options).toEqual({
      hostname: "",
      domainname: "",
      extraHosts: [{ name: "db", address: "10.0.0.7" }],
      dns: { servers: ["9.9.9.9", "8.8.8.8"], search: [], options: [] },
    });
    expect(sentenceOf(command(update), before, updated)).toBe(
      "changed sandbox box, no hostname, DNS servers 9.9.9.9, 8.8.8.8, no DNS search domains",
    );
    expect(reduce(updated, command(update), emptyFacts)).toBe(updated);
  });
});

test("an occupant has the names of whose namespace it is in", () => {
  const box = sandboxDraft("box");
  const guest = { mode: "shared", sharedWith: "box" };
  const refusal = "CONFLICT sandbox guest is in the namespace of box: its names and its resolver are that one's";
  expect(refusalOf(() => topologyOf([box, sandboxDraft("guest", { ...guest, hostname: "a" })]))).toBe(refusal);
  const update = command({ type: "sandbox.update", sandbox: "guest", dns: { servers: ["10.0.0.53"] } });
  const topology = topologyOf([box, sandboxDraft("guest", guest)]);
  expect(refusalOf(() => reduce(topology, update, emptyFacts))).toBe(refusal);
});

test("a sandbox in host mode has the host's names and no others", () => {
  expect(refusalOf(() => topologyOf([sandboxDraft("box", { mode: "host", hostname: "a" })]))).toBe(
    "CONFLICT sandbox box is in host mode: its names and its resolver are the host's own",
  );
  const topology = topologyOf([sandboxDraft("box", { mode: "host" })]);
  const update = command({ type: "sandbox.update", sandbox: "box", hostname: "a" });
  expect(refusalOf(() => reduce(topology, update, emptyFacts))).toMatch(/^CONFLICT sandbox box is in host mode/);
});
