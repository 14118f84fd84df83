import { expect, test } from "vitest";
import { BackOff } from "./back-off.ts";

test("twenty attempts are free, then each waits twice as long, a minute at most", () => {
  let now = 1e12;
  const backOff = new BackOff(() => now);
  for (let attempt = 0; attempt < 20; attempt += 1) expect(backOff.attempt("ada")).toBe(0);
  const waits = Array.from({ length: 9 }, () => {
    const wait = backOff.attempt("ada");
    now += wait;
    expect(backOff.attempt("ada")).toBe(0);
    return wait / 1000;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(backOff.attempt("grace")).toBe(0);
});

test("what is too early does not count, a success and a quarter of an hour are forgotten", () => {
  let now = 1e12;
  const backOff = new BackOff(() => now);
  for (let attempt = 0; attempt < 20; attempt += 1) backOff.attempt("ada");
  for (let attempt = 0; attempt < 100; attempt += 1) expect(backOff.attempt("ada")).toBe(1000);
  backOff.succeeded("ada");
  for (let attempt = 0; attempt < 20; attempt += 1) expect(backOff.attempt("ada")).toBe(0);
  now += 1000 + 15 * 60_000;
  for (let attempt = 0; attempt < 20; attempt += 1) expect(backOff.attempt("ada")).toBe(0);
  expect(backOff.attempt("ada")).toBe(1000);
});

test("many names take a bounded room", () => {
  const backOff = new BackOff();
  for (let attempt = 0; attempt < 20; attempt += 1) backOff.attempt("ada");
  expect(backOff.attempt("ada")).toBeGreaterThan(0);
  for (let name = 0; name < 10_000; name += 1) backOff.attempt(`name-${name}`);
  expect(backOff.attempt("ada")).toBe(0);
});
