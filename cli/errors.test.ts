import { expect, test } from "vitest";
import type { CommandDraft } from "#cnm/commands.ts";
import { CnmError, invalid } from "#cnm/errors.ts";
import { exitCodes, explained, failureOf, failureText, flagOf, Unreachable } from "./errors.ts";

test.each([
  ["name", "NAME"],
  ["pools.0.subnet", "--subnet"],
  ["pools.1.auxAddresses.router", "--aux-address router"],
  ["pools", "--subnet"],
  ["options.mtu", "--opt mtu"],
  ["options.com.docker.network.driver.mtu", "--opt com.docker.network.driver.mtu"],
  ["ipv4", "--ip"],
  ["aliases", "--network-alias"],
  ["mac", "--mac-address"],
  ["publish", "--publish"],
  ["links", "--link"],
  ["dns.servers.1", "--dns 1"],
  ["dns.options", "--dns-option"],
  ["extraHosts.0", "--add-host 0"],
  ["--gateway", "--gateway"],
  ["__proto__", "__proto__"],
])("%s is written as %s", (path, want) => {
  expect(flagOf(path)).toBe(want);
});

test("one error with all its problems and what lifts it", () => {
  const problems = [
    { path: "name", message: "must not be \u001b[31mred" },
    { path: "pools.0.gateway", message: "is outside" },
  ];
  expect(failureText(failureOf(invalid(problems)), false)).toBe(
    "patchbay: 2 things are wrong:\n  NAME: must not be \\u{1b}[31mred\n  --gateway: is outside",
  );
  const refused = new CnmError("CONFLICT", "network web has 1 endpoint: a", { lift: "delete its endpoints first" });
  expect(failureText(failureOf(refused), false)).toBe(
    "patchbay: network web has 1 endpoint: a\n  to lift it: delete its endpoints first",
  );
});

test("as JSON it is what the daemon said", () => {
  const failure = failureOf(new CnmError("EXHAUSTED", "full", { rule: "network-full" }));
  expect(JSON.parse(failureText(failure, true))).toEqual({
    error: { code: "EXHAUSTED", message: "full", details: { rule: "network-full" } },
  });
});

test.each(["ENOENT", "ECONNREFUSED", "EACCES", "ECONNRESET", "EPROTO"])("%s says what to do, in one line", (errno) => {
  const failure = failureOf(new Unreachable("/run/patchbay/admin.sock", errno));
  expect(failure.exitCode).toBe(exitCodes.unreachable);
  expect(failure.message).toMatch(/sudo/);
  expect(failureText(failure, false)).not.toContain("\n");
});

test("a problem of one text in a list shows the text", () => {
  const commands: CommandDraft[] = [
    { type: "endpoint.create", network: "web", publish: ["80", "8080:80"] },
    { type: "endpoint.join", endpoint: "a", sandbox: "b" },
  ];
  const problems = [
    { path: "publish.1", message: "is wrong" },
    { path: "publish.2", message: "is too much" },
    { path: "pools.0.subnet", message: "is odd" },
  ];
  const shown = (argument?: string) =>
    failureText(failureOf(explained(invalid(problems), { commands, argument })), false)
      .split("\n")
      .slice(1);
  expect(shown()).toEqual(["  --publish 8080:80: is wrong", "  --publish 2: is too much", "  --subnet: is odd"]);
  expect(shown("publish")[0]).toBe("  8080:80: is wrong");
  expect(explained("anything", { commands })).toBe("anything");
});
