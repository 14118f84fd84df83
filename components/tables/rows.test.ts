import { expect, test } from "vitest";
import { shownRows } from "./rows.ts";

const columns = [
  { key: "name", label: "Name", value: (row: { name: string; n: number }) => row.name },
  { key: "n", label: "N", value: (row: { name: string; n: number }) => row.n },
];
const rows = [
  { name: "web-10", n: 1 },
  { name: "Web-2", n: 30 },
  { name: "db", n: 4 },
];
const names = (filter: string, column = "name", descending = false) =>
  shownRows({ rows, columns, filter, sort: { column, descending } }).map(({ name }) => name);

test("numbers inside names count as numbers", () => {
  expect(names("")).toEqual(["db", "Web-2", "web-10"]);
  expect(names("", "n", true)).toEqual(["Web-2", "db", "web-10"]);
});

test("every word must be found, in any column and case", () => {
  expect(names("WEB 30")).toEqual(["Web-2"]);
  expect(names("web nothing")).toEqual([]);
});

test("the rows given are left as they were", () => {
  names("", "n");
  expect(rows[0]?.name).toBe("web-10");
});
