import { describe, expect, test } from "vitest";
import { dependsOnOthers, fitTo } from "./fit.ts";
import { parseRuleset } from "./ruleset.ts";

const found = parseRuleset(`*filter
:FORWARD DROP [0:0]
:INPUT ACCEPT [0:0]
:PATCHBAY-A - [0:0]
:PATCHBAY-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
-A FORWARD -j DEAD
-A PATCHBAY-A -s 10.0.0.1/32 -j RETURN
-A PATCHBAY-A -s 10.0.0.1/32 -j RETURN
-A PATCHBAY-USER -j RETURN
COMMIT
`);
const fitted = (...lines: string[]) => fitTo([{ table: "filter", lines }], found).flatMap(({ lines }) => lines);

describe("fitTo", () => {
  test.for([
    ["before the rule that ends a chain", ["-A FORWARD -j PATCHBAY-A"], ["-I FORWARD 2 -j PATCHBAY-A"]],
    [
      "counting what was inserted before",
      [
        "-A FORWARD -j PATCHBAY-A",
        "-A FORWARD -j PATCHBAY-B",
        "-I FORWARD 1 -j PATCHBAY-C",
        "-A FORWARD -j PATCHBAY-D",
      ],
      [
        "-I FORWARD 2 -j PATCHBAY-A",
        "-I FORWARD 3 -j PATCHBAY-B",
        "-I FORWARD 1 -j PATCHBAY-C",
        "-I FORWARD 5 -j PATCHBAY-D",
      ],
    ],
    ["last where nothing ends the chain", ["-A INPUT -j PATCHBAY-A"], ["-A INPUT -j PATCHBAY-A"]],
    [
      "in our chains always last",
      ["-A PATCHBAY-A -j DROP", "-A PATCHBAY-A -j ACCEPT"],
      ["-A PATCHBAY-A -j DROP", "-A PATCHBAY-A -j ACCEPT"],
    ],
    ["nothing that is there", ["-A PATCHBAY-A -s 10.0.0.1 -j RETURN", "-N PATCHBAY-USER"], []],
    ["nothing that is gone", ["-D PATCHBAY-B -j X", "-D FORWARD -j X", "-F PATCHBAY-B", "-X PATCHBAY-B"], []],
    [
      "as many deletions as there are rules",
      Array(3).fill("-D PATCHBAY-A -s 10.0.0.1 -j RETURN"),
      Array(2).fill("-D PATCHBAY-A -s 10.0.0.1 -j RETURN"),
    ],
    [
      "all of a chain that is made anew",
      [":PATCHBAY-A - [0:0]", "-A PATCHBAY-A -s 10.0.0.1 -j RETURN"],
      [":PATCHBAY-A - [0:0]", "-A PATCHBAY-A -s 10.0.0.1 -j RETURN"],
    ],
    ["the end of a chain", ["-F PATCHBAY-A", "-X PATCHBAY-A"], ["-F PATCHBAY-A", "-X PATCHBAY-A"]],
    ["but not of the administrator's", ["-X PATCHBAY-USER"], []],
  ] as const)("%s", ([, lines, want]) => {
    expect(fitted(...lines)).toEqual(want);
  });

  test("leaves no table without lines", () => {
    expect(fitTo([{ table: "nat", lines: ["-X PATCHBAY-A"] }], found)).toEqual([]);
  });
});

test.for([
  ["-A PATCHBAY-A -j DROP", false],
  [":PATCHBAY-A - [0:0]", false],
  ["-X PATCHBAY-A", false],
  ["-A FORWARD -j PATCHBAY-A", true],
  ["-D FORWARD -j PATCHBAY-A", true],
  ["-N PATCHBAY-USER", true],
] as const)("%s depends on others: %s", ([line, depends]) => {
  expect(dependsOnOthers([{ table: "filter", lines: [line] }])).toBe(depends);
});
