import { cable, card, drop } from "./gestures.ts";
import { expect, test } from "./patchbay.ts";

test("who holds an address is found on the map by keyboard, and stays right while it is looked at", async ({
  patchbay,
  admin: page,
}) => {
  const change = (...commands: object[]) => patchbay.daemon.admin("mutation", "topology.change", { commands });
  await page.goto(`${patchbay.url}/ipam`);
  await expect(page.getByText("No network has a subnet yet")).toBeVisible();
  await change({ type: "network.create", name: "web" }, { type: "endpoint.create", network: "web", name: "db" });
  await expect(page.getByText("1 of 31 used")).toBeVisible();
  await page.getByRole("button", { name: "172.17.0.0/24: 1 used, 253 free, 2 reserved" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "172.17.0.0: the network address" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.locator(":focus")).toHaveAccessibleName("172.17.0.2: used by endpoint db");
  await expect(page.getByText("172.17.0.2: used by endpoint db")).toBeVisible();
  await change({ type: "endpoint.create", network: "web", name: "late" });
  await expect(page.getByRole("button", { name: "172.17.0.3: used by endpoint late" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "db" })).toBeVisible();
  await page.getByRole("button", { name: "172.17.0.0/16", exact: true }).click();
  await expect(page.getByRole("button", { name: "172.17.0.0/24: 2 used, 252 free, 2 reserved" })).toBeVisible();
});

test("a cable that is drawn takes an address on the map that somebody looks at, and taking it away frees it", async ({
  patchbay,
  admin: page,
  context,
}) => {
  await patchbay.daemon.admin("mutation", "topology.change", { commands: [{ type: "network.create", name: "web" }] });
  const map = await context.newPage();
  await map.goto(`${patchbay.url}/ipam`);
  await map.getByRole("button", { name: "172.17.0.0/24: 0 used, 254 free, 2 reserved" }).click();
  await expect(map.getByRole("button", { name: "172.17.0.2: free" })).toBeVisible();
  await page.bringToFront();
  await drop(page, "Sandbox", { x: 500, y: 500, name: "app" });
  await cable(page, "app", "web");
  await expect(card(page, "app")).toContainText("172.17.0.2");
  await expect(map.getByRole("button", { name: "172.17.0.2: used by endpoint app" })).toBeVisible();
  await card(page, "app").click({ position: { x: 60, y: 16 } });
  await page.keyboard.press("Delete");
  await page
    .getByRole("dialog", { name: /Delete/ })
    .getByRole("button", { name: "Delete", exact: true })
    .click();
  await expect(map.getByRole("button", { name: "172.17.0.2: free" })).toBeVisible();
});
