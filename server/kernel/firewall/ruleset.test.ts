import { expect, test } from "vitest";
import { saidBy } from "./programs.ts";
import { isInUse, parseRuleset } from "./ruleset.ts";

const empty = "# Generated\n*nat\n:OUTPUT ACCEPT [1:60]\nCOMMIT\n# Completed\n";

test("a set of rules, with counters or without", () => {
  const text = "*filter\n:FORWARD DROP [0:0]\n:A - [0:0]\n[3:180] -A A -j DROP\n-A A\n-A FORWARD -j A\nCOMMIT\n";
  expect(parseRuleset(empty + text)).toEqual(
    new Map([
      ["nat", new Map([["OUTPUT", { policy: "ACCEPT", rules: [] }]])],
      [
        "filter",
        new Map([
          ["FORWARD", { policy: "DROP", rules: ["-j A"] }],
          ["A", { policy: "-", rules: ["-j DROP", ""] }],
        ]),
      ],
    ]),
  );
});

test.for([
  ["hello", 'in it is "hello"'],
  ["*filter\n:A - [0:0]\n-A B -j DROP\nCOMMIT\n", 'in it is "-A B -j DROP"'],
  [":A - [0:0]", 'in it is ":A - [0:0]"'],
  ["*filter\n:A - [0:0]\n", "ends in the middle of a table"],
] as const)("%j is not a set of rules", ([text, why]) => {
  expect(() => parseRuleset(text)).toThrow(why);
});

test.for([
  ["", false],
  [empty, false],
  ["*filter\n:FORWARD DROP [0:0]\nCOMMIT\n", true],
  ["*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n", true],
] as const)("%j is in use: %s", ([text, used]) => {
  expect(isInUse(parseRuleset(text))).toBe(used);
});

const input = "*filter\n-A A -j X\nCOMMIT\n";
test.for([
  ["iptables-restore: line 2 failed\n", "p: line 2 failed: -A A -j X"],
  [
    "iptables-nft-restore v1.8.9 (nf_tables): \nline 2: RULE_INSERT failed (Invalid argument): rule in chain A\n",
    "p: line 2: RULE_INSERT failed (Invalid argument): rule in chain A: -A A -j X",
  ],
  [
    'iptables-restore v1.8.9 (legacy): unknown option "--x"\nError occurred at line: 2\nTry `iptables-restore -h\' for more.\n',
    'p: unknown option "--x": -A A -j X',
  ],
  ["# Warning: iptables-legacy tables present\nboom", "p: boom"],
  ["", "p: it failed and did not say why"],
  ["\u001b[31mred", "p:  [31mred"],
] as const)("what is said by %j", ([stderr, text]) => {
  expect(saidBy("p", stderr, input)).toBe(text);
});
