import { expect, test } from "vitest";
import { drivers, findDriver } from "./drivers/index.ts";
import { Network } from "./network.ts";
import { hostNetwork, noneNetwork, withPredefined } from "./predefined.ts";
import { emptyTopology } from "./topology.ts";

test("a fresh topology has the networks host and none, each the only one of its driver", () => {
  const { networks } = withPredefined(emptyTopology);
  expect(Object.values(networks).map(({ name, driver }) => `${name} ${driver}`)).toEqual(["host host", "none null"]);
  for (const network of [hostNetwork, noneNetwork]) {
    expect(Network.parse(network)).toEqual(network);
    expect(drivers[network.driver].creatable).toBe(false);
  }
});

test("a topology that has them stays the same object", () => {
  const topology = withPredefined(emptyTopology);
  expect(withPredefined(topology)).toBe(topology);
});

test("the table of drivers has one entry for every member of Network, under its own name", () => {
  const members = Network.options.map((member) => member.shape.driver.value);
  expect(Object.keys(drivers).sort()).toEqual(members.sort());
  for (const [name, driver] of Object.entries(drivers)) expect(driver.name).toBe(name);
  expect(findDriver("constructor")).toBeUndefined();
});
