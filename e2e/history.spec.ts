import { expect, test } from "./patchbay.ts";

test("older rows come when asked for, and a filter finds one", async ({ patchbay, admin: page }) => {
  const { daemon } = patchbay;
  const names = Array.from({ length: 60 }, (_, i) => `s${i}`);
  for (const name of names) await daemon.admin("mutation", "sandbox.create", { name });
  const commands = names.map((sandbox) => ({ type: "sandbox.delete", sandbox }));
  await daemon.admin("mutation", "topology.change", { commands });
  await page.goto(`${patchbay.url}/history`);
  const rows = page.getByRole("list", { name: "Changes, newest first" }).getByRole("listitem");
  await expect(rows).toHaveCount(50);
  await expect(rows.first()).toContainText("Deleted sandbox s0; deleted sandbox s1; and 58 more");
  await page.getByRole("button", { name: "Load older" }).press("Enter");
  await expect(rows).toHaveCount(64);
  await page.getByLabel("Verb").focus();
  await page.keyboard.type("sandbox.delete");
  await expect(rows).toHaveCount(1);
});
