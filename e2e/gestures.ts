import { expect, type Locator, type Page } from "@playwright/test";

/** What a hand does on the canvas. */

export interface Point {
  x: number;
  y: number;
}

export function card(page: Page, name: string): Locator {
  return page.locator(".react-flow__node").filter({ has: page.getByText(name, { exact: true }) });
}

export async function middleOf(locator: Locator): Promise<Point> {
  const box = await locator.boundingBox();
  if (!box) throw new Error("nothing there to point at");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

export function socket(page: Page, name: string): Locator {
  return card(page, name).getByRole("button", { name: `New cable from ${name}` });
}

/** Drags an item of the palette onto the canvas and creates what is in the form under the given name. */
export async function drop(page: Page, kind: "Network" | "Sandbox", { x, y, name }: Point & { name: string }) {
  const item = page.locator(".react-flow__panel").getByRole("button", { name: kind, exact: true });
  const from = await middleOf(item);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(x / 2, y / 2, { steps: 5 });
  await page.mouse.move(x, y, { steps: 5 });
  await page.mouse.up();
  const dialog = page.getByRole("dialog", { name: `New ${kind.toLowerCase()}` });
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await page.keyboard.press("Enter");
  await expect(card(page, name)).toBeVisible();
  await expect(dialog).toBeHidden();
}

/** Picks a cable up at a card's socket and carries it to a point; it hangs at the pointer afterwards. */
export async function carryCable(page: Page, from: string, to: Point): Promise<void> {
  const start = await middleOf(socket(page, from));
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 12 });
}

export async function cable(page: Page, from: string, to: string): Promise<void> {
  await carryCable(page, from, await middleOf(card(page, to)));
  await page.mouse.up();
}
