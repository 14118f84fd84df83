import { expect, test } from "vitest";
import { parseLeader, parseStat } from "./process.ts";

const rest = "S 1 1234 1234 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 98765 1 2 3";

test.each(["nginx", "a) R 1 (b", ")", "\n\u001b[31m", ""])("the name %j hides neither state nor start", (name) => {
  expect(parseStat(`1234 (${name}) ${rest}\n`)).toEqual({ name, state: "S", startTime: "98765" });
});

test("whose thread it is, whatever the process calls itself", () => {
  const status = (name: string) =>
    `Name:\t${name}\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t1234\nNgid:\t0\nPid:\t1240\n`;
  expect(parseLeader(status("nginx"))).toBe(1234);
  expect(parseLeader(status("\\nTgid:\t1"))).toBe(1234);
});
