import { expect, test } from "vitest";
import { cycle, firstSpot, neighbour, type Spot } from "./navigation.ts";

const spot = (id: string, x: number, y: number): Spot => ({ id, x, y, width: 100, height: 40 });
const spots = [spot("a", 0, 0), spot("b", 300, 10), spot("c", 0, 200), spot("d", 320, 220), spot("far", 900, 0)];

test.each([
  ["a", "right", "b"],
  ["b", "right", "far"],
  ["a", "down", "c"],
  ["d", "up", "b"],
  ["d", "left", "c"],
  ["a", "left", null],
  ["gone", "left", "a"],
] as const)("from %s %s is %s", (from, direction, want) => {
  expect(neighbour(spots, from, direction)).toBe(want);
});

test("every card can be reached from every other", () => {
  const directions = ["up", "down", "left", "right"] as const;
  for (const start of spots) {
    const seen = new Set([start.id]);
    const todo = [start.id];
    for (const id of todo)
      for (const direction of directions) {
        const next = neighbour(spots, id, direction);
        if (next && !seen.has(next)) todo.push(next);
        if (next) seen.add(next);
      }
    expect(seen.size).toBe(spots.length);
  }
});

test("the keyboard enters at the top left", () => {
  expect(firstSpot(spots)).toBe("a");
  expect(firstSpot([])).toBeNull();
});

test("cables are walked round and round", () => {
  expect(cycle(["x", "y"], null, 1)).toBe("x");
  expect(cycle(["x", "y"], "y", 1)).toBe("x");
  expect(cycle(["x", "y"], null, -1)).toBe("y");
  expect(cycle([], null, 1)).toBeNull();
});
