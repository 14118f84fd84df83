import { expect, test } from "vitest";
import { duration, facts, jsonText, table, visible } from "./output.ts";

test.each([
  ["plain and ünïcode → text", "plain and ünïcode → text"],
  ["\u001b[2J", "\\u{1b}[2J"],
  ["a\r\nb\tc", "a\\u{d}\\u{a}b\\u{9}c"],
  ["C1 \u009b31m", "C1 \\u{9b}31m"],
  ["right\u202eleft", "right\\u{202e}left"],
  ["line\u2028end", "line\\u{2028}end"],
])("shows what a terminal would obey: %j", (text, want) => {
  expect(visible(text)).toBe(want);
});

test("JSON keeps its meaning and holds nothing a terminal would obey", () => {
  const value = { "a\u009b": ["\u001b[2J", "x\ny", "\u202e", "\u{e0001}", "ü"] };
  const text = jsonText(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text.replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
});

test("columns are as wide as their widest cell", () => {
  const rows = [
    ["1", "longer than it", "x"],
    ["22", "", "two\nlines"],
  ];
  expect(table(["ID", "NAME", "LAST"], rows)).toBe(
    ["ID   NAME             LAST", "1    longer than it   x", "22                    two\\u{a}lines"].join("\n"),
  );
});

test("facts without a value are left out", () => {
  const pairs = [
    ["short", "1"],
    ["longer", "2\u0007"],
    ["none", null],
  ] as const;
  expect(facts(pairs)).toBe("short:   1\nlonger:  2\\u{7}");
});

test.each([
  [0, "0 µs"],
  [999.4, "999 µs"],
  [1234, "1.2 ms"],
  [3_400_000, "3.4 s"],
])("%d µs is %s", (microseconds, want) => {
  expect(duration(microseconds)).toBe(want);
});
