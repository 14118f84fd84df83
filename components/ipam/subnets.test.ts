import { expect, test } from "vitest";
import { blocksOf, cellsOf } from "#cnm/address-map.ts";
import { after, endpointDraft, networkDraft } from "#cnm/testing.ts";
import { addressCell, blockCell, matching, moveOnGrid, subnetsOf } from "./subnets.ts";

const topology = after([
  networkDraft("web", {
    pools: [{ subnet: "10.0.0.0/29", auxAddresses: { router: "10.0.0.5" } }, { subnet: "fd00::/64" }],
  }),
  networkDraft("big", { pools: [{ subnet: "10.1.0.0/22", ipRange: "10.1.1.0/24" }] }),
  endpointDraft("web", "a"),
  endpointDraft("big", "b"),
]);
const subnets = subnetsOf(topology);

test("subnets come by name; a filter finds networks and subnets", () => {
  expect(subnets.map(({ pool }) => pool.subnet)).toEqual(["10.1.0.0/22", "10.0.0.0/29", "fd00::/64"]);
  expect(matching(subnets, "WEB fd").map(({ pool }) => pool.subnet)).toEqual(["fd00::/64"]);
  expect(matching(subnets, "")).toHaveLength(3);
});

test("cells of a small subnet say in a letter and in words what every address is for", () => {
  const { map } = subnets[1] ?? expect.fail();
  const cells = cellsOf(map, map.subnet).map(addressCell);
  expect(cells.map(({ mark }) => mark || "-").join("")).toBe("NG●--A-B");
  expect(cells[2]).toMatchObject({ key: "10.0.0.2", use: "endpoint", name: "10.0.0.2: used by endpoint a" });
});

test("blocks of a large subnet say how many addresses are used", () => {
  const { map } = subnets[0] ?? expect.fail();
  expect(blocksOf(map, map.subnet).map(blockCell)).toMatchInlineSnapshot(`
    [
      {
        "key": "10.1.0.0/24",
        "mark": "",
        "name": "10.1.0.0/24: 0 used, 254 free, 2 reserved",
        "share": 0,
        "use": "outside",
      },
      {
        "key": "10.1.1.0/24",
        "mark": "1",
        "name": "10.1.1.0/24: 1 used, 255 free",
        "share": 0.00390625,
        "use": "block",
      },
      {
        "key": "10.1.2.0/24",
        "mark": "",
        "name": "10.1.2.0/24: 0 used, 256 free",
        "share": 0,
        "use": "outside",
      },
      {
        "key": "10.1.3.0/24",
        "mark": "",
        "name": "10.1.3.0/24: 0 used, 255 free, 1 reserved",
        "share": 0,
        "use": "outside",
      },
    ]
  `);
});

test.each([
  { key: "ArrowRight", at: 0, to: 1 },
  { key: "ArrowLeft", at: 0, to: null },
  { key: "ArrowDown", at: 3, to: 19 },
  { key: "ArrowDown", at: 17, to: null },
  { key: "ArrowUp", at: 17, to: 1 },
  { key: "Home", at: 18, to: 16 },
  { key: "End", at: 1, to: 15 },
  { key: "End", at: 16, to: 19 },
  { key: "PageUp", at: 18, to: 2 },
  { key: "PageDown", at: 2, to: 19 },
  { key: "a", at: 2, to: null },
])("$key from cell $at of 20", ({ key, at, to }) => {
  expect(moveOnGrid(key, at, { count: 20, columns: 16 })).toBe(to);
});
