import type { Locator, Page } from "@playwright/test";
import { cable, card, drop } from "./gestures.ts";
import { expect, password, setUp, test } from "./patchbay.ts";

/** All arrow keys, those that lead from the focused card towards the target first. */
async function arrowsTo(page: Page, target: Locator): Promise<string[]> {
  const current = page.locator(".react-flow__node:focus");
  const from = (await current.count()) === 1 ? await current.boundingBox() : null;
  const to = await target.boundingBox();
  const dx = from && to ? to.x + to.width / 2 - from.x - from.width / 2 : 0;
  const dy = from && to ? to.y + to.height / 2 - from.y - from.height / 2 : 1;
  const towards = { ArrowRight: dx, ArrowLeft: -dx, ArrowDown: dy, ArrowUp: -dy };
  return Object.entries(towards)
    .sort(([, a], [, b]) => b - a)
    .map(([key]) => key);
}

test("from the one-time link to a ping, drawn with the mouse", async ({ patchbay, page }) => {
  const before = patchbay.links();
  await setUp(patchbay, page);
  await drop(page, "Network", { x: 760, y: 250, name: "web" });
  await drop(page, "Sandbox", { x: 420, y: 300, name: "left" });
  await drop(page, "Sandbox", { x: 420, y: 560, name: "right" });
  await cable(page, "left", "web");
  await expect(card(page, "left")).toContainText("172.17.0.2");
  await cable(page, "right", "web");
  await expect(card(page, "right")).toContainText("172.17.0.3");
  expect(await patchbay.pings("left", "172.17.0.3")).toBe(true);
  expect(await patchbay.pings("right", "172.17.0.2")).toBe(true);

  await page.getByRole("link", { name: "History" }).click();
  const joins = page
    .getByRole("list", { name: "Changes, newest first" })
    .getByText(/joined (left|right) to web as eth0/);
  await expect(joins).toHaveCount(2);
  await joins.first().click();
  await expect(page.getByText(/ip link add name pbv/).first()).toBeVisible();
  await expect(page.getByText(/route replace default via 172\.17\.0\.1/).first()).toBeVisible();

  await page.getByRole("link", { name: "Topology", exact: true }).click();
  for (const name of ["left", "right", "web"]) {
    await card(page, name).click({ position: { x: 60, y: 16 } });
    await page.keyboard.press("Delete");
    const dialog = page.getByRole("dialog", { name: /Delete/ });
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(card(page, name)).toHaveCount(0);
  }
  expect(patchbay.links()).toEqual(before);
});

test("the same with the keyboard alone", async ({ patchbay, page }) => {
  const before = patchbay.links();
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await page.goto(`${patchbay.url}/setup#${patchbay.daemon.setupToken}`);
  await expect(page.getByLabel("User name")).toBeFocused();
  await press("Tab");
  await page.keyboard.type(password);
  await press("Tab");
  await page.keyboard.type(password);
  await press("Enter");
  await expect(page).toHaveURL(/\/topology$/);
  await expect(page.locator(".react-flow")).toBeVisible();

  const create = async (key: string, name: string) => {
    await press(key);
    const field = page.getByRole("dialog").getByLabel("Name", { exact: true });
    await expect(field).toBeFocused();
    await page.keyboard.type(name);
    await press("Enter");
    await expect(card(page, name)).toBeVisible();
    await expect(page.getByRole("dialog")).toBeHidden();
  };
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-id") ?? "");
  /** Arrow keys until the card has the focus: the direction it lies in first, none twice from the same place. */
  const walkTo = async (name: string) => {
    const target = card(page, name);
    const tried = new Set<string>();
    while ((await focused()) !== (await target.getAttribute("data-id"))) {
      const place = await focused();
      const key = (await arrowsTo(page, target)).find((arrow) => !tried.has(`${place} ${arrow}`));
      if (!key) break;
      tried.add(`${place} ${key}`);
      await press(key);
      // A step is over two frames after its key.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    }
    await expect(target).toBeFocused();
  };
  await create("n", "web");
  await create("s", "left");
  await create("s", "right");
  for (const name of ["left", "right"]) {
    await press("Escape", "Escape");
    await walkTo(name);
    await press("c");
    await expect(page.getByRole("dialog").getByLabel("Network or sandbox")).toBeFocused();
    await page.keyboard.type("web");
    await press("Enter");
    await expect(card(page, name)).toContainText("172.17.0.");
    await expect(page.getByRole("dialog")).toBeHidden();
  }
  expect(await patchbay.pings("left", "172.17.0.3")).toBe(true);
  for (const name of ["left", "right", "web"]) {
    await walkTo(name);
    await press("Delete");
    await expect(page.getByRole("dialog", { name: /Delete/ })).toBeVisible();
    await press("Enter");
    await expect(card(page, name)).toHaveCount(0);
  }
  expect(patchbay.links()).toEqual(before);
});

test("what another client does appears by itself", async ({ patchbay, admin: page }) => {
  await patchbay.daemon.admin("mutation", "network.create", { name: "from-afar" });
  await expect(card(page, "from-afar")).toBeVisible();
  await patchbay.daemon.admin("mutation", "network.delete", { network: "from-afar" });
  await expect(card(page, "from-afar")).toHaveCount(0);
});
