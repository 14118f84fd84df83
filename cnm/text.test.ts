import { expect, test } from "vitest";
import { closest, listing, quote } from "./text.ts";

test.each([
  { in: "web", want: '"web"' },
  { in: 'a"b\n', want: '"a\\"b\\n"' },
  { in: "a\u202eb\u200bc\u2028d", want: '"a\\u{202e}b\\u{200b}c\\u{2028}d"' },
  { in: "x".repeat(300), want: `"${"x".repeat(60)}…"` },
])("quote $in", ({ in: text, want }) => {
  expect(quote(text)).toBe(want);
});

test("a long listing says how much it leaves out", () => {
  expect(listing(["a", "b", "c"], 3)).toBe("a, b, c");
  expect(listing(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
});

test.each([
  { in: "wbe", want: "web" },
  { in: "WEB", want: "web" },
  { in: "backen", want: "backend" },
  { in: "frontend", want: undefined },
  { in: "x", want: undefined },
])("closest to $in", ({ in: text, want }) => {
  expect(closest(text, ["web", "backend", "db"])).toBe(want);
});
