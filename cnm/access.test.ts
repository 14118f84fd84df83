import { expect, test } from "vitest";
import { mayAdopt, mayAskFor, mayEdit } from "./access.ts";
import { roles } from "./history.ts";

test("who may edit and who may adopt", () => {
  expect(roles.map((role) => [role, mayEdit(role).ok, mayAdopt(role).ok])).toEqual([
    ["viewer", false, false],
    ["operator", true, false],
    ["admin", true, true],
  ]);
});

test("one adoption among many commands is enough to need the administrator", () => {
  expect(mayAskFor("operator", ["network.create", "sandbox.create", "endpoint.join"])).toEqual({ ok: true });
  expect(mayAskFor("operator", ["network.create", "sandbox.adopt"])).toEqual(mayAdopt("operator"));
  expect(mayAskFor("viewer", ["network.create"])).toEqual({ ok: true });
  expect(mayAskFor("viewer", ["sandbox.adopt"])).toMatchObject({ ok: false, rule: "role-adopts" });
  expect(mayAskFor("admin", ["sandbox.adopt"])).toEqual({ ok: true });
});
