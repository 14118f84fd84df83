import type { Page } from "@playwright/test";
import { card, drop, middleOf } from "./gestures.ts";
import { expect, password, signIn, test } from "./patchbay.ts";

/** How soon a page knows that its session or its role has ended, in milliseconds: the daemon looks every 1.5 s. */
const soon = { timeout: 3000 };

const paletteItem = (page: Page) =>
  page.locator(".react-flow__panel").getByRole("button", { name: "Network", exact: true });

test("what one browser does appears in the other by itself", async ({ patchbay, admin: page, browser }) => {
  const other = await signIn(patchbay, browser, "admin");
  await drop(page, "Network", { x: 760, y: 420, name: "web" });
  await expect(card(other, "web")).toBeVisible();
  const flow = (element: HTMLElement) => element.style.transform;
  const from = await middleOf(card(page, "web"));
  await page.mouse.move(from.x, from.y - 20);
  await page.mouse.down();
  await page.mouse.move(from.x - 200, from.y + 160, { steps: 8 });
  await page.mouse.up();
  const moved = await card(page, "web").evaluate(flow);
  await expect.poll(() => card(other, "web").evaluate(flow)).toBe(moved);
  await page.keyboard.press("Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await expect(card(other, "web")).toHaveCount(0);
});

test("a role or an account that ends, ends on the page", async ({ patchbay, admin: _, browser }) => {
  const { daemon } = patchbay;
  await daemon.admin("mutation", "user.create", { username: "kim", password, role: "operator" });
  const operator = await signIn(patchbay, browser, "kim");
  await expect(paletteItem(operator)).not.toHaveAttribute("aria-disabled", "true");
  await daemon.admin("mutation", "user.setRole", { username: "kim", role: "viewer" });
  await expect(operator).toHaveURL(/\/login$/, soon);
  const viewer = await signIn(patchbay, browser, "kim");
  await expect(paletteItem(viewer)).toHaveAttribute("aria-disabled", "true");
  await daemon.admin("mutation", "sandbox.create", { name: "app" });
  await card(viewer, "app").click({ position: { x: 60, y: 16 } });
  await viewer.getByRole("button", { name: "Change names…" }).focus();
  await viewer.keyboard.press("Tab");
  await viewer.keyboard.press("Shift+Tab");
  await expect(viewer.getByRole("tooltip")).toContainText("You have the role viewer");
  await daemon.admin("mutation", "user.delete", { username: "kim" });
  await expect(viewer).toHaveURL(/\/login$/, soon);
});

test("without the daemon nothing is shown as true, and it comes back by itself", async ({ patchbay, admin: page }) => {
  await drop(page, "Network", { x: 760, y: 420, name: "web" });
  await patchbay.daemon.stop();
  const banner = page.getByText("The daemon is not reachable.");
  await expect(banner).toBeVisible();
  await expect(page.getByText("up when last seen")).toBeVisible();
  await expect(card(page, "web").locator(".status-unknown")).toBeVisible();
  await expect(paletteItem(page)).toHaveAttribute("aria-disabled", "true");
  await page.locator(".react-flow__pane").click({ position: { x: 200, y: 600 } });
  await page.keyboard.press("s");
  const dialog = page.getByRole("dialog", { name: "New sandbox" });
  await dialog.getByLabel("Name", { exact: true }).fill("app");
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toContainText("daemon is not reachable, so nothing can be changed now");
  await patchbay.startAgain();
  await expect(banner).toBeHidden();
  await expect(card(page, "web").locator(".status-up")).toBeVisible();
  await dialog.getByRole("button", { name: "Create sandbox" }).click();
  await expect(card(page, "app")).toBeVisible();
});

test("a daemon that hangs is noticed as well", async ({ patchbay, admin: page }) => {
  const { pid } = patchbay.daemon;
  if (!pid) throw new Error("no daemon");
  await expect(page.getByText(/^live/)).toBeVisible();
  process.kill(pid, "SIGSTOP");
  try {
    await expect(page.getByText("The daemon is not reachable.")).toBeVisible({ timeout: 12_000 });
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await expect(page.getByText("The daemon is not reachable.")).toBeHidden({ timeout: 12_000 });
});
