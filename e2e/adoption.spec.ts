import type { Locator, Page } from "@playwright/test";
import { Stranger } from "../test/adopted.ts";
import { card } from "./gestures.ts";
import { expect, password, signIn, test } from "./patchbay.ts";

/** The form for what others have made, opened by the keyboard alone. */
async function openForm(page: Page): Promise<Locator> {
  await expect(page.locator(".react-flow")).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Search objects, pages and commands").fill("container");
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "New sandbox" });
  await expect(form.getByRole("combobox", { name: "Namespace" })).toHaveValue("adopted: a process's");
  await expect(form.getByLabel("Name", { exact: true })).toBeFocused();
  return form;
}

const picker = (form: Locator) => form.getByRole("combobox", { name: "On this host" });

test("a process is found and chosen, fills the form, and is then no more to be had; what it is called is text", async ({
  patchbay,
  admin: page,
}) => {
  await patchbay.daemon.admin("mutation", "topology.change", { commands: [{ type: "network.create", name: "web" }] });
  await expect(card(page, "web")).toBeVisible();
  const title = JSON.stringify("<img src=//x>");
  const stranger = await Stranger.run(`process.title = ${title}; console.log("ready"); setInterval(() => {}, 1e6)`);
  const form = await openForm(page);
  await picker(form).fill(`${stranger.pid} lo`);
  const option = page.getByRole("option", { name: `process ${stranger.pid}` });
  await expect(option).toContainText('node ("<img src=//x>")');
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(form.getByLabel("Process id")).toHaveValue(`${stranger.pid}`);
  await expect(form.getByLabel("Name", { exact: true })).toHaveValue("node");
  await form.getByRole("button", { name: "Create sandbox" }).click();
  await expect(card(page, "node")).toContainText("adopted");

  await card(page, "node").click({ position: { x: 60, y: 16 } });
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector).toContainText("what is in it has its own files and asks its own name servers");
  await expect(inspector).toContainText("Others reach it by name as soon as it is in a network of your own");

  const again = await openForm(page);
  await picker(again).fill(`${stranger.pid}`);
  await expect(page.getByRole("option", { name: "is that of sandbox node" })).toBeDisabled();
  await picker(again).fill("no such thing");
  await expect(again.getByText("Nothing like that runs in a namespace of its own")).toBeVisible();
  await stranger.end();
});

test("where the host cannot be looked at it is said, and looked at again on demand", async ({ admin: page }) => {
  await page.route(/sandbox\.adoptable/, (route) => route.abort());
  const form = await openForm(page);
  await expect(form.getByText(/not reachable\. Look again, or fill in the field below/)).toBeVisible();
  await page.unroute(/sandbox\.adoptable/);
  await form.getByRole("button", { name: "Look again" }).click();
  await expect(form.getByText(/not reachable/)).toHaveCount(0);
  await picker(form).fill("the host's own");
  await expect(page.getByRole("option", { name: "is in the host's own namespace" }).first()).toBeDisabled();
});

test("an operator reads why adopting is not for them, and cannot choose it", async ({
  patchbay,
  admin: _,
  browser,
}) => {
  await patchbay.daemon.admin("mutation", "user.create", { username: "otto", password, role: "operator" });
  const page = await signIn(patchbay, browser, "otto");
  await page.keyboard.press("s");
  const form = page.getByRole("dialog", { name: "New sandbox" });
  await expect(form).toContainText("which needs the role admin; you are operator");
  await form.getByRole("combobox", { name: "Namespace" }).click();
  await expect(page.getByRole("option", { name: "adopted: a process's" })).toBeDisabled();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Search objects, pages and commands").fill("adopt");
  await expect(page.getByRole("button", { name: /Adopt a process…/ })).toBeDisabled();
});
