import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./patchbay.ts";

const pages = ["topology", "networks", "sandboxes", "endpoints", "history", "history?seq=4", "users"];

/** Where to keep pictures of every page, for the documents and for whoever wants to look; nowhere by default. */
const pictures = process.env.PATCHBAY_PICTURES;

for (const scheme of ["light", "dark"] as const)
  test(`every page is accessible and quiet, ${scheme}`, async ({ patchbay, admin: page }) => {
    const noise = listen(page);
    const change = (...commands: object[]) => patchbay.daemon.admin("mutation", "topology.change", { commands });
    await change(
      { type: "network.create", name: "web" },
      { type: "network.create", name: "back", internal: true, enableIpv6: true },
    );
    for (const name of ["proxy", "app", "db"]) await change({ type: "sandbox.create", name });
    for (const [network, sandbox] of [
      ["web", "proxy"],
      ["web", "app"],
      ["back", "app"],
      ["back", "db"],
    ] as const)
      await change(
        { type: "endpoint.create", network, name: sandbox },
        { type: "endpoint.join", endpoint: `${network}/${sandbox}`, sandbox },
      );
    await page.evaluate((value) => localStorage.setItem("mantine-color-scheme-value", value), scheme);
    for (const path of pages) {
      await page.goto(`${patchbay.url}/${path}`);
      await expect(page.getByRole("status", { name: /Loading/ })).toHaveCount(0);
      await expect(page.locator("main")).toContainText(/\w/);
      if (path === "topology") await showInspector(page);
      if (pictures) await page.screenshot({ path: `${pictures}/${path.replace(/\W/g, "-")}-${scheme}.png` });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${path}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
    }
    expect(noise).toEqual([]);
  });

/** Lays the graph out and selects one sandbox. */
async function showInspector(page: Page): Promise<void> {
  await expect(page.locator(".react-flow__node")).toHaveCount(7);
  await page.keyboard.press("l");
  await page.getByRole("button", { name: /Endpoint eth0 .* of app/ }).click({ trial: true });
  await page
    .locator(".react-flow__node")
    .filter({ hasText: "app" })
    .click({ position: { x: 60, y: 16 } });
  await expect(page.getByRole("heading", { name: "app" })).toBeVisible();
}

/** What a page complains of: errors, broken rules of the content security policy, requests that leave the origin. */
function listen(page: Page): string[] {
  const noise: string[] = [];
  page.on("console", (message) => message.type() === "error" && noise.push(message.text()));
  page.on("pageerror", (error) => noise.push(error.message));
  page.on(
    "request",
    (request) =>
      new URL(request.url()).hostname === "127.0.0.1" || request.url().startsWith("data:") || noise.push(request.url()),
  );
  return noise;
}
