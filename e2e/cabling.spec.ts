import type { Page } from "@playwright/test";
import { cable, card, carryCable, middleOf, socket } from "./gestures.ts";
import { expect, type Patchbay, test } from "./patchbay.ts";

/** Networks web and back, sandboxes app and db; app is in web. */
async function small({ daemon }: Patchbay, page: Page): Promise<void> {
  const commands = [
    { type: "network.create", name: "web" },
    { type: "network.create", name: "back" },
    { type: "sandbox.create", name: "app" },
    { type: "sandbox.create", name: "db" },
    { type: "endpoint.create", network: "web", name: "app" },
    { type: "endpoint.join", endpoint: "web/app", sandbox: "app" },
  ];
  await daemon.admin("mutation", "topology.change", { commands });
  await expect(card(page, "db")).toBeVisible();
  await page.keyboard.press("l");
  await expect(page.getByText("Laid out automatically")).toBeAttached();
  await page.getByRole("button", { name: "Fit everything" }).click();
}

const endpoints = ({ daemon }: Patchbay) => daemon.admin<object[]>("query", "endpoint.list");

test("a cable in the air says what it would get, or why not", async ({ patchbay, admin: page }) => {
  await small(patchbay, page);
  const hint = page.getByTestId("cable-hint");
  const role = (name: string) => card(page, name).locator("[data-role]");
  await carryCable(page, "app", await middleOf(card(page, "back")));
  await expect(hint).toHaveText("eth1 · 172.18.0.2/16");
  await expect(role("back")).toHaveAttribute("data-role", "legal");
  await expect(role("web")).toHaveAttribute("data-role", "illegal");
  for (const [name, reason] of [
    ["web", /sandbox app is already in network web/],
    ["db", /a link, a network, or one namespace for both/],
    ["host", /is the host's own/],
  ] as const) {
    const to = await middleOf(card(page, name));
    await page.mouse.move(to.x, to.y, { steps: 6 });
    await expect(hint).toHaveText(reason);
  }
  await page.mouse.up();
  await expect(page.getByRole("alert").filter({ hasText: "No cable here" })).toContainText("is the host's own");
  expect(await endpoints(patchbay)).toHaveLength(1);
});

test("Escape lets the cable go, however the hand moves on", async ({ patchbay, admin: page }) => {
  await small(patchbay, page);
  const back = await middleOf(card(page, "back"));
  await carryCable(page, "db", back);
  await page.keyboard.press("Escape");
  await page.mouse.move(back.x + 4, back.y + 4, { steps: 4 });
  await expect(page.getByTestId("cable-hint")).toHaveCount(0);
  await expect(card(page, "web").locator("[data-role]")).toHaveCount(0);
  await page.mouse.up();
  await cable(page, "db", "back");
  await expect(card(page, "db")).toContainText("172.18.0.2");
  expect(await endpoints(patchbay)).toHaveLength(2);
});

test("two clicks do what a drag does", async ({ patchbay, admin: page }) => {
  await small(patchbay, page);
  await socket(page, "db").click();
  await expect(card(page, "web").locator("[data-role]")).toHaveAttribute("data-role", "legal");
  await card(page, "web").click();
  await expect(card(page, "db")).toContainText("172.17.0.3");
  await socket(page, "db").click();
  await page.keyboard.press("Escape");
  await card(page, "back").click();
  await expect(page.getByRole("heading", { name: "back" })).toBeVisible();
  expect(await endpoints(patchbay)).toHaveLength(2);
});

test("a cable let go over nothing makes what is missing there", async ({ patchbay, admin: page }) => {
  await small(patchbay, page);
  const web = await middleOf(card(page, "web"));
  await carryCable(page, "web", { x: web.x - 120, y: web.y + 260 });
  await page.mouse.up();
  const dialog = page.getByRole("dialog", { name: "New sandbox" });
  await expect(dialog).toContainText("cabled to web");
  await dialog.getByLabel("Name", { exact: true }).fill("cache");
  await page.keyboard.press("Enter");
  await expect(card(page, "cache")).toContainText("172.17.0.3");
  expect(await patchbay.pings("cache", "172.17.0.2")).toBe(true);
});
